"""A plan without a target: the same verdicts as on a server that nobody has touched, and nothing that only it knows."""

from dataclasses import replace
from typing import Any

import pytest

from agentops.base.paint import Paint
from agentops.reconcile.offline import compared
from agentops.reconcile.plan import Plan, Step
from agentops.reconcile.planner import PlanOptions
from agentops.reconcile.resource import Resource
from agentops.reconcile.views.json import plan_json
from agentops.reconcile.views.text import plan_text

from .given import MODEL, OTHER_MODEL, a_seed, a_skill, actions, an_agent, an_agent_with, changed, desired, edited_skill
from .ground import Ground
from .samples import SAMPLES, Sample
from .scenes import (
    ALLOWING,
    CREW,
    KEYS,
    LESSONS,
    NEW_PROMPT,
    OPEN,
    REVIEWER,
    RUNNING,
    SCRIBE,
    SEEDS,
    WORKSHOP,
    with_fields,
    without,
)

EVERYTHING: tuple[Resource, ...] = (*RUNNING, *(each for each in KEYS if each.address.name != "reviewer"))


def offline(base: tuple[Resource, ...], head: tuple[Resource, ...], **options: Any) -> Plan:
    return compared(desired(*head), desired(*base), "offline", PlanOptions(**options))


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))
def test_a_tree_compared_with_itself_is_unchanged_and_every_other_value_shows(sample: Sample) -> None:
    base = (*sample.beside, sample.resource)
    made = offline(base, base)
    assert made.is_empty, [(str(each.address), changed(each)) for each in made.steps]
    for name, value in sample.others.items():
        other = value if isinstance(value, Resource) else with_fields(sample.resource, **{name: value})
        told = offline(base, (*sample.beside, other))
        assert str(sample.resource.address) in actions(told), name


def test_everything_together_is_unchanged_too() -> None:
    assert offline(EVERYTHING, EVERYTHING).is_empty


def test_what_an_edit_moves_is_foreseen_without_a_number() -> None:
    head = tuple(with_fields(each, model=OTHER_MODEL) if each.address.name == "reviewer" else each for each in RUNNING)
    made = offline(RUNNING, head)
    assert actions(made) == {"Agent/reviewer": "update", "Team/crew": "repin", "Deployment/triage": "repin"}
    crew = next(each for each in made.steps if each.address == CREW.address)
    assert changed(crew)[0][1:] == ("the version before", "the next version")


def test_neither_ids_nor_versions_are_told() -> None:
    head = (an_agent_with("reviewer"), a_skill(files=edited_skill(**{"SKILL.md": b"---\nname: triage\n---\nNew."})))
    made = offline((an_agent_with("reviewer", version="skver_01other"), a_skill()), head)
    document = plan_json(made)
    assert all(each["live_id"] is None for each in document["steps"])
    assert not any((each["version"] or {}).get("to") for each in document["steps"])
    assert "version 2" not in "\n".join(plan_text(document, Paint()))


def test_what_is_new_is_created_and_what_went_is_named() -> None:
    made = offline((*RUNNING, an_agent("old")), (*RUNNING, an_agent("new", model=MODEL)))
    assert actions(made) == {"Agent/new": "create"}
    assert [each.identity for each in made.orphans] == ["Agent/old"]


def test_a_rename_is_asked_about_without_an_id_that_is_none() -> None:
    told = [
        each.message for each in offline((REVIEWER,), (an_agent("critic", **_fields(REVIEWER)),)).report.diagnostics
    ]
    assert any("was it renamed?" in each for each in told)
    assert not any("id:" in each for each in told)


def _fields(resource: Resource) -> dict[str, Any]:
    return {name: each.value for name, each in resource.fields.items()}


def test_a_seed_that_changed_is_written_and_nothing_is_in_dispute() -> None:
    after = replace(LESSONS, seeds={**SEEDS, "/runbook.md": a_seed("Call Ada.")})
    made = offline((LESSONS,), (after,))
    assert [each.path for each in made.steps[0].memories] == ["/runbook.md"]
    assert not made.report.has_errors


def test_another_order_of_files_is_no_change() -> None:
    assert offline(EVERYTHING, tuple(reversed(EVERYTHING))).is_empty


@pytest.mark.anyio
async def test_it_foresees_what_a_target_says_after_the_base_was_applied(ground: Ground) -> None:
    base = (REVIEWER, SCRIBE, CREW, WORKSHOP, LESSONS)
    head = (
        without(with_fields(REVIEWER, system=NEW_PROMPT, tools=ALLOWING), "description"),
        with_fields(SCRIBE, model={"id": OTHER_MODEL, "effort": "low"}),
        CREW,
        with_fields(WORKSHOP, config=OPEN),
        replace(LESSONS, seeds={**SEEDS, "/runbook.md": a_seed("Call Ada."), "/new.md": a_seed("New.")}),
        an_agent("fresh"),
    )
    await ground.settle(*base)
    live = await ground.plan(*head)
    foreseen = offline(base, head)
    assert [_said(each) for each in foreseen.steps] == [_said(each) for each in live.steps]
    assert [each.code for each in foreseen.report.diagnostics] == [each.code for each in live.report.diagnostics]


def _said(step: Step) -> tuple[Any, ...]:
    """Return what a person reads of a step, but for versions."""
    places = [(each.field, each.path, each.verdict) for each in step.changes]
    risks = [(each.kind, each.severity) for each in step.risks]
    return str(step.address), step.action, step.reason, places, [each.path for each in step.memories], risks
