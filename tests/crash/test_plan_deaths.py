"""The server is killed while an agent's plan is carried out: the plan goes on, and nothing of it is done twice."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from .test_session_commits import DONE, NOTE, Scenario, a_life, events, nothing_is_done_twice_or_forgotten

pytestmark = pytest.mark.crash

PROGRAM = """
with phase("look"):
    found = parallel([lambda n=n: agent(f"Look at {n}.", agent="scout") for n in range(2)])
with phase("look again"):
    report(agent(f"Look again: {found}", agent="scout"))
"""
PLAN = {"name": "Sweep", "phases": [{"name": "look"}, {"name": "look again"}], "program": PROGRAM}
SWEEP = Scenario(
    [
        {"when": {"agent": "Worker", "turn": 1}, "call": [{"tool": "run_workflow", "input": PLAN}]},
        {**NOTE, "when": {"agent": "scout", "turn": 1}},
        {"when": {"agent": "scout", "turn": 2}, "say": "All is well."},
        DONE,
    ],
    0,
    has_scout=True,
)
"""Its commits are as many as what happens together."""


@pytest.mark.parametrize(("number", "side"), [(2, "after"), (5, "before"), (8, "after")], ids=str)
def test_a_plan_outlives_the_server(
    number: int, side: Literal["before", "after"], tmp_path: Path, sqlite_tables: Path
) -> None:
    life = a_life(SWEEP, tmp_path, sqlite_tables)
    assert replace(life, dies_at=number, side=side).begin() == -9
    assert life.begin() == 0
    nothing_is_done_twice_or_forgotten(life)
    found = events(life)
    times = Counter(each["type"] for each in found)
    assert times["workflow_run.created"] == times["workflow_run.status_running"] == 1
    assert times["session.thread_created"] == times["session.thread_status_terminated"] == 3
    assert times["workflow_run.phase_started"] == times["workflow_run.phase_ended"] == 2
    (ended,) = [each for each in found if each["type"] == "workflow_run.status_ended"]
    assert ended["result"] == {"type": "completed"}
    assert found[-1]["stop_reason"] == {"type": "end_turn"}
    assert not list((tmp_path / "plans").iterdir())
