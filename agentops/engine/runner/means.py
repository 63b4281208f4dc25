"""What sessions run with: a model, and tools."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from agentops.engine.core.runs.setting import Bounds
from agentops.engine.dreams.port import Dreamers
from agentops.engine.models.port import Model
from agentops.engine.runner.outfit import Toolboxes
from agentops.engine.runner.workshop import Sleep
from agentops.engine.sandbox.port import Isolation
from agentops.engine.workflows.port import Programs

Close = Callable[[], Awaitable[None]]


async def nothing_to_close() -> None:
    """Close nothing."""


def anything(_model_id: str) -> bool:
    """Tell that there is a model of any name."""
    return True


@dataclass(frozen=True, slots=True)
class Means:
    """The adapters that a server was given."""

    model: Model
    toolboxes: Toolboxes
    bounds: Bounds = field(default_factory=Bounds)
    programs: Programs | None = None
    """What runs the plans of workflows; without, they end as soon as they begin."""

    has_model: Callable[[str], bool] = anything
    """Tells whether somebody can be asked for a model; where nobody can, dreams do without."""

    dreamers: Dreamers | None = None
    """Who dreams for which model; None for the model above, and for the dreamer without one."""

    sleep: Sleep = asyncio.sleep
    beat: Sleep = asyncio.sleep
    """Lets the time pass until an evaluation says again that it goes on."""

    isolation: Callable[[], Awaitable[Isolation]] | None = None
    """Tells whether sandboxes have walls; None where nobody knows."""

    close: Close = nothing_to_close
    """Lets go of what the model holds."""
