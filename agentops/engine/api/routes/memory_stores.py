"""`/v1/memory_stores`. Source: SDK 2.11.0 `resources/beta/memory_stores/memory_stores.py`."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import memory_stores
from agentops.wire.lists import MemoryStoreQuery
from agentops.wire.memory_stores import MemoryStoreCreate, MemoryStoreUpdate


async def create(exchange: Exchange) -> str:
    """Create a memory store."""
    return await exchange.write(memory_stores.create, await exchange.body(MemoryStoreCreate))


async def update(exchange: Exchange) -> str:
    """Update a memory store."""
    request = await exchange.body(MemoryStoreUpdate)
    return await exchange.write(memory_stores.update, exchange.id("store_id"), request)


async def retrieve(exchange: Exchange) -> str:
    """Return a memory store."""
    return await exchange.glance(memory_stores.retrieve, exchange.id("store_id"))


async def archive(exchange: Exchange) -> str:
    """Archive a memory store."""
    return await exchange.write(memory_stores.archive, exchange.id("store_id"))


async def delete(exchange: Exchange) -> str:
    """Delete a memory store with everything in it."""
    return await exchange.write(memory_stores.delete, exchange.id("store_id"))


async def page(exchange: Exchange) -> str:
    """List memory stores."""
    window = paging.window(exchange.query(MemoryStoreQuery), exchange.list_name)
    return exchange.page(await exchange.glance(memory_stores.page, window))
