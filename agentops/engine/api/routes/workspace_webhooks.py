"""`/v1/x-agentops/webhooks`: an extension; the vendor registers a workspace's endpoints in its console only."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import workspace_webhooks
from agentops.wire.lists import ExtensionQuery
from agentops.wire.webhooks import WorkspaceWebhookCreate, WorkspaceWebhookUpdate


async def create(exchange: Exchange) -> str:
    """Create an endpoint; the only answer that shows its secret along with it."""
    return await exchange.write(workspace_webhooks.create, await exchange.body(WorkspaceWebhookCreate))


async def update(exchange: Exchange) -> str:
    """Update an endpoint."""
    request = await exchange.body(WorkspaceWebhookUpdate)
    return await exchange.write(workspace_webhooks.update, exchange.id("endpoint_id"), request)


async def retrieve(exchange: Exchange) -> str:
    """Return an endpoint."""
    return await exchange.glance(workspace_webhooks.retrieve, exchange.id("endpoint_id"))


async def regenerate_signing_secret(exchange: Exchange) -> str:
    """Return a new secret; the old one is void."""
    return await exchange.write(workspace_webhooks.regenerate_signing_secret, exchange.id("endpoint_id"))


async def delete(exchange: Exchange) -> str:
    """Delete an endpoint."""
    return await exchange.write(workspace_webhooks.delete, exchange.id("endpoint_id"))


async def page(exchange: Exchange) -> str:
    """List endpoints."""
    window = paging.window(exchange.query(ExtensionQuery), exchange.list_name)
    return exchange.page(await exchange.glance(workspace_webhooks.page, window))
