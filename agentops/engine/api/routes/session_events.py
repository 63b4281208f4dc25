"""`/v1/sessions/{session_id}/events`. Source: SDK 2.11.0 `resources/beta/sessions/events.py`."""

from agentops.engine.api import two_way
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import session_events
from agentops.engine.store.session_events import EventWindow
from agentops.wire.lists import SessionEventQuery


async def page(exchange: Exchange) -> str:
    """List what happened in a session."""
    query = exchange.query(SessionEventQuery)
    start = two_way.start(query, exchange.list_name)
    window = EventWindow(
        start.place, query.limit, start.is_descending, types=tuple(query.types or ()), **two_way.bounds(query)
    )
    read = await exchange.glance(session_events.page, exchange.id("session_id"), window)
    return exchange.page(two_way.onward(start, read))
