"""`/v1/deployment_runs`. Source: SDK 2.11.0 `resources/beta/deployment_runs.py`."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import deployment_runs
from agentops.engine.store.deployment_runs import RunFilter
from agentops.wire.lists import DeploymentRunQuery


async def retrieve(exchange: Exchange) -> str:
    """Return a run."""
    return await exchange.glance(deployment_runs.retrieve, exchange.id("run_id"))


async def page(exchange: Exchange) -> str:
    """List runs of all deployments, or of one."""
    query = exchange.query(DeploymentRunQuery)
    window = paging.window(query, exchange.list_name)
    wanted = RunFilter(query.deployment_id, query.has_error, query.trigger_type)
    return exchange.page(await exchange.glance(deployment_runs.page, window, wanted))
