"""`/v1/organizations/webhooks`. Source: SDK 2.11.0 `resources/beta/organization/webhooks.py`."""

from agentops.engine.api.exchange import Exchange
from agentops.engine.core.id_pages import Part
from agentops.engine.operations import webhooks
from agentops.wire.lists import WebhookQuery
from agentops.wire.webhooks import WebhookCreate, WebhookUpdate

_LIMIT = 20
"""What a limit of 0 means. Source: SDK 2.11.0 `types/beta/organization/webhook_list_params.py`."""


async def create(exchange: Exchange) -> str:
    """Create an endpoint; the only answer that shows its secret along with it."""
    return await exchange.write(webhooks.create, await exchange.body(WebhookCreate))


async def update(exchange: Exchange) -> str:
    """Update an endpoint."""
    return await exchange.write(webhooks.update, exchange.id("endpoint_id"), await exchange.body(WebhookUpdate))


async def retrieve(exchange: Exchange) -> str:
    """Return an endpoint."""
    return await exchange.glance(webhooks.retrieve, exchange.id("endpoint_id"))


async def regenerate_signing_secret(exchange: Exchange) -> str:
    """Return a new secret; the old one is void."""
    return await exchange.write(webhooks.regenerate_signing_secret, exchange.id("endpoint_id"))


async def delete(exchange: Exchange) -> str:
    """Delete an endpoint."""
    return await exchange.write(webhooks.delete, exchange.id("endpoint_id"))


async def page(exchange: Exchange) -> str:
    """List endpoints."""
    query = exchange.query(WebhookQuery)
    part = Part(query.limit or _LIMIT, query.after_id, query.before_id)
    return await exchange.glance(webhooks.page, part, newest_first=query.order == "desc")
