"""`/v1/dreams`, and what each proposed. Source: SDK 2.11.0 `resources/beta/dreams.py`."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import dreams
from agentops.wire.dreams import DreamCreate
from agentops.wire.lists import DreamOperationQuery, DreamQuery


async def create(exchange: Exchange) -> str:
    """Create a dream."""
    return await exchange.write(dreams.create, await exchange.body(DreamCreate))


async def retrieve(exchange: Exchange) -> str:
    """Return a dream."""
    return await exchange.glance(dreams.retrieve, exchange.id("dream_id"))


async def cancel(exchange: Exchange) -> str:
    """Cancel a dream."""
    return await exchange.write(dreams.cancel, exchange.id("dream_id"))


async def archive(exchange: Exchange) -> str:
    """Archive a dream."""
    return await exchange.write(dreams.archive, exchange.id("dream_id"))


async def page(exchange: Exchange) -> str:
    """List dreams."""
    query = exchange.query(DreamQuery)
    window = paging.window(query, exchange.list_name)
    return exchange.page(await exchange.glance(dreams.page, window, tuple(query.statuses or ())))


async def operations(exchange: Exchange) -> str:
    """List what a dream proposed: our own extension."""
    query = exchange.query(DreamOperationQuery)
    place = paging.cursor(query.page, exchange.list_name, (int,))
    after, standings = int(place[0]) if place else 0, tuple(query.standings or ())
    return exchange.page(await exchange.read(dreams.operations, exchange.id("dream_id"), after, query.limit, standings))
