"""`/v1/x-agentops/dream_schedules`: an extension; the vendor's dreams are started one by one."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import dream_schedules
from agentops.wire.dream_schedules import DreamScheduleCreate, DreamScheduleUpdate
from agentops.wire.lists import ExtensionQuery


async def create(exchange: Exchange) -> str:
    """Create a dream schedule."""
    return await exchange.write(dream_schedules.create, await exchange.body(DreamScheduleCreate))


async def update(exchange: Exchange) -> str:
    """Update a dream schedule."""
    request = await exchange.body(DreamScheduleUpdate)
    return await exchange.write(dream_schedules.update, exchange.id("schedule_id"), request)


async def retrieve(exchange: Exchange) -> str:
    """Return a dream schedule."""
    return await exchange.glance(dream_schedules.retrieve, exchange.id("schedule_id"))


async def delete(exchange: Exchange) -> str:
    """Delete a dream schedule."""
    return await exchange.write(dream_schedules.delete, exchange.id("schedule_id"))


async def page(exchange: Exchange) -> str:
    """List dream schedules."""
    window = paging.window(exchange.query(ExtensionQuery), exchange.list_name)
    return exchange.page(await exchange.glance(dream_schedules.page, window))
