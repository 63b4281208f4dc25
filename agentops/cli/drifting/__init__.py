"""Drift from the command line: what lies behind it, and what becomes of it: report, correct or adopt."""

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentops.cli.planning import Planned


async def with_background(planned: "Planned") -> "Planned":
    """Return the plan with what lies behind everything in it that others changed; most plans need nothing."""
    if not planned.plan.drifted:
        return planned
    from agentops.cli.drifting.lookup import background

    return replace(planned, background=await background(planned))
