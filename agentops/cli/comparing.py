"""A plan that was approved, beside the one that is made now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentops.base.errors import TargetRejected
from agentops.cli.output import say
from agentops.cli.planning import Planned

if TYPE_CHECKING:
    from agentops.reconcile.saving.moves import Comparison
    from agentops.reconcile.saving.shape import SavedStep

_MOST_ASKED = 40


async def compared_with(approved: "Sequence[SavedStep]", planned: Planned) -> "Comparison":
    """Return the steps that were approved beside the plan that is made now."""
    from agentops.reconcile.saving.description import manifest_digest, steps
    from agentops.reconcile.saving.moves import Now, compared

    owned = planned.world.owned(planned.plan.owner)
    lives = {identity: found[0].id for identity, found in owned.items()}
    there = {each.id for each in planned.world.lives}
    manifests = {str(each.address): manifest_digest(each) for each in planned.desired.resources}
    lost = [each for each in approved if each.live_id and each.live_id not in there]
    gone = {each.live_id: await _fate(planned, each) for each in lost[:_MOST_ASKED]}
    return compared(approved, Now(steps(planned.plan, planned.world), manifests, lives, gone))


def tell_moves(comparison: "Comparison") -> None:
    """Say what moved, object by object."""
    from agentops.base.paint import printable

    for each in comparison.moved[:_MOST_ASKED]:
        say(f"  {printable(each.sentence)}")
    if len(comparison.moved) > _MOST_ASKED:
        say(f"  … and {len(comparison.moved) - _MOST_ASKED} more")


async def _fate(planned: Planned, step: "SavedStep") -> str:
    """Return what became of an object that is listed no more, in a word."""
    from agentops.reconcile.objects import OBJECTS, ObjectKind

    kind = next((each for each in ObjectKind if each.value == step.object), None)
    if kind is None or OBJECTS[kind].parent is not None:
        return "removed"
    try:
        return "archived" if (await planned.target.read(kind, step.live_id)).get("archived_at") else "unlisted"
    except TargetRejected:
        return "removed"
