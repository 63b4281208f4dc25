"""The server is killed before and after every commit of a session, started again, and nothing differs but what must."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from agentops.engine.core.json import Json, parsed
from agentops.engine.core.runs.decide import UNKNOWN_OUTCOME

from .lives import Life

pytestmark = pytest.mark.crash

CALLS = [{"tool": "bash", "input": {"command": "one"}}, {"tool": "write", "input": {"file_path": "two"}}]


@dataclass(frozen=True)
class Scenario:
    """A session, and how many commits it takes."""

    turns: list[Json]
    commits: int
    policy: str = "always_allow"
    is_impatient: bool = False


SCENARIOS = {
    "plain turn": Scenario([{"think": True, "say": "Hello."}], 2),
    "tool call": Scenario([{"say": "I look.", "call": CALLS}, {"say": "Done."}], 4),
    "confirmation": Scenario([{"call": CALLS}, {"say": "Done."}], 5, policy="always_ask"),
    "interrupt": Scenario([{"delay_ms": 3_600_000, "say": "Never."}], 2, is_impatient=True),
    "retry": Scenario([{"error": {"kind": "overloaded"}}, {"say": "At last."}], 4),
}
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
    for name in SCENARIOS:
        life = a_life(name, tmp_path_factory.mktemp("unharmed"), sqlite_tables)
        assert life.begin() == 0
        found[name] = transcript(life)
    return found


def a_life(name: str, folder: Path, tables: Path) -> Life:
    (folder / "engine.db").write_bytes(tables.read_bytes())
    scenario = SCENARIOS[name]
    url = f"sqlite:///{folder / 'engine.db'}"
    return Life(url, folder, scenario.turns, scenario.policy, scenario.is_impatient)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_commits_are_those_that_are_died_at(name: str, tmp_path: Path, sqlite_tables: Path) -> None:
    life = a_life(name, tmp_path, sqlite_tables)
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
    life = a_life(name, tmp_path, sqlite_tables)
    assert replace(life, dies_at=number, side=side).begin() == -9
    assert life.begin() == 0
    lost = UNKNOWN_OUTCOME in "\n".join(transcript(life))
    assert without_repeats(transcript(life)) == without_repeats(unharmed[name]) or lost
    assert len(life.witness) == len(set(life.witness)), "a call took effect twice"
    assert set(life.witness) | unknown(life) == set(calls(life)), "a call is neither done nor told as unknown"


def transcript(life: Life) -> list[str]:
    """Return what the log says, without ids and times."""
    return list(_lines(life))


def _lines(life: Life) -> Iterator[str]:
    for event in events(life):
        said = " ".join(block.get("text", "") for block in event.get("content") or ())
        stop = event.get("stop_reason", {}).get("type", "")
        yield " ".join(filter(None, (event["type"], event.get("name"), said, stop)))


def without_repeats(lines: list[str]) -> list[str]:
    """Leave out that a failed request was tried once more: errors leave nothing a restarted model could know of."""
    kept: list[str] = []
    for line in lines:
        if line.startswith("session.error") and line in kept:
            del kept[kept.index(line) :]
        kept.append(line)
    return kept


def calls(life: Life) -> list[str]:
    return [each["id"] for each in events(life) if each["type"] == "agent.tool_use"]


def unknown(life: Life) -> set[str]:
    told = [each for each in events(life) if each["type"] == "agent.tool_result"]
    return {each["tool_use_id"] for each in told if each["content"][0]["text"] == UNKNOWN_OUTCOME}


def events(life: Life) -> list[Any]:
    with sqlite3.connect(life.folder / "engine.db") as connection:
        rows = connection.execute("SELECT body FROM session_events ORDER BY seq").fetchall()
    return [parsed(body) for (body,) in rows]
