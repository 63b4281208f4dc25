"""`/v1/sessions/{session_id}/threads`. Source: SDK 2.11.0 `resources/beta/sessions/threads/`."""

from starlette.responses import Response

from agentops.engine.api import paging, sse, two_way
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import session_events, session_threads
from agentops.engine.store.session_events import EventWindow
from agentops.wire.lists import SessionStreamQuery, ThreadEventQuery, ThreadQuery

_BEFORE_ALL = -1
"""Where the list starts: the primary thread stands at 0, its children behind it."""


async def page(exchange: Exchange) -> str:
    """List threads, the primary one first."""
    query = exchange.query(ThreadQuery)
    cursor = paging.cursor(query.page, exchange.list_name, (int,))
    after = _BEFORE_ALL if cursor is None else int(cursor[0])
    statuses = tuple(query.statuses or ())
    return exchange.page(
        await exchange.glance(session_threads.page, exchange.id("session_id"), after, query.limit, statuses)
    )


async def retrieve(exchange: Exchange) -> str:
    """Return a thread."""
    return await exchange.glance(session_threads.retrieve, exchange.id("session_id"), exchange.id("thread_id"))


async def archive(exchange: Exchange) -> str:
    """Archive a thread."""
    return await exchange.write(session_threads.archive, exchange.id("session_id"), exchange.id("thread_id"))


async def events(exchange: Exchange) -> str:
    """List what happened in a thread; the primary thread's events are the session's."""
    query = exchange.query(ThreadEventQuery)
    session_id = exchange.id("session_id")
    thread_id = await exchange.glance(session_threads.feed, session_id, exchange.id("thread_id"))
    start = two_way.start(query, exchange.list_name)
    window = EventWindow(start.place, query.limit, start.is_descending, thread_id=thread_id)
    return exchange.page(two_way.onward(start, await exchange.glance(session_events.page, session_id, window)))


async def stream(exchange: Exchange) -> Response:
    """Show what happens in a thread from now on."""
    query = exchange.query(SessionStreamQuery)
    session_id = exchange.id("session_id")
    thread_id = await exchange.glance(session_threads.feed, session_id, exchange.id("thread_id"))
    opening = await exchange.glance(session_events.opening, session_id, thread_id)
    return sse.response(exchange, session_id, opening, frozenset(query.event_deltas or ()), thread_id)
