"""`/v1/deployments`. Source: SDK 2.11.0 `resources/beta/deployments.py`."""

from agentops.base.threads import in_thread
from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import deployment_runs, deployments
from agentops.engine.store.deployments import DeploymentFilter
from agentops.wire.deployments import DeploymentCreate, DeploymentUpdate
from agentops.wire.lists import DeploymentQuery


async def create(exchange: Exchange) -> str:
    """Create a deployment."""
    return await exchange.write(deployments.create, await exchange.body(DeploymentCreate))


async def update(exchange: Exchange) -> str:
    """Update a deployment."""
    request = await exchange.body(DeploymentUpdate)
    return await exchange.write(deployments.update, exchange.id("deployment_id"), request)


async def retrieve(exchange: Exchange) -> str:
    """Return a deployment."""
    return await exchange.read(deployments.retrieve, exchange.id("deployment_id"))


async def pause(exchange: Exchange) -> str:
    """Stop a deployment's schedule."""
    return await exchange.write(deployments.pause, exchange.id("deployment_id"))


async def unpause(exchange: Exchange) -> str:
    """Let a deployment's schedule go on."""
    return await exchange.write(deployments.unpause, exchange.id("deployment_id"))


async def archive(exchange: Exchange) -> str:
    """Archive a deployment."""
    return await exchange.write(deployments.archive, exchange.id("deployment_id"))


async def run(exchange: Exchange) -> str:
    """Create a session of a deployment now."""
    return await exchange.write(deployment_runs.run, exchange.id("deployment_id"))


async def page(exchange: Exchange) -> str:
    """List deployments."""
    query = exchange.query(DeploymentQuery)
    window = paging.window(query, exchange.list_name)
    wanted = DeploymentFilter(query.agent_id, query.status)
    rows = await exchange.glance(deployments.found, window, wanted)
    if any(each.is_scheduled for each in rows):  # a hundred schedules are more than others are to wait for
        return exchange.page(await in_thread(deployments.page, rows, window.limit, exchange.at))
    return exchange.page(deployments.page(rows, window.limit, exchange.at))
