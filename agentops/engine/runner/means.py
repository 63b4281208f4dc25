"""What sessions run with: a model, and tools."""

import asyncio
from dataclasses import dataclass, field

from agentops.engine.core.runs.setting import Bounds
from agentops.engine.models.port import Model
from agentops.engine.runner.outfit import Toolboxes
from agentops.engine.runner.workshop import Sleep


@dataclass(frozen=True, slots=True)
class Means:
    """The adapters that a server was given."""

    model: Model
    toolboxes: Toolboxes
    bounds: Bounds = field(default_factory=Bounds)
    sleep: Sleep = asyncio.sleep
