"""`/v1/x-agentops/capabilities`: what this server does with each field. Ours, not the vendor's."""

from agentops.engine.api.exchange import Exchange
from agentops.engine.core import capabilities
from agentops.engine.core.json import written


async def table(_exchange: Exchange) -> str:
    """Return the capability table."""
    return written(capabilities.answered())
