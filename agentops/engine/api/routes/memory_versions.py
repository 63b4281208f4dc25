"""`/v1/memory_stores/{id}/memory_versions`. Source: SDK 2.11.0 `resources/beta/memory_stores/memory_versions.py`."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.api.queries import ViewOfOne
from agentops.engine.api.routes.memories import FULL_LIMIT
from agentops.engine.core.memories import ACTOR_ID_FIELDS, Actor
from agentops.engine.operations import memory_versions
from agentops.engine.store.memory_versions import VersionFilter
from agentops.wire.lists import MemoryVersionQuery


async def retrieve(exchange: Exchange) -> str:
    """Return a memory version, with its content unless asked not to."""
    full = exchange.query(ViewOfOne).view != "basic"
    return await exchange.glance(
        memory_versions.retrieve, exchange.id("store_id"), exchange.id("version_id"), full=full
    )


async def redact(exchange: Exchange) -> str:
    """Redact a memory version."""
    return await exchange.write(memory_versions.redact, exchange.id("store_id"), exchange.id("version_id"))


async def page(exchange: Exchange) -> str:
    """List memory versions."""
    query = exchange.query(MemoryVersionQuery)
    full = query.view == "full"
    limit = min(query.limit, FULL_LIMIT) if full else query.limit
    window = paging.window(query, exchange.list_name, limit=limit)
    wanted = VersionFilter(query.memory_id, query.operation, _actors(query))
    return exchange.page(
        await exchange.glance(memory_versions.page, exchange.id("store_id"), window, wanted, full=full)
    )


def _actors(query: MemoryVersionQuery) -> tuple[Actor, ...]:
    asked = {kind: getattr(query, field, None) for kind, field in ACTOR_ID_FIELDS.items()}
    return tuple(Actor(kind, actor_id) for kind, actor_id in asked.items() if actor_id is not None)
