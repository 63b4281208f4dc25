"""Against the engine, for every kind and every field that `OBJECTS` has: a change names it, and so does drift."""

from typing import Any

import pytest

from agentops.base.names import Kind
from agentops.reconcile.lowering.tree import LOWERINGS
from agentops.reconcile.objects import BECOMES, OBJECTS, ObjectKind
from agentops.reconcile.observed import known
from agentops.reconcile.plan import REMOVALS, Plan, Step
from agentops.reconcile.resource import Resource
from agentops.reconcile.target import Verb, Write
from agentops.reconcile.values import nested, resolved
from agentops.reconcile.verdicts import SEED, Verdict

from .given import an_agent
from .ground import Ground
from .samples import SAMPLES, Sample

pytestmark = pytest.mark.anyio

WITHOUT_OTHER = {
    (ObjectKind.MEMORY_STORE, SEED),  # which has tests of its own
    (ObjectKind.DREAM_SCHEDULE, "since"),
    (ObjectKind.ENVIRONMENT, "scope"),
}
"""Fields that know one word only, for those who come with a key."""


def test_every_field_of_every_kind_has_a_sample() -> None:
    told = {(each.resource.object, name) for each in SAMPLES.values() for name in each.others} | WITHOUT_OTHER
    assert told == {(kind, name) for kind, rule in OBJECTS.items() for name in rule.fields}


def test_every_kind_becomes_something_or_is_about_others() -> None:
    assert {*LOWERINGS} == {*BECOMES} == {*Kind} - {Kind.PROJECT, Kind.RUBRIC}


def around(sample: Sample) -> tuple[Resource, ...]:
    return (*sample.beside, an_agent("bystander"))


def the_step(made: Plan, resource: Resource) -> Step:
    """Return the one step about the object, beside which nothing changes."""
    (step,) = [each for each in made.steps if each.action not in REMOVALS]
    assert step.address == resource.address
    return step


@pytest.mark.parametrize("what", SAMPLES)
async def test_a_field_that_changes_alone_gives_one_step_naming_it(ground: Ground, what: str) -> None:
    sample = SAMPLES[what]
    rule = OBJECTS[sample.resource.object]
    replaced = {place[0] for place in rule.replaced}
    await ground.settle(*around(sample), sample.resource)
    for name, value in sample.others.items():
        changed = sample.with_other(name)
        step = the_step(await ground.plan(*around(sample), changed), changed)
        fields = {each.field for each in step.changes}
        assert fields == {name} or (isinstance(value, Resource) and name in fields), name
        assert step.action == ("replace" if name in replaced else "update"), name
        assert f"`{name}`" in step.reason or name not in replaced
        if name in replaced or rule.fields[name].is_blind:  # the others are written one by one below
            await ground.settle(*around(sample), changed)
            await ground.settle(*around(sample), sample.resource)


@pytest.mark.parametrize("what", SAMPLES)
async def test_a_field_that_somebody_changed_is_reported_alone_and_healed(ground: Ground, what: str) -> None:
    sample = SAMPLES[what]
    rule = OBJECTS[sample.resource.object]
    for name, value in sample.others.items():
        if rule.fields[name].is_blind or (name,) in rule.replaced:
            continue  # nobody sees it, or nobody can change it
        await ground.settle(*around(sample), sample.resource)
        await meddle(ground, sample, name, value)
        step = the_step(await ground.plan(*around(sample), sample.resource), sample.resource)
        assert {each.field for each in step.changes} == {name}
        assert {each.verdict for each in step.changes} == {Verdict.DRIFT}, name
    await ground.settle(*around(sample), sample.resource)


async def meddle(ground: Ground, sample: Sample, name: str, value: Any) -> None:
    """Save another value of one field, as a person beside us would: the marks stay as they are."""
    _, world = await ground.planned(*around(sample), sample.resource)
    live = world.owned(ground.owner)[str(sample.resource.address)][0]
    rule, lookup = OBJECTS[live.object], known(world, ground.owner).get
    wanted = {key: resolved(each.value, lookup) for key, each in sample.resource.fields.items()}
    sent = {name: rule.fields[name].whole(resolved(value, lookup))}
    body = rule.framed(nested(sent), nested(wanted)) | ({"version": live.version} if rule.is_versioned else {})
    await ground.target.write(Write(Verb.UPDATE, live.object, live.id, body=body, parent=live.parent))
