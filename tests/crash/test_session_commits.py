"""The server is killed before and after every commit of a session, started again, and nothing differs but what must."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from agentops.engine.core.json import Json, parsed
from agentops.engine.core.runs import team
from agentops.engine.core.runs.decide import UNKNOWN_OUTCOME
from agentops.engine.core.workflows import tool

from .lives import MESSAGE, NEVER_MS, OUTCOME, Life, verdict

pytestmark = pytest.mark.crash

CALLS = [{"tool": "bash", "input": {"command": "one"}}, {"tool": "write", "input": {"file_path": "two"}}]
NOTE = {"say": "I note it.", "call": CALLS[:1]}
DONE = {"say": "Done.", "times": "forever"}
OF_TEAM = (team.LIST, team.SEND, team.WAIT, team.REPORT, tool.RUN)


@dataclass(frozen=True)
class Scenario:
    """A session, and how many commits it takes."""

    turns: list[Json]
    commits: int
    policy: str = "always_allow"
    is_impatient: bool = False
    has_scout: bool = False
    event: Json = field(default_factory=lambda: MESSAGE)


def tasks(count: int) -> Json:
    """Return a turn in which the lead gives so many tasks, and waits until all are done."""
    each_task = [f"Task {number + 1}." for number in range(count)]
    sends = [{"tool": "send_to_agent", "input": {"agent": "scout", "message": words}} for words in each_task]
    return {"when": {"agent": "Worker", "turn": 1}, "call": [*sends, {"tool": "wait_for_agents"}]}


def scouts(count: int) -> list[Json]:
    """Return a turn for each task: in a life that is to end, the next begins when the one before is on disk."""
    return [
        {**NOTE, "when": {"agent": "scout", "turn": 1, "last": f"Task {number + 1}."}, "delay_ms": number + 2}
        for number in range(count)
    ]


SCENARIOS = {
    "plain turn": Scenario([{"think": True, "say": "Hello."}], 2),
    "tool call": Scenario([{"say": "I look.", "call": CALLS}, {"say": "Done."}], 4),
    "confirmation": Scenario([{"call": CALLS}, {"say": "Done."}], 5, policy="always_ask"),
    "interrupt": Scenario([{"delay_ms": NEVER_MS, "say": "Never."}], 2, is_impatient=True),
    "retry": Scenario([{"error": {"kind": "overloaded"}}, {"say": "At last."}], 4),
    "grading": Scenario(
        [
            {"when": {"agent": "grader", "last": "sevt_"}, "call": verdict("met")},
            {"when": {"agent": "grader"}, "call": verdict("not_met")},
            {"say": "Done."},
            NOTE,
            DONE,
        ],
        7,
        event=OUTCOME,
    ),
    "delegation": Scenario([tasks(1), {**NOTE, "when": {"agent": "scout"}}, DONE], 6, has_scout=True),
}
"""The grader finds a file for each call that took effect, and none in the first round."""

FAN_OUT = Scenario([tasks(25), *scouts(25), DONE], 0, has_scout=True)
"""Its commits are as many as the scouts happen to make together: at least one for each that is begun."""

DEATHS = [
    (name, number, side)
    for name, each in SCENARIOS.items()
    for number in range(1, each.commits + 1)
    for side in ("before", "after")
]


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory: pytest.TempPathFactory, sqlite_tables: Path) -> dict[str, list[str]]:
    """The transcript of each scenario without a death."""
    found = {}
    for name, scenario in SCENARIOS.items():
        life = a_life(scenario, tmp_path_factory.mktemp("unharmed"), sqlite_tables)
        assert life.begin() == 0
        found[name] = transcript(life)
    return found


def a_life(scenario: Scenario, folder: Path, tables: Path) -> Life:
    (folder / "engine.db").write_bytes(tables.read_bytes())
    url = f"sqlite:///{folder / 'engine.db'}"
    life = Life(url, folder, scenario.turns, scenario.policy, scenario.is_impatient, scenario.has_scout, scenario.event)
    return replace(life, heard=HEARD)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_commits_are_those_that_are_died_at(name: str, tmp_path: Path, sqlite_tables: Path) -> None:
    life = a_life(SCENARIOS[name], tmp_path, sqlite_tables)
    assert life.begin() == 0
    assert len(life.commits) == SCENARIOS[name].commits, life.commits


@pytest.mark.parametrize(("name", "number", "side"), DEATHS, ids=str)
def test_a_death_changes_nothing_but_what_it_must(
    name: str,
    number: int,
    side: Literal["before", "after"],
    tmp_path: Path,
    sqlite_tables: Path,
    unharmed: dict[str, list[str]],
) -> None:
    life = a_life(SCENARIOS[name], tmp_path, sqlite_tables)
    assert replace(life, dies_at=number, side=side).begin() == -9
    assert life.begin() == 0
    lost = UNKNOWN_OUTCOME in "\n".join(transcript(life))
    assert without_repeats(transcript(life)) == without_repeats(unharmed[name]) or lost
    nothing_is_done_twice_or_forgotten(life)
    every_report_came_once(life)
    what_webhooks_tell_is_what_the_log_says(life)


def what_webhooks_tell_is_what_the_log_says(life: Life) -> None:
    """Hold each message against the line that it is of: what died before its commit left neither, or both."""
    lines = [(told, each.get("session_thread_id")) for each in events(life) for told in TOLD.get(each["type"], ())]
    of_child = [
        each for each in lines if each[1] is None or each[1].partition("_")[2] != life.session.partition("_")[2]
    ]
    rests = [each["stop_reason"]["type"] for each in events(life) if each["type"] == "session.status_idle"]
    waits = Counter("session.requires_action" if each == "requires_action" else "session.idled" for each in rests)
    expected = Counter(of_child) + Counter({(name, None): count for name, count in waits.items()})
    assert Counter(messages(life)) == expected + Counter({("session.created", None): 1})


TOLD = {
    "session.status_running": ("session.status_run_started", "session.running"),
    "session.status_idle": ("session.status_idled",),
    "session.status_rescheduled": ("session.status_rescheduled",),
    "session.thread_created": ("session.thread_created",),
    "session.thread_status_idle": ("session.thread_idled",),
    "session.thread_status_terminated": ("session.thread_terminated",),
    "span.outcome_evaluation_end": ("session.outcome_evaluation_ended",),
}
"""What webhooks tell of a line of the log, beside why a session rests."""

HEARD = (
    "session.created",
    "session.idled",
    "session.requires_action",
    *dict.fromkeys(name for names in TOLD.values() for name in names),
)


def messages(life: Life) -> list[tuple[str, str | None]]:
    """Return type and thread of what is to be delivered; each is one event of its own."""
    with sqlite3.connect(life.folder / "engine.db") as connection:
        rows = connection.execute("SELECT event_id, body FROM tellings ORDER BY seq").fetchall()
    bodies = [parsed(body) for _, body in rows]
    assert [each["id"] for each in bodies] == [event_id for event_id, _ in rows]
    assert len({event_id for event_id, _ in rows}) == len(rows)
    return [(each["data"]["type"], each["data"].get("session_thread_id")) for each in bodies]


def nothing_is_done_twice_or_forgotten(life: Life) -> None:
    assert len(life.witness) == len(set(life.witness)), "a call took effect twice"
    assert set(life.witness) | unknown(life) == set(calls(life)), "a call is neither done nor told as unknown"


def every_report_came_once(life: Life) -> None:
    begun = [each["session_thread_id"] for each in events(life) if each["type"] == "session.thread_created"]
    heard = [each for each in events(life) if each["type"] == "agent.thread_message_received"]
    came = Counter(each["from_session_thread_id"] for each in heard if each.get("from_agent_name"))
    assert came == Counter(begun)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 9, 17, 27])
def test_a_death_in_a_fan_out_of_25_loses_no_report_and_repeats_nothing(
    number: int, tmp_path: Path, sqlite_tables: Path
) -> None:
    life = a_life(FAN_OUT, tmp_path, sqlite_tables)
    side: Literal["before", "after"] = "after" if number % 2 else "before"
    assert replace(life, dies_at=number, side=side).begin() == -9
    assert life.begin() == 0
    nothing_is_done_twice_or_forgotten(life)
    every_report_came_once(life)
    what_webhooks_tell_is_what_the_log_says(life)
    lead, *threads = by_thread(life)
    assert len(threads) == 25
    assert {tuple(told(each)[1:]) for each in threads} <= {SCOUTED, WITH_AN_UNKNOWN_END}
    assert Counter(each["type"] for each in lead) == LED
    assert lead[-1]["stop_reason"] == {"type": "end_turn"}


LED = Counter(
    {
        **dict.fromkeys(("agent.tool_use", "agent.tool_result"), 26),
        **{f"agent.thread_message_{each}": 25 for each in ("sent", "received")},
        "session.thread_created": 25,
        **{f"span.model_request_{each}": 2 for each in ("start", "end")},
        **{f"session.{of}status_{each}": 1 for of in ("", "thread_") for each in ("running", "idle")},
        **dict.fromkeys(("user.message", "agent.message", "session.usage"), 1),
    }
)
"""What happens on the lead's thread and in the session, and how often."""

SCOUTED = (
    "session.thread_status_running",
    "span.model_request_start",
    "agent.message I note it.",
    "agent.tool_use bash",
    "span.model_request_end",
    "agent.tool_result noted",
    "span.model_request_start",
    "agent.message Done.",
    "span.model_request_end",
    "agent.thread_message_sent Done.",
    "session.thread_status_idle end_turn",
)
"""What happens on a scout's thread once it has its task."""

WITH_AN_UNKNOWN_END = tuple(each.replace(" noted", f" {UNKNOWN_OUTCOME}") for each in SCOUTED)


def transcript(life: Life) -> list[str]:
    """Return what the log says, without ids and times."""
    return told(events(life))


def told(found: list[Any]) -> list[str]:
    return list(_lines(found))


def _lines(found: list[Any]) -> Iterator[str]:
    for event in found:
        said = " ".join(block.get("text", "") for block in event.get("content") or ())
        stop = event.get("stop_reason", {}).get("type", "")
        line = " ".join(filter(None, (event["type"], event.get("name"), said, stop, event.get("result"))))
        yield re.sub(r"sthr_\w+", "sthr", line)


def without_repeats(lines: list[str]) -> list[str]:
    """Leave out that a failed request was tried once more: errors leave nothing a restarted model could know of."""
    kept: list[str] = []
    for line in lines:
        if line.startswith("session.error") and line in kept:
            del kept[kept.index(line) :]
        kept.append(line)
    return kept


def calls(life: Life) -> list[str]:
    return [each["id"] for each in events(life) if each["type"] == "agent.tool_use" and each["name"] not in OF_TEAM]


def unknown(life: Life) -> set[str]:
    told = [each for each in events(life) if each["type"] == "agent.tool_result"]
    return {each["tool_use_id"] for each in told if each["content"][0]["text"] == UNKNOWN_OUTCOME}


def events(life: Life) -> list[Any]:
    return [event for _, event in _rows(life)]


def by_thread(life: Life) -> list[list[Any]]:
    """Return the events of each thread, those of the primary one and of the session first."""
    found: dict[str | None, list[Any]] = {None: []}
    for thread_id, event in _rows(life):
        found.setdefault(thread_id, []).append(event)
    return list(found.values())


def _rows(life: Life) -> list[tuple[str | None, Any]]:
    with sqlite3.connect(life.folder / "engine.db") as connection:
        rows = connection.execute("SELECT thread_id, body FROM session_events ORDER BY seq").fetchall()
    return [(thread_id, parsed(body)) for thread_id, body in rows]
