"""What people and programs see of each plan; `UPDATE_GOLDEN=1` writes the expected files anew: look at them then."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agentops.base.paint import Paint
from agentops.base.views.json import report_json
from agentops.base.views.text import report_text
from agentops.reconcile.codes import CODES
from agentops.reconcile.plan import Action, Plan
from agentops.reconcile.risks import RiskKind
from agentops.reconcile.verdicts import DIFFERENT, Verdict
from agentops.reconcile.views.drift import drift_json, drift_text
from agentops.reconcile.views.json import plan_json, summary
from agentops.reconcile.views.markdown import About, plan_markdown
from agentops.reconcile.views.schema import faults, plan_schema
from agentops.reconcile.views.text import plan_text, step_text, summary_line

from .given import TARGET, an_agent, meddled, planned, with_live, world_of
from .more_scenes import MORE
from .scenes import PROJECT
from .scenes import SCENES as FIRST

SCENES = {**FIRST, **MORE}
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
    report = report_text(report_json(plan.report))
    return ({f"{scene}.report.txt": f"{report}\n"} if report else {}) | {
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


def test_no_name_that_others_gave_passes_for_a_line_of_ours() -> None:
    world = world_of(an_agent(metadata={"team": "a"}))
    (live,) = world.lives
    theirs = {"key\nNo changes.": "x", "k\u2028e\u061cy": "x"}
    plan = planned([an_agent(metadata={"team": "a"})], with_live(world, meddled(live, metadata=theirs)))
    for text in (plan_text(document(plan), PLAIN), drift_text(drift_json(plan), PLAIN)):
        lines = list(text)
        assert any("metadata.key\\nNo changes.: " in each for each in lines)
        assert not [each for each in lines if "\n" in each or "\u2028" in each or "\u061c" in each]


def test_a_key_that_somebody_left_in_a_live_text_is_shown_nowhere() -> None:
    key = "sk-ant-" + "Zx9Qw8Er7Ty6Ui5Op4"
    world = world_of(an_agent(system="Be kind.", metadata={"a": "b"}))
    (live,) = world.lives
    theirs = meddled(live, system=f"Be kind.\nUse {key}.", metadata={"a": key})
    plan = planned([an_agent(system="Be kind.", metadata={"a": "b"})], with_live(world, theirs))
    shape, drifted = document(plan), drift_json(plan)
    every = [json.dumps(shape), *plan_text(shape, PLAIN), plan_markdown(shape, ABOUT), *drift_text(drifted, PLAIN)]
    assert not [each for each in every if "Zx9" in each]
    assert "Use (looks like a secret)." in "\n".join(every)


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
    for scene in SCENES.values():
        line = summary_line(plan_json(scene()))
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


def strict(schema: Any) -> Any:
    """Return the schema without room for what it does not name: what a plan says and its schema does not is found."""
    match schema:
        case {"properties": dict()}:
            closed = {key: strict(each) for key, each in schema.items() if key != "properties"}
            members = {key: strict(each) for key, each in schema["properties"].items()}
            return {**closed, "properties": members, "additionalProperties": False}
        case dict():
            return {key: strict(each) for key, each in schema.items()}
        case list():
            return [strict(each) for each in schema]
    return schema


@pytest.mark.parametrize("scene", SCENES)
def test_every_golden_plan_is_as_the_schema_says_and_says_no_more(scene: str) -> None:
    found = json.loads((GOLDEN / f"{scene}.json").read_text("utf-8"))
    assert faults("plan", found) == []
    assert [each.message for each in Draft202012Validator(strict(plan_schema())).iter_errors(found)] == []


WORDS = {"action": Action, "verdict": sorted(DIFFERENT), "risk": RiskKind, "code": CODES}
ENDINGS = {"action": (".txt", ".md"), "verdict": (), "risk": (".md",), "code": (".report.txt", ".md")}


def said_in(plan: dict[str, Any], kind: str) -> set[str]:
    steps = plan["steps"]
    match kind:
        case "action":
            return {each["action"] for each in steps}
        case "verdict":
            return {change["verdict"] for each in steps for change in each["changes"]}
        case "risk":
            return {risk["risk"] for each in steps for risk in each["risks"]}
    return {each["code"] for each in plan["diagnostics"]}


@pytest.mark.parametrize("kind", WORDS)
def test_every_word_that_a_plan_may_say_is_in_golden_files_of_each_kind(kind: str) -> None:
    plans = {scene: json.loads((GOLDEN / f"{scene}.json").read_text("utf-8")) for scene in SCENES}
    for word in WORDS[kind]:
        scenes = [scene for scene, plan in plans.items() if word in said_in(plan, kind)]
        assert scenes, f"no scene says {word}: write the golden files anew"
        for ending in ENDINGS[kind]:
            text = "".join((GOLDEN / f"{scene}{ending}").read_text("utf-8") for scene in scenes)
            assert shown(word) in text, f"{word} is not to be seen in any {ending}"


def shown(word: str) -> str:
    return {"repin": "re-pin", "restamp": "re-stamp"}.get(word, word if "." in word else word.replace("_", " "))


def test_verdicts_that_change_nothing_are_judged_in_some_scene_and_shown_in_none() -> None:
    judged = {each.verdict for scene in SCENES.values() for step in scene().steps for each in step.judged}
    assert {Verdict.IN_SYNC, Verdict.CONVERGED} <= judged
    for scene in SCENES.values():
        assert said_in(document(scene()), "verdict") <= DIFFERENT
