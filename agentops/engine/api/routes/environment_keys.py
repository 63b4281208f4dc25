"""`/v1/x-agentops/environments/{id}/keys`: the keys of workers. Ours: the vendor makes them in its Console alone."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import environment_keys
from agentops.wire.work import EnvironmentKeyCreate, EnvironmentKeyQuery


async def create(exchange: Exchange) -> str:
    """Make a key; the only answer that shows it."""
    request = await exchange.body(EnvironmentKeyCreate, optional=True)
    return await exchange.write(environment_keys.create, exchange.id("environment_id"), request)


async def revoke(exchange: Exchange) -> str:
    """Make a key void."""
    return await exchange.write(environment_keys.revoke, exchange.id("environment_id"), exchange.id("key_id"))


async def page(exchange: Exchange) -> str:
    """List the keys of an environment."""
    window = paging.window(exchange.query(EnvironmentKeyQuery), exchange.list_name)
    return exchange.page(await exchange.read(environment_keys.page, exchange.id("environment_id"), window))
