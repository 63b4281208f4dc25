"""The words that come in: an agent's plan, and the lines of its process."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.base.ids import CountingIds
from agentops.engine.core.workflows.begin import Refused, begin, unknown_run
from agentops.engine.core.workflows.effects import Facts
from agentops.engine.core.workflows.happenings import (
    Asked,
    Cause,
    Choice,
    Failed,
    Finished,
    Logged,
    Lost,
    PhaseBegun,
    PhaseLeft,
    Waits,
)
from agentops.engine.core.workflows.plan import Unfit, planned, run_to_stop
from agentops.engine.core.workflows.requests import LOG_MAX, TEXT_MAX, requested
from agentops.engine.core.workflows.tool import RUN, STOP, definitions
from tests.engine.core.workflows.desk import AT, SETTING

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**10), 10**10) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


def test_a_name_is_cut_to_64_and_a_description_to_256_characters() -> None:
    plan = planned({"name": "n" * 100, "description": "d" * 300, "program": "pass"}, CountingIds())
    assert (len(plan.name), len(plan.description or "")) == (64, 256)
    assert planned({"name": " ", "program": "pass"}, CountingIds()).name == "workflow"


def test_phases_have_ids_and_are_passed_on_as_written() -> None:
    phases = [{"name": "Find "}, {"name": "fix", "description": "Repair."}]
    plan = planned({"name": "n", "phases": phases, "program": "pass"}, CountingIds())
    assert [(each.name, each.description) for each in plan.phases] == [("Find ", None), ("fix", "Repair.")]
    assert all(each.id.startswith("wrph_") for each in plan.phases)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("pass", "The input must be an object"),
        ({"name": "n"}, "program must be a text"),
        ({"program": " \n"}, "program must hold the plan"),
        ({"program": "x" * 200_001}, "at most 200000 characters, it has 200001"),
        ({"program": "pass", "model": "big"}, "no field 'model'"),
        ({"program": "pass", "name": 3}, "name must be a text"),
        ({"program": "pass", "phases": "find"}, "phases must be a list"),
        ({"program": "pass", "phases": [{"name": "a"}] * 65}, "at most 64"),
        ({"program": "pass", "phases": [{"name": "a"}, {"name": "a"}]}, "'a' is there more than once"),
        ({"program": "pass", "phases": [{"name": " "}]}, "phases[0].name must not be empty"),
        ({"program": "pass", "phases": [{"name": "a", "description": 1}]}, "phases[0].description must be a text"),
    ],
)
def test_what_is_no_plan_is_refused_in_words(sent: object, words: str) -> None:
    refused = begin(sent, 0, SETTING, CountingIds(), AT)
    assert isinstance(refused, Refused)
    assert words in refused.words
    assert not refused.entries


def test_a_run_is_stopped_by_its_id() -> None:
    assert run_to_stop({"workflow_run_id": "wrun_1"}) == "wrun_1"
    with pytest.raises(Unfit, match="workflow_run_id must be a text"):
        run_to_stop({})
    assert "'wrun_1'" in unknown_run("wrun_1")


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ({"op": "begin", "n": 1, "phase": "find"}, PhaseBegun(1, "find")),
        ({"op": "end", "n": 1}, PhaseLeft(1)),
        ({"op": "ask", "n": 2, "prompt": "a\0b"}, Asked(2, "a\ufffdb")),
        (
            {"op": "ask", "n": 2, "prompt": "p", "name": "N", "system": "s", "tools": ["bash"]},
            Asked(2, "p", Choice(name="N", system="s", tools=("bash",))),
        ),
        ({"op": "log", "text": "x" * 3_000}, Logged("x" * LOG_MAX)),
        ({"op": "wait", "heard": 3}, Waits(3)),
        ({"op": "done", "report": "r" * (TEXT_MAX + 1)}, Finished("r" * TEXT_MAX)),
        ({"op": "done", "report": ""}, Finished(None)),
        ({"op": "failed", "trace": "t"}, Failed("t")),
        ({"op": "ask", "n": 1, "prompt": ""}, Lost(Cause.GARBLED)),
        ({"op": "ask", "n": True, "prompt": "p"}, Lost(Cause.GARBLED)),
        ({"op": "ask", "n": 1, "prompt": "p", "tools": "bash"}, Lost(Cause.GARBLED)),
        ({"op": "ask", "n": 1, "prompt": "p" * (TEXT_MAX + 1)}, Lost(Cause.GARBLED)),
        ({"op": "end", "n": 2**31}, Lost(Cause.GARBLED)),
        ({"op": "explode"}, Lost(Cause.GARBLED)),
    ],
)
def test_a_line_is_a_request_or_the_end(line: dict[str, Any], request_: object) -> None:
    assert requested(line) == request_


@given(
    op=st.sampled_from(["begin", "end", "ask", "log", "wait", "done", "failed"]) | VALUES,
    fields=st.dictionaries(
        st.sampled_from(["n", "phase", "prompt", "agent", "tools", "text", "heard", "report"]), VALUES, max_size=4
    ),
)
def test_any_line_is_judged(op: Any, fields: dict[str, Any]) -> None:
    assert requested({"op": op, **fields}) is not None


def test_a_model_is_told_of_the_agents_and_tools_that_there_are() -> None:
    run, stop = definitions(Facts(("Reviewer", "Writer"), has_inline=True, tools=("bash",)))
    assert (run["name"], stop["name"]) == (RUN, STOP)
    assert "your tools: bash. `agent` names one of: Reviewer, Writer." in run["description"]
    assert "/workspace/{f}. Return" in run["description"]
    assert "must name one of: Reviewer." in definitions(Facts(("Reviewer",), has_inline=False))[0]["description"]
    assert "names one of" not in definitions(Facts())[0]["description"]
