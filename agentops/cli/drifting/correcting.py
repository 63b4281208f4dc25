"""Drift undone on the target, and nothing else done there."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from agentops.base.paint import printable
from agentops.cli.applying import Consent, decide
from agentops.cli.drifting import with_background
from agentops.cli.drifting.choices import only_of
from agentops.cli.output import say
from agentops.cli.planning import Planned

if TYPE_CHECKING:
    from agentops.cli.drifting.choices import Wish
    from agentops.reconcile.adopting import Left, Only

_QUESTION = "Bring these back?"


async def correct(planned: Planned, wish: "Wish") -> bool:
    """Bring the drifted fields back and tell what is left; tell whether all of it was done."""
    from agentops.reconcile.correcting import correction

    only = only_of(wish.only, planned.desired)
    planned = await with_background(planned)
    found = correction(planned.plan, only)
    waiting = sorted({f"{address}.{field}" for address, field in found.waiting})
    if waiting and found.plan.steps:
        say(f"Edits that wait in the manifests stay there: {', '.join(waiting)}")
    tell_left(found.left)
    return await decide(
        _corrected(planned, only), Consent(_QUESTION, is_given=wish.is_agreed, to_plan=wish.to_plan), wish.output
    )


def _corrected(planned: Planned, only: "tuple[Only, ...]") -> Planned:
    """Return the plan of drift alone, also when it is made again under the lease."""
    from agentops.reconcile.correcting import correction

    async def again() -> Planned:
        return _corrected(await with_background(await planned.again()), only)

    return replace(planned, plan=correction(planned.plan, only).plan, again=again)


def tell_left(left: "Iterable[Left]") -> None:
    """Say which drifted fields stay as they are, and why."""
    for each in left:
        say(f"{each.address}.{each.field} is left as it is: {printable(each.why)}")
