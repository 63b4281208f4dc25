"""Servers are killed at random under twenty sessions at work, and nothing that was acknowledged is lost or done twice.

`AGENTOPS_KILLS` says how often, `AGENTOPS_KILLS_SEED` how the dice fall.
"""

import asyncio
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from agentops.engine.core.json import Json
from agentops.engine.core.runs.decide import UNKNOWN_OUTCOME
from agentops.engine.core.runs.evolve import INTERRUPTED

from .herd import Ordeal, Plan, told

KILLS = int(os.environ.get("AGENTOPS_KILLS", "2"))
SEED = int(os.environ.get("AGENTOPS_KILLS_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)

pytestmark = [pytest.mark.crash, pytest.mark.timeout(60 + 10 * KILLS)]


def test_random_kills_of_servers_lose_nothing_and_repeat_nothing(prepared_url: str, tmp_path: Path) -> None:
    servers = 1 if prepared_url.startswith("sqlite") else 2
    ordeal = Ordeal(Plan(prepared_url, tmp_path), servers, KILLS, SEED)
    print(f"AGENTOPS_KILLS={KILLS} AGENTOPS_KILLS_SEED={SEED}")
    asyncio.run(ordeal.run())
    witness = ordeal.witness
    assert len(witness) == len(set(witness)), "a call took effect twice"
    made = set()
    for client, log, children in zip(ordeal.clients, ordeal.logs, ordeal.children, strict=True):
        assert lost(client.acknowledged, log) == [], f"{client.session}: acknowledged and lost"
        assert misses(log, set(witness)) == [], client.session
        assert turns(log), client.session
        assert log[-1]["type"] == "session.status_idle", client.session
        assert unreported(log, children) == [], client.session
        assert [each for one in children.values() for each in misses(one, set(witness))] == [], client.session
        made |= {each for one in (log, *children.values()) for each in calls(one)}
    assert made >= set(witness)


def lost(acknowledged: list[str], log: list[Json]) -> list[str]:
    there = {each["id"] for each in log if each["processed_at"]}
    return [each for each in acknowledged if each not in there]


def calls(log: list[Json]) -> list[str]:
    return [each["id"] for each in log if each["type"] == "agent.tool_use"]


def misses(log: list[Json], witness: set[str]) -> list[str]:
    """Return the calls that have not one result each which tells the truth."""
    results = [each for each in log if each["type"] == "agent.tool_result"]
    count = Counter(each["tool_use_id"] for each in results)
    untrue = [
        each["tool_use_id"]
        for each in results
        if (told(each) == "noted") != (each["tool_use_id"] in witness)
        and told(each) not in (UNKNOWN_OUTCOME, INTERRUPTED)
    ]
    return [each for each in calls(log) if count[each] != 1] + untrue


def unreported(log: list[Json], children: dict[str, list[Json]]) -> list[str]:
    """Return the threads that did not report once to the one that gave them their one task."""
    came = Counter(each["from_session_thread_id"] for each in log if each["type"] == "agent.thread_message_received")
    return [each for each in children if came[each] != 1] + [each for each in came if each not in children]


def turns(log: list[Json]) -> bool:
    """Tell whether the log is a sequence of turns: nothing is open at a rest, and nothing happens outside of a turn."""
    is_running, request, evaluation = False, None, None
    for event in log:
        match event["type"]:
            case "session.status_running":
                assert not is_running, event
                is_running = True
            case "session.status_idle":
                # Documented: fewer answers than questions, and it says once more what it waits for.
                assert is_running or event["stop_reason"]["type"] == "requires_action", event
                assert request is evaluation is None, event
                is_running = False
            case "span.model_request_start":
                assert is_running, event
                assert request is None, event
                request = event["id"]
            case "span.model_request_end":
                assert event["model_request_start_id"] == request, event
                request = None
            case "span.outcome_evaluation_start":
                assert is_running, event
                assert request is evaluation is None, event
                evaluation = event["id"]
            case "span.outcome_evaluation_end":
                assert event["outcome_evaluation_start_id"] == evaluation, event
                evaluation = None
            case "agent.message" | "agent.tool_use" | "agent.tool_result":
                assert is_running, event
    return not is_running
