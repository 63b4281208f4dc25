"""`/v1/agents`. Source: SDK 2.11.0 `resources/beta/agents`."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import agents
from agentops.wire.agents import AgentCreate, AgentUpdate

_VERSION_MAX = 2**31 - 1


async def create(exchange: Exchange) -> str:
    """Create an agent."""
    return await exchange.write(agents.create, await exchange.body(AgentCreate))


async def update(exchange: Exchange) -> str:
    """Update an agent."""
    return await exchange.write(agents.update, exchange.id("agent_id"), await exchange.body(AgentUpdate))


async def retrieve(exchange: Exchange) -> str:
    """Return an agent, at its newest version or at `?version=`."""
    version = exchange.query.number("version", low=1, high=_VERSION_MAX)
    return await exchange.read(agents.retrieve, exchange.id("agent_id"), version)


async def archive(exchange: Exchange) -> str:
    """Archive an agent."""
    return await exchange.write(agents.archive, exchange.id("agent_id"))


async def page(exchange: Exchange) -> str:
    """List agents."""
    window = paging.window(exchange.query, exchange.list_name, paging.limit(exchange.query))
    return exchange.page(await exchange.read(agents.page, window))


async def versions(exchange: Exchange) -> str:
    """List the versions of an agent."""
    position = paging.cursor(exchange.query, exchange.list_name, (int,))
    before = int(position[0]) if position else _VERSION_MAX + 1
    limit = paging.limit(exchange.query)
    return exchange.page(await exchange.read(agents.versions, exchange.id("agent_id"), before, limit))
