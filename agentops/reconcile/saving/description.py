"""A plan as it is saved: each step with the digests by which it is known again."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentops.base.canonical import digest
from agentops.base.names import Address
from agentops.reconcile.marks import mark_hash
from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.observed import Live, World, known
from agentops.reconcile.plan import REMOVALS, Plan, Step
from agentops.reconcile.resource import Resource
from agentops.reconcile.saving.moves import GOES, Key
from agentops.reconcile.saving.shape import SavedMemory, SavedStep
from agentops.reconcile.settling import owned
from agentops.reconcile.values import Known, resolved
from agentops.reconcile.verdicts import SEED, in_normal_form


def steps(plan: Plan, world: World) -> tuple[SavedStep, ...]:
    """Return the steps of a plan as they are saved, in its order."""
    versions = dict(_versions(plan, world))
    return tuple(_step(each, versions) for each in plan.steps)


def of_same(plan: Plan, same: Collection[Key]) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Return the steps of a plan that are known again, and those that are left out.

    What needs a step that is left out is left out too. Nothing is taken away unless all else is there: it may still be
    named by what is left out.
    """
    left_out = [each for each in plan.steps if key_of(each) not in same]
    missing = {each.address for each in left_out}
    kept: list[Step] = []
    for step in plan.steps:
        if key_of(step) in same and not _goes(step):
            is_held_up = not missing.isdisjoint(step.needs)
            (left_out if is_held_up else kept).append(step)
            missing |= {step.address} if is_held_up else set()
    going = [each for each in plan.steps if key_of(each) in same and _goes(each)]
    return (*kept, *(() if left_out else going)), (*left_out, *(going if left_out else ()))


def key_of(step: Step) -> Key:
    """Return by what a step is known again in a saved plan."""
    return str(step.address), step.live.id if step.live and _goes(step) else ""


def _goes(step: Step) -> bool:
    return step.action.value in GOES


def manifest_digest(resource: Resource) -> str:
    """Return a digest of all that is declared of an object, names in the place of ids and of versions."""
    named = _Named({})
    declared = {name: _wanted(resource, name, named) for name in resource.fields if name != SEED}
    seeds = {path: [each.sha256, each.mode] for path, each in resource.seeds.items()}
    return digest([declared, seeds, resource.protect])[:16]


def _versions(plan: Plan, world: World) -> Iterator[tuple[Address, Any]]:
    """Yield the versions that others pin: those that are there, and those that the plan makes."""
    for address, found in known(world, plan.owner).items():
        yield address, found.version
    for step in plan.steps:
        if step.action not in REMOVALS and step.version is not None:
            yield step.address, step.version


@dataclass(frozen=True, slots=True)
class _Named:
    """Looks names up as names: an object that is made meanwhile is still the same one."""

    versions: Mapping[Address, Any]

    def __call__(self, address: Address) -> Known:
        version = self.versions.get(address)
        # Of what is not counted, a version is an id that only the server knows.
        return Known({"$id": str(address)}, version if isinstance(version, int) else {"$version": str(address)})


def _step(step: Step, versions: Mapping[Address, Any]) -> SavedStep:
    resource, live, named = step.resource, step.live, _Named(versions)
    fields = [name for name in resource.fields if name != SEED] if resource else []
    return SavedStep(
        address=str(step.address),
        object=step.object.value,
        action=step.action.value,
        live_id=live.id if live else "",
        version=live.version if live else None,
        updated_at=str(live.body.get("updated_at", "")) if live else "",
        live=_live(live, fields) if live else {},
        wanted={name: mark_hash(_wanted(resource, name, named)) for name in fields} if resource else {},
        manifest=manifest_digest(resource) if resource else "",
        source=resource.source if resource else "",
        memories={
            each.path: SavedMemory(before=each.expected_sha256, after=each.seed.sha256) for each in step.memories
        },
    )


def _wanted(resource: Resource, name: str, named: _Named) -> Any:
    rule = OBJECTS[resource.object].fields[name]
    return rule.normal(resolved(resource.fields[name].value, named))


def _live(live: Live, declared: list[str]) -> dict[str, str]:
    rules = OBJECTS[live.object].fields
    names = {*owned(live), *(each for each in declared if not rules[each].is_blind)}
    return {name: mark_hash(in_normal_form(name, rules[name], live.body)) for name in sorted(names)}
