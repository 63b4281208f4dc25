"""Drift undone on the target, and nothing else done there."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from agentops.base.clock import SystemClock
from agentops.base.diagnostics import Report
from agentops.base.paint import on_one_line
from agentops.cli.applying import Consent, decide
from agentops.cli.drifting import with_background
from agentops.cli.drifting.choices import only_of
from agentops.cli.governing import governed
from agentops.cli.output import say
from agentops.cli.planning import Planned

if TYPE_CHECKING:
    from agentops.cli.drifting.choices import Wish
    from agentops.reconcile.adopting import Left, Only
    from agentops.reconcile.plan import Plan
    from agentops.reconcile.resource import Desired

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
    consent = Consent(_QUESTION, is_given=wish.is_agreed, to_plan=wish.to_plan)
    return await decide(await _corrected(planned, only, wish.max_update), consent, wish.output)


async def _corrected(planned: Planned, only: "tuple[Only, ...]", max_update: int | None) -> Planned:
    """Return the plan of drift alone, also when it is made again under the lease; brake and policy judge just that."""
    from agentops.reconcile.correcting import correction

    async def again() -> Planned:
        return await _corrected(await with_background(await planned.again()), only, max_update)

    plan = correction(planned.plan, only).plan
    plan = replace(plan, report=plan.report + _held(plan, planned.desired, max_update))
    plan = await governed(plan, planned.tree, SystemClock().now().date())
    return replace(planned, plan=plan, again=again)


def _held(plan: "Plan", desired: "Desired", max_update: int | None) -> "Report":
    """Return what the brake on updates says of the plan."""
    from agentops.reconcile import codes
    from agentops.reconcile.brakes import Counted, held

    counted = Counted(Counter(each.object for each in plan.steps), Counter(each.object for each in desired.resources))
    return Report.of(held(codes.MASS_UPDATE, desired.brakes.update, counted, max_update))


def tell_left(left: "Iterable[Left]") -> None:
    """Say which drifted fields stay as they are, and why."""
    for each in left:
        say(f"{each.address}.{each.field} is left as it is: {on_one_line(each.why)}")
