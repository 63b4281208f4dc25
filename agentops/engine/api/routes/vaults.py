"""`/v1/vaults`. Source: SDK 2.11.0 `resources/beta/vaults/vaults.py`."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import vaults
from agentops.wire.lists import VaultQuery
from agentops.wire.vaults import VaultCreate, VaultUpdate


async def create(exchange: Exchange) -> str:
    """Create a vault."""
    return await exchange.write(vaults.create, await exchange.body(VaultCreate))


async def update(exchange: Exchange) -> str:
    """Update a vault."""
    return await exchange.write(vaults.update, exchange.id("vault_id"), await exchange.body(VaultUpdate))


async def retrieve(exchange: Exchange) -> str:
    """Return a vault."""
    return await exchange.glance(vaults.retrieve, exchange.id("vault_id"))


async def archive(exchange: Exchange) -> str:
    """Archive a vault with its credentials, and purge their secrets."""
    return await exchange.write(vaults.archive, exchange.id("vault_id"))


async def delete(exchange: Exchange) -> str:
    """Delete a vault with everything in it."""
    return await exchange.write(vaults.delete, exchange.id("vault_id"))


async def page(exchange: Exchange) -> str:
    """List vaults."""
    window = paging.window(exchange.query(VaultQuery), exchange.list_name)
    return exchange.page(await exchange.glance(vaults.page, window))
