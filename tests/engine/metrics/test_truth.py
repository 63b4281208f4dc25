"""After a scripted hour every number is what the clients did and what the database holds, to the last one."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from anthropic import NotFoundError

from agentops.base.clock import ManualClock
from agentops.engine.settings import Settings
from agentops.wire.rubric_text import block

from .town import Samples, Town, of, town

TOKENS = {"input_tokens": 1000, "output_tokens": 50, "cache_read_input_tokens": 300, "cache_creation_input_tokens": 20}
CUSTOM = {
    "type": "custom",
    "name": "ask_people",
    "description": "Asks people.",
    "input_schema": {"type": "object", "properties": {}},
}
TOOLS = [
    {"type": "agent_toolset_20260401", "default_config": {"permission_policy": {"type": "always_allow"}}},
    CUSTOM,
]


def turn(agent: str, **said: Any) -> dict[str, Any]:
    when = {"agent": agent, **said.pop("when", {})}
    return {"when": when, "times": "forever", **({} if "error" in said else {"usage": TOKENS}), **said}


SCRIPT = (
    # Works: two calls that succeed and one that fails, then it is done.
    turn("worker", when={"turn": 1}, call=[{"tool": "bash", "input": {"command": "echo yes"}}]),
    turn("worker", when={"turn": 2}, call=[{"tool": "read", "input": {"file_path": "/workspace/nothing"}}]),
    turn("worker", when={"turn": 3}, call=[{"tool": "glob", "input": {"pattern": "*"}}]),
    turn("worker", say="Done."),
    # Asks people, of a model that no table knows.
    turn("asker", when={"turn": 1}, call=[{"tool": "ask_people"}]),
    turn("asker", say="They said so."),
    # The model is overloaded whenever it is asked.
    turn("unlucky", error={"kind": "overloaded"}),
    # Works towards an outcome, and is judged.
    turn("striver", say="I have written the report."),
    turn(
        "grader",
        call=[
            {
                "tool": "submit_verdict",
                "input": {
                    "criteria": [{"id": "brief", "degree": "met", "reason": "I looked."}],
                    "rubric_fits": True,
                    "summary": "It is short.",
                },
            }
        ],
    ),
)
MODELS = {
    "worker": "claude-opus-5-5",
    "asker": "homebrew-1",
    "unlucky": "claude-haiku-5-5",
    "striver": "claude-opus-5-5",
}
RUBRIC = f"# Report\n\n{block({'criteria': [{'id': 'brief', 'text': 'It is short.'}]})}"
ROUNDS = 4
EVERY = timedelta(minutes=15)


class Hour:
    """What the clients do, and what they saw."""

    def __init__(self, there: Town, clock: ManualClock) -> None:
        self.there = there
        self.beta = there.client.beta
        self.clock = clock
        self.sessions: Counter[str] = Counter()
        self.agents: dict[str, str] = {}
        self.place = ""

    async def pass_by(self) -> None:
        self.place = (await self.beta.environments.create(name="Workshop", config={"type": "cloud"})).id
        for name, model in MODELS.items():
            self.agents[name] = (await self.beta.agents.create(name=name, model=model, tools=TOOLS)).id  # type: ignore[arg-type]
        for number in range(ROUNDS):
            await asyncio.gather(
                self.session("worker"),
                self.session("worker"),
                self.session("asker", is_error=number % 2 == 1),
                self.session("unlucky"),
                self.session("striver"),
                self.mistake(number),
            )
            self.clock.advance(EVERY)

    async def calm(self) -> Samples:
        """Return what is shown once the server has noticed that streams were left, and given every session back."""
        async with asyncio.timeout(30):
            while True:
                self.clock.advance(timedelta(seconds=10))
                found = await self.there.scrape()
                if not found["agentops_http_requests_in_progress", ()] + found["agentops_sessions_in_hand", ()]:
                    return found

    async def session(self, name: str, *, is_error: bool = False) -> None:
        self.sessions[name] += 1
        session = await self.beta.sessions.create(agent=self.agents[name], environment_id=self.place)
        async with await self.beta.sessions.events.stream(session.id) as stream:
            if name == "striver":
                rubric = {"type": "text", "content": RUBRIC}
                sent: Any = {"type": "user.define_outcome", "description": "Write a report.", "rubric": rubric}
            else:
                sent = {"type": "user.message", "content": [{"type": "text", "text": "Go."}]}
            await self.beta.sessions.events.send(session.id, events=[sent])
            async for event in stream:
                if event.type == "agent.custom_tool_use":
                    said = {"type": "user.custom_tool_result", "custom_tool_use_id": event.id, "is_error": is_error}
                    content = [{"type": "text", "text": "Maybe."}]
                    await self.beta.sessions.events.send(session.id, events=[{**said, "content": content}])  # type: ignore[list-item]  # an event built of two
                elif event.type == "session.status_idle" and event.stop_reason.type != "requires_action":
                    return

    async def mistake(self, number: int) -> None:
        with pytest.raises(NotFoundError):
            await self.beta.agents.retrieve(f"agent_01{'a' * 21}{number + 1}")
        assert [each async for each in self.beta.agents.list(limit=2)]


@pytest.mark.anyio
@pytest.mark.timeout(120)
async def test_after_an_hour_every_number_is_true(settings: Settings, clock: ManualClock) -> None:
    async with town(settings, clock, SCRIPT) as there:
        hour = Hour(there, clock)
        await hour.pass_by()
        found = await hour.calm()
        assert of(found, "agentops_http_requests_total") == {
            (method, route, status): count for (route, method, status), count in there.asked.items()
        }
        await _logs_agree(there, found)
        _models_agree(hour, found)
        _tools_agree(hour, found)
        await _standing_agrees(there, hour, found)


async def _logs_agree(there: Town, found: Samples) -> None:
    rows = await there.rows("SELECT type, COUNT(*) FROM session_events WHERE processed_at IS NOT NULL GROUP BY type")
    assert of(found, "agentops_session_events_total") == {(kind,): count for kind, count in rows}
    results = await there.rows("SELECT body FROM outcome_evaluations")
    assert of(found, "agentops_outcome_evaluations_total")["satisfied",] == len(results) == ROUNDS


def _models_agree(hour: Hour, found: Samples) -> None:
    ran, asks = hour.sessions, of(found, "agentops_model_requests_total")
    # A striver's turn is one request, its grader's another.
    opus = 4 * ran["worker"] + 2 * ran["striver"]
    attempts = asks.pop(("claude-haiku-5-5", "model_overloaded_error"))
    assert asks == {("claude-opus-5-5", "ok"): opus, ("other", "ok"): 2 * ran["asker"]}
    assert attempts > ran["unlucky"]
    # Cents of $4 and $20 a million, $0.20 for what was in the cache, five quarters of $4 for what came into it.
    dollars = (1000 * 4 + 50 * 20 + 300 * 0.2 + 20 * 5) / 1e6
    cost = of(found, "agentops_model_list_cost_dollars_total")
    assert set(cost) == {("claude-opus-5-5",)}
    assert cost["claude-opus-5-5",] == pytest.approx(opus * dollars)
    tokens = of(found, "agentops_model_tokens_total")
    for model, count in (("claude-opus-5-5", opus), ("other", 2 * ran["asker"])):
        kinds = {"input": 1000, "output": 50, "cache_read": 300, "cache_creation": 20}
        assert {kind: tokens[kind, model] for kind in kinds} == {kind: each * count for kind, each in kinds.items()}


def _tools_agree(hour: Hour, found: Samples) -> None:
    workers, askers = hour.sessions["worker"], hour.sessions["asker"]
    assert of(found, "agentops_tool_calls_total") == {
        ("ok", "bash"): workers,
        ("error", "read"): workers,
        ("ok", "glob"): workers,
        ("ok", "custom"): askers / 2,
        ("error", "custom"): askers / 2,
    }
    assert of(found, "agentops_tool_call_duration_seconds_count") == dict.fromkeys(
        [("bash",), ("read",), ("glob",)], workers
    )
    assert of(found, "agentops_sandbox_starts_total")["ok",] >= workers


async def _standing_agrees(there: Town, hour: Hour, found: Samples) -> None:
    stored = {
        (status,): count for status, count in await there.rows("SELECT status, COUNT(*) FROM sessions GROUP BY status")
    }
    shown = of(found, "agentops_sessions")
    assert {status: count for status, count in shown.items() if count} == stored
    assert sum(shown.values()) == hour.sessions.total()
    assert found["agentops_sessions_in_hand", ()] == there.engine.busy == 0
    assert found["agentops_inbox_sessions", ()] == 0
    assert found["agentops_database_up", ()] == 1
    assert sum(of(found, "agentops_database_errors_total").values()) == 0
