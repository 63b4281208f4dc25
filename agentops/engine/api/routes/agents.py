"""`/v1/agents`. Source: SDK 2.11.0 `resources/beta/agents`."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.api.queries import AgentVersion
from agentops.engine.core.ids import VERSION_MAX
from agentops.engine.operations import agents
from agentops.wire.agents import AgentCreate, AgentUpdate
from agentops.wire.lists import AgentQuery, AgentVersionQuery


async def create(exchange: Exchange) -> str:
    """Create an agent."""
    return await exchange.write(agents.create, await exchange.body(AgentCreate))


async def update(exchange: Exchange) -> str:
    """Update an agent."""
    return await exchange.write(agents.update, exchange.id("agent_id"), await exchange.body(AgentUpdate))


async def retrieve(exchange: Exchange) -> str:
    """Return an agent, at its newest version or at `?version=`."""
    version = exchange.query(AgentVersion).version
    return await exchange.glance(agents.retrieve, exchange.id("agent_id"), version)


async def archive(exchange: Exchange) -> str:
    """Archive an agent."""
    return await exchange.write(agents.archive, exchange.id("agent_id"))


async def page(exchange: Exchange) -> str:
    """List agents."""
    window = paging.window(exchange.query(AgentQuery), exchange.list_name)
    return exchange.page(await exchange.glance(agents.page, window))


async def versions(exchange: Exchange) -> str:
    """List the versions of an agent."""
    query = exchange.query(AgentVersionQuery)
    position = paging.cursor(query.page, exchange.list_name, (int,))
    before = int(position[0]) if position else VERSION_MAX + 1
    return exchange.page(await exchange.glance(agents.versions, exchange.id("agent_id"), before, query.limit))
