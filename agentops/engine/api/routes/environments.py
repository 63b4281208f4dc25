"""`/v1/environments`. Source: SDK 2.11.0 `resources/beta/environments`."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import environments
from agentops.wire.environments import EnvironmentCreate, EnvironmentUpdate
from agentops.wire.lists import EnvironmentQuery


async def create(exchange: Exchange) -> str:
    """Create an environment."""
    return await exchange.write(environments.create, await exchange.body(EnvironmentCreate))


async def update(exchange: Exchange) -> str:
    """Update an environment."""
    request = await exchange.body(EnvironmentUpdate)
    return await exchange.write(environments.update, exchange.id("environment_id"), request)


async def retrieve(exchange: Exchange) -> str:
    """Return an environment."""
    return await exchange.glance(environments.retrieve, exchange.id("environment_id"))


async def archive(exchange: Exchange) -> str:
    """Archive an environment."""
    return await exchange.write(environments.archive, exchange.id("environment_id"))


async def delete(exchange: Exchange) -> str:
    """Delete an environment."""
    return await exchange.write(environments.delete, exchange.id("environment_id"))


async def page(exchange: Exchange) -> str:
    """List environments."""
    window = paging.window(exchange.query(EnvironmentQuery), exchange.list_name)
    return exchange.page(await exchange.glance(environments.page, window))
