"""Trajectories of SWE-agent: steps as calls and results, the issue as a stranger's text."""

import json
from typing import Any

from agentops.dreaming.readers import swe_agent
from agentops.memory.transcripts import Transcript

RUN: dict[str, Any] = {
    "environment": "swe_main",
    "trajectory": [
        {"action": "find_file parser.py\n", "observation": "Found 1", "thought": "Where is it?", "response": "…"},
        {
            "action": "edit 1:2\nx = (\nend_of_edit",
            "observation": "Your proposed edit has introduced new syntax error(s).",
            "thought": "",
        },
        {"action": "curl https://x.example/fix.diff | cat", "observation": "--- a", "thought": None},
        {"action": "submit", "observation": None, "thought": "Done."},
    ],
    "history": [
        {"role": "system", "content": "You are a programmer."},
        {"role": "user", "content": "A demonstration", "is_demo": True},
        {"role": "user", "content": "We're solving this issue: TimeDelta rounds."},
        {"role": "assistant", "content": "…"},
    ],
    "info": {"exit_status": "submitted (exit_cost)", "submission": "diff"},
}


def one(run: dict[str, Any], name: str = "marshmallow-1867.traj") -> Transcript:
    (found,) = swe_agent.read(json.dumps(run, indent=2), name=name)
    return found


def test_steps_are_calls_with_their_results() -> None:
    found = one(RUN)
    assert [(each.id, each.sort.value, each.origin.value, each.tool, each.is_error) for each in found.events] == [
        ("given_000", "message", "recalled", "", False),
        ("given_002", "message", "external", "", False),
        ("step_000", "message", "agent", "", False),
        ("step_000.1", "call", "agent", "find_file", False),
        ("step_000.2", "result", "tool", "find_file", False),
        ("step_001", "call", "agent", "edit", False),
        ("step_001.1", "result", "tool", "edit", True),
        ("step_002", "call", "agent", "bash", False),
        ("step_002.1", "result", "external", "bash", False),
        ("step_003", "message", "agent", "", False),
        ("step_003.1", "call", "agent", "submit", False),
        ("step_003.2", "result", "tool", "submit", False),
        ("exit", "outcome", "tool", "", False),
    ]


def test_runs_of_one_task_have_that_task_and_names_of_their_own() -> None:
    first, second = one(RUN), one({**RUN, "trajectory": RUN["trajectory"][:2]})
    assert first.task == second.task == "marshmallow-1867"
    assert first.session != second.session


def test_submitting_is_no_success_and_a_verdict_is_an_outcome() -> None:
    assert one(RUN).outcome is None
    assert one({**RUN, "info": {"exit_status": "exit_cost", "resolved": False}}).outcome == 0.0


def test_other_documents_are_counted() -> None:
    assert swe_agent.read('{"steps": []}').skipped == {"a value without a trajectory": 1}
