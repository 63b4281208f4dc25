"""`/v1/sessions/{session_id}/events`. Source: SDK 2.11.0 `resources/beta/sessions/events.py`."""

from starlette.responses import Response

from agentops.engine.api import rubrics, sse, two_way
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import session_events
from agentops.engine.store.session_events import EventWindow
from agentops.wire.lists import SessionEventQuery, SessionStreamQuery
from agentops.wire.session_events import SessionEventsSend


async def page(exchange: Exchange) -> str:
    """List what happened in a session."""
    query = exchange.query(SessionEventQuery)
    start = two_way.start(query, exchange.list_name)
    times = two_way.bounds(query)
    two_way.refuse_outside(start, times)
    window = EventWindow(start.place, query.limit, start.is_descending, types=tuple(query.types or ()), **times)
    read = await exchange.glance(session_events.page, exchange.id("session_id"), window)
    return exchange.page(two_way.onward(start, read))


async def send(exchange: Exchange) -> str:
    """Send events to a session."""
    request = await rubrics.resolved(exchange, await exchange.body(SessionEventsSend), "events")
    sent = await exchange.write(session_events.send, exchange.id("session_id"), request["events"])
    return f'{{"data":[{",".join(sent)}]}}'


async def stream(exchange: Exchange) -> Response:
    """Show what happens in a session from now on."""
    query = exchange.query(SessionStreamQuery)
    session_id = exchange.id("session_id")
    opening = await exchange.glance(session_events.opening, session_id)
    return sse.response(exchange, session_id, opening, frozenset(query.event_deltas or ()))
