"""What people and programs see of each plan; `UPDATE_GOLDEN=1` writes the expected files anew: look at them then."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from agentops.base.paint import Paint
from agentops.base.views.json import report_json
from agentops.reconcile.plan import Action, Plan
from agentops.reconcile.verdicts import Verdict
from agentops.reconcile.views.drift import drift_json, drift_text
from agentops.reconcile.views.json import plan_json, summary
from agentops.reconcile.views.markdown import About, plan_markdown
from agentops.reconcile.views.text import plan_text, step_text, summary_line

from .given import TARGET, planned, world_of
from .scenes import PROJECT, SCENES

GOLDEN = Path(__file__).parents[1] / "golden" / "plans"
PLAIN, COLOURED = Paint(), Paint(is_on=True)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
ABOUT = About(commit="0123456789abcdef", run_url="https://github.com/acme/agents/actions/runs/1")
_COLOUR = re.compile(r"\x1b\[\d+m")


def document(plan: Plan) -> dict[str, Any]:
    """Return the JSON document that `plan -o json` prints."""
    return plan_json(plan) | {"diagnostics": report_json(plan.report)["diagnostics"]}


def rendered(scene: str) -> dict[str, str]:
    """Return every rendering of the scene by the name of its file."""
    plan = SCENES[scene]()
    shape, drifted = document(plan), drift_json(plan)
    return {
        f"{scene}.txt": "\n".join(plan_text(shape, PLAIN)) + "\n",
        f"{scene}.json": json.dumps(shape, indent=2, ensure_ascii=True) + "\n",
        f"{scene}.md": plan_markdown(shape, ABOUT),
        f"{scene}.drift.txt": "\n".join(drift_text(drifted, PLAIN)) + "\n",
    }


@pytest.mark.parametrize("scene", SCENES)
def test_a_plan_looks_as_it_should(scene: str) -> None:
    found = rendered(scene)
    if os.environ.get("UPDATE_GOLDEN"):
        for name, text in found.items():
            (GOLDEN / name).write_text(text, "utf-8")
    assert found == {name: (GOLDEN / name).read_text("utf-8") for name in found}


def test_no_golden_file_is_left_over() -> None:
    assert {each.name for each in GOLDEN.iterdir()} == {name for scene in SCENES for name in rendered(scene)}


@pytest.mark.parametrize("scene", SCENES)
def test_colour_changes_no_character(scene: str) -> None:
    shape = plan_json(SCENES[scene]())
    coloured = "\n".join(plan_text(shape, COLOURED))
    assert _COLOUR.sub("", coloured) == "\n".join(plan_text(shape, PLAIN))
    assert "\x1b[" in coloured


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_that_others_wrote_reaches_the_terminal_raw(scene: str) -> None:
    for name, text in rendered(scene).items():
        assert not _CONTROL.search(text), name


@pytest.mark.parametrize("scene", SCENES)
def test_the_text_is_made_from_the_json_and_nothing_else(scene: str) -> None:
    shape = plan_json(SCENES[scene]())
    assert [*plan_text(json.loads(json.dumps(shape)), PLAIN)] == [*plan_text(shape, PLAIN)]


@pytest.mark.parametrize("scene", SCENES)
def test_every_value_that_changes_is_in_the_json_whole(scene: str) -> None:
    plan = SCENES[scene]()
    said = {(each["address"], each["action"]): each["changes"] for each in plan_json(plan)["steps"]}
    for step in plan.steps:
        assert [(each["before"], each["after"]) for each in said[str(step.address), step.action]] == [
            (each.before, each.after) for each in step.changes
        ]


def test_danger_comes_first_and_addresses_are_sorted() -> None:
    steps = plan_json(SCENES["removals"]())["steps"]
    assert [each["action"] for each in steps] == ["archive"] * 4 + ["adopt", "restamp"]
    assert [each["address"] for each in steps[:4]] == sorted(each["address"] for each in steps[:4])


def test_the_summary_counts_every_action_drift_and_conflict_once_a_field() -> None:
    counts = summary(SCENES["conflict"]())
    assert {*counts} == {*map(str, Action), "drift", "conflict", "unchanged", "undeclared"}
    assert counts["conflict"] == 1
    assert counts["drift"] == 2


def test_the_summary_line_is_one_that_scripts_can_search_for() -> None:
    for scene in SCENES:
        line = summary_line(plan_json(SCENES[scene]()))
        assert re.fullmatch(r"(Plan: \d+ to create, .*|No changes\. \d+ unchanged)\. Plan [0-9a-f]{12}\.", line)


def a_change(before: Any, after: Any) -> dict[str, Any]:
    """Return a step that changes one prompt."""
    change = {
        "field": "system",
        "path": [],
        "verdict": Verdict.UPDATE,
        "before": before,
        "after": after,
        "source": None,
    }
    return {
        "address": "Agent/x",
        "action": "update",
        "reason": "r",
        "version": None,
        "changes": [change],
        "memories": [],
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("one", "two"),
        (None, "two"),
        ("one", None),
        ("one\n", "two\n"),
        ("one\ntwo\n", "one\ntwo"),
        ("one\ntwo", "one\r\ntwo"),
        ("a" * 100, "a" * 100 + "b"),
        ("a" * 100, "a" * 100 + "\n"),
        ([f"{each}.example.com" for each in range(9)], [f"{each}.example.com" for each in range(10)]),
        ([{"domain": "x" * 70}, "one"], [{"domain": "x" * 70}, "two"]),
    ],
)
def test_a_difference_is_never_shown_as_two_equal_values(before: Any, after: Any) -> None:
    lines = [*step_text(a_change(before, after), PLAIN, 8)][1:]
    assert lines
    shown = "\n".join(lines)
    old, arrow, new = shown.partition(" → ")
    if arrow:
        assert old.removeprefix("      system: ") != new
    else:
        assert len(lines) > 1


def test_a_drift_report_holds_only_what_others_changed() -> None:
    report = drift_json(SCENES["conflict"]())
    assert {each["verdict"] for step in report["steps"] for each in step["changes"]} == {"drift", "conflict"}
    assert [each["address"] for each in report["steps"]] == ["Agent/reviewer", "Environment/workshop"]
    assert report["pending"] == 1, "the team that follows"


def test_a_plan_that_waits_beside_drift_is_counted() -> None:
    assert drift_json(SCENES["edits"]())["pending"] == 5
    assert drift_json(SCENES["edits"]())["steps"] == []


def test_the_json_of_a_plan_is_the_same_for_every_order_of_files() -> None:
    world = world_of(*PROJECT[:2])
    one, two = (plan_json(planned(each, world)) for each in (PROJECT, PROJECT[::-1]))
    assert json.dumps(one) == json.dumps(two)
    assert one["target"] == TARGET
    assert one["format_version"] == 1
