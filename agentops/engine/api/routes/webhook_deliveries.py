"""`/v1/x-agentops/webhooks/…/deliveries`: an extension, for endpoints of the workspace and of the organization."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import webhook_deliveries
from agentops.wire.lists import DeliveryQuery
from agentops.wire.webhooks import WorkspaceWebhookTest


async def page(exchange: Exchange) -> str:
    """List what an endpoint was told, and is to be told."""
    query = exchange.query(DeliveryQuery)
    window = paging.window(query, exchange.list_name)
    if await exchange.glance(webhook_deliveries.is_behind):
        await exchange.write(webhook_deliveries.catch_up)
    return exchange.page(
        await exchange.glance(webhook_deliveries.page, exchange.id("endpoint_id"), window, query.status)
    )


async def retrieve(exchange: Exchange) -> str:
    """Return a delivery with its attempts."""
    return await exchange.glance(webhook_deliveries.retrieve, exchange.id("endpoint_id"), exchange.id("delivery_id"))


async def replay(exchange: Exchange) -> str:
    """Deliver an event once more."""
    return await exchange.write(webhook_deliveries.replay, exchange.id("endpoint_id"), exchange.id("delivery_id"))


async def test(exchange: Exchange) -> str:
    """Deliver an event that did not happen."""
    request = await exchange.body(WorkspaceWebhookTest, optional=True)
    return await exchange.write(webhook_deliveries.test, exchange.id("endpoint_id"), request)
