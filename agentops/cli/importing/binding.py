"""Marks for what was imported, and nothing else: a plan cut down to the objects that are taken over."""

from collections.abc import Mapping
from dataclasses import replace

from agentops.base.names import Address
from agentops.reconcile.changes import action_for
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.observed import World
from agentops.reconcile.plan import Action, Plan, Step, subject
from agentops.reconcile.planner import PlanOptions, plan
from agentops.reconcile.resource import Desired, Resource
from agentops.reconcile.verdicts import ABSENT, Verdict
from agentops.reconcile.write_only import UNREAD, is_partly_read

_MARKING = frozenset({Action.ADOPT, Action.RESTAMP, Action.REPIN})
"""Steps after which an object is what it was, with our marks; rosters follow the versions that marks make."""


def binding(desired: Desired, world: World, target: str, taken: Mapping[Address, str]) -> Plan:
    """Return the plan that takes over these objects by their ids, and touches no other.

    Secrets are neither read nor sent: what a server has of them stays, and is not marked as ours.
    """
    resources = tuple(_without_secrets(each) for each in desired.by_address.values())
    whole = plan(
        replace(Desired.of(desired.owner, resources), brakes=desired.brakes),
        world,
        target,
        PlanOptions(take=_free(world, taken)),
    )
    steps = tuple(
        _with_what_is_hidden(each, desired.by_address[each.address]) for each in whole.steps if each.address in taken
    )
    kept = {each.address for each in steps}
    steps = tuple(replace(each, needs=tuple(need for need in each.needs if need in kept)) for each in steps)
    ours = tuple(each for each in whole.report.diagnostics if subject(each) in taken)
    return replace(
        whole,
        steps=steps,
        unchanged=len(taken) - len(steps),
        orphans=(),
        rendered=(),
        kept=(),
        report=replace(whole.report, diagnostics=ours),
    )


def difference(step: Step) -> str:
    """Return what a step would change beside marks; nothing where it changes no more than pinned versions."""
    told = [each for each in step.changes if action_for((each,))[0] is not Action.REPIN]
    if told:
        places = dict.fromkeys(".".join([each.field, *map(str, each.path)]) for each in told)
        return f"{step.address} would change: {', '.join(f'`{each}`' for each in places)}"
    if step.action is Action.RESTORE:
        return f"{step.address} was retired: take its manifest out of git's history, and apply gives it back as it was"
    if step.action not in _MARKING or step.memories:
        return f"{step.address} would be made or replaced ({step.action})"
    return ""


def _free(world: World, taken: Mapping[Address, str]) -> dict[Address, str]:
    """Return those of the objects that bear no marks; the others are ours already, and are found by them."""
    unmarked = {live.id for live in world.lives if live.marks is None}
    return {address: each for address, each in taken.items() if each in unmarked}


def _without_secrets(resource: Resource) -> Resource:
    """Return the resource without the fields in which a secret stands that nobody looked up."""
    fields = {
        name: each
        for name, each in resource.fields.items()
        if each.value is not UNREAD and not (_may_hold(resource) and is_partly_read(each.value))
    }
    return replace(resource, fields=fields)


def _with_what_is_hidden(step: Step, declared: Resource) -> Step:
    """Return the step without clearing what no import can write down, because the server does not show it.

    Its mark goes, so that no later plan clears it either.
    """
    rules, unread = OBJECTS[step.object].fields, declared.fields.keys() - _without_secrets(declared).fields.keys()
    cleared = (each.name for each in step.judged if each.verdict is Verdict.CLEAR)
    hidden = {each for each in cleared if each in unread or rules[each].is_blind}
    if not hidden:
        return step
    judged = (
        replace(each, verdict=Verdict.CONVERGED, wanted=ABSENT) if each.name in hidden else each for each in step.judged
    )
    left = tuple(each for each in step.changes if each.field not in hidden)
    action, reason = action_for(left) if left else (Action.RESTAMP, "only the marks are behind")
    return replace(step, judged=tuple(judged), changes=left, action=action, reason=reason)


def _may_hold(resource: Resource) -> bool:
    return resource.object in (ObjectKind.DEPLOYMENT, ObjectKind.CREDENTIAL)
