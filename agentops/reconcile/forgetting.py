"""Objects that are let go: they stay as they are, and nothing of ours is left on them."""

from collections.abc import Iterator, Mapping, Sequence

from agentops.base.diagnostics import Diagnostic, Report
from agentops.reconcile import codes
from agentops.reconcile.observed import Live, World
from agentops.reconcile.options import Forgetting
from agentops.reconcile.plan import Action, Plan, Step
from agentops.reconcile.removal import address_of
from agentops.reconcile.resource import Desired

Owned = Mapping[str, Sequence[Live]]


def forgetting(desired: Desired, world: World, target: str, wanted: Forgetting) -> Plan:
    """Return the plan that lets go of what was named, and does nothing else.

    Reports:
        plan.not-there, plan.still-declared.
    """
    owned = world.owned(desired.owner)
    found = [live for address in sorted(wanted.addresses) for live in owned.get(str(address), ())]
    named = [live for lives in owned.values() for live in lives if live.id in wanted.ids]
    steps = tuple(let_go([*found, *named], owned, "named: it stays alive, and nobody manages it"))
    diagnostics = (*_refused(desired, owned, wanted), *_not_there(named, desired.owner, wanted))
    return Plan(desired.owner, target, steps, unchanged=0, report=Report.of(diagnostics))


def let_go(lives: Sequence[Live], owned: Owned, reason: str) -> Iterator[Step]:
    """Yield the steps that take the marks off objects and off what is inside them."""
    ids = {each.id: each for each in lives}
    inside = [each for found in owned.values() for each in found if each.parent in ids and each.id not in ids]
    for each in (*inside, *ids.values()):
        yield Step(address_of(each), each.object, Action.FORGET, reason, live=each)


def _refused(desired: Desired, owned: Owned, wanted: Forgetting) -> Iterator[Diagnostic]:
    for address in sorted(wanted.addresses):
        if address in desired.by_address:
            fact = f"{address} would be let go, but a manifest declares it"
            notes = ("remove the manifest first, or the next apply asks whether to adopt it",)
            yield Diagnostic(codes.STILL_DECLARED, fact, notes=notes)
        elif str(address) not in owned:
            fact = f"{address} would be let go, but this project has no such object on the target"
            yield Diagnostic(codes.NOT_THERE, fact, notes=("`agentops plan` lists what is declared no more",))
    declared = {str(each) for each in desired.by_address}
    for identity, lives in owned.items():
        going = [each.id for each in lives if each.id in wanted.ids]
        if identity in declared and going and len(going) == len(lives):
            fact = f"{', '.join(going)} would be let go, but {identity} is declared and there is no other"
            yield Diagnostic(codes.STILL_DECLARED, fact, notes=("remove the manifest first",))


def _not_there(named: Sequence[Live], owner: str, wanted: Forgetting) -> Iterator[Diagnostic]:
    for each in sorted(wanted.ids - {live.id for live in named}):
        fact = f"{each} would be let go, but nothing with this id bears the marks of {owner}"
        yield Diagnostic(codes.NOT_THERE, fact)
