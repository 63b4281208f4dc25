"""`/v1/memory_stores/{id}/memories`. Source: SDK 2.11.0 `resources/beta/memory_stores/memories.py`."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.api.queries import MemoryDelete, ViewOfOne
from agentops.engine.core.memory_paths import ROOT
from agentops.engine.operations import memories
from agentops.engine.operations.memories import Listing
from agentops.wire.lists import MemoryQuery
from agentops.wire.memories import MemoryCreate, MemoryUpdate

FULL_LIMIT = 20
"""Items of a page that shows contents. Source: SDK 2.11.0 `types/beta/memory_stores/memory_list_params.py`."""


async def create(exchange: Exchange) -> str:
    """Create a memory; the answer shows its content only when asked to."""
    full = exchange.query(ViewOfOne).view == "full"
    request = await exchange.body(MemoryCreate)
    return await exchange.write(memories.create, exchange.id("store_id"), request, full=full)


async def update(exchange: Exchange) -> str:
    """Update a memory; the answer shows its content only when asked to."""
    full = exchange.query(ViewOfOne).view == "full"
    request = await exchange.body(MemoryUpdate)
    return await exchange.write(memories.update, exchange.id("store_id"), exchange.id("memory_id"), request, full=full)


async def retrieve(exchange: Exchange) -> str:
    """Return a memory, with its content unless asked not to."""
    full = exchange.query(ViewOfOne).view != "basic"
    return await exchange.glance(memories.retrieve, exchange.id("store_id"), exchange.id("memory_id"), full=full)


async def delete(exchange: Exchange) -> str:
    """Delete a memory."""
    expected = exchange.query(MemoryDelete).expected_content_sha256
    return await exchange.write(memories.delete, exchange.id("store_id"), exchange.id("memory_id"), expected)


async def page(exchange: Exchange) -> str:
    """List memories."""
    query = exchange.query(MemoryQuery)
    position = paging.cursor(query.page, exchange.list_name, (str,))
    full = query.view == "full"
    listing = Listing(
        prefix=query.path_prefix or ROOT,
        shallow=query.depth == 1,
        position=str(position[0]) if position else None,
        limit=min(query.limit, FULL_LIMIT) if full else query.limit,
        full=full,
    )
    read = exchange.read if full else exchange.glance
    return exchange.page(await read(memories.page, exchange.id("store_id"), listing))
