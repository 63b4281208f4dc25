"""Event streams: what a session's log gains, as it gains it, and parts of replies while they come in.

A stream holds a position in the log and nothing else: a slow reader costs no memory, and misses nothing.
Source: SDK 2.11.0 `_streaming.py`: a frame is named as the event's type, and `ping` is passed over.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

from starlette.responses import Response, StreamingResponse

from agentops.engine.api.exchange import Exchange
from agentops.engine.core.json import Json, written
from agentops.engine.core.sessions import watchers_topic
from agentops.engine.operations import session_events
from agentops.engine.operations.session_events import Frame, Glimpse
from agentops.engine.previews import Part, Watcher

HEARTBEAT_S = 15.0
"""How often a silent stream says that it is there; clients wait up to 600 s. Source: SDK 2.11.0 `_constants.py`."""

_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
_PING = Frame("ping", '{"type":"ping"}')
_LAST = ("session.status_terminated",)


def response(exchange: Exchange, session_id: str, seq: int, types: frozenset[str]) -> Response:
    """Return the stream of what comes behind a position."""
    frames = _frames(exchange, session_id, seq, types)
    return StreamingResponse(_lines(frames), media_type="text/event-stream", headers=_HEADERS)


async def _lines(frames: AsyncIterator[Frame]) -> AsyncIterator[str]:
    async for each in frames:
        yield f"event: {each.type}\ndata: {each.json}\n\n"


async def _frames(exchange: Exchange, session_id: str, seq: int, types: frozenset[str]) -> AsyncIterator[Frame]:
    with (
        exchange.listening(watchers_topic(session_id)) as arrived,
        exchange.watching(session_id, types) as watcher,
    ):
        while not exchange.is_closing:
            arrived.clear()
            seen = await exchange.glance(session_events.glimpse, session_id, seq)
            seq = seen.seq
            for each in _in_order(seen, watcher):
                yield each
                if each.type in _LAST:
                    return
            if not seen.is_there:
                yield Frame("session.deleted", written(_deleted(exchange)))
                return
            if not seen.frames and not await _woken(arrived):
                yield _PING


def _in_order(seen: Glimpse, watcher: Watcher) -> Iterator[Frame]:
    """Yield events and parts as they came; a part waits for what was logged before it and is not read yet."""
    for frame in seen.frames:
        yield from map(_previewed, _parts(watcher, frame.seq - 1))
        watcher.done(frame.event_id)
        yield frame
    yield from map(_previewed, _parts(watcher, seen.seq))


def _parts(watcher: Watcher, seq: int) -> Iterator[Part]:
    while watcher.parts and watcher.parts[0].after <= seq:
        yield watcher.parts.popleft()


def _previewed(part: Part) -> Frame:
    """Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_{event_start,event_delta}*.py`."""
    if part.text is None:
        event = {"type": part.event_type, "id": part.event_id}
        return Frame("event_start", written({"type": "event_start", "event": event}))
    content = {"type": "text", "text": part.text}
    delta = {"type": "content_delta", "index": part.index, "content": content}
    return Frame("event_delta", written({"type": "event_delta", "event_id": part.event_id, "delta": delta}))


def _deleted(exchange: Exchange) -> Json:
    """Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_session_deleted_event.py`."""
    return {"type": "session.deleted", "id": exchange.new_id("sevt"), "processed_at": exchange.at}


async def _woken(arrived: asyncio.Event) -> bool:
    try:
        # Not `wait_for`, which can keep a cancellation to itself: the stream of a client that left would never end.
        # Source: Python 3.11 `asyncio/tasks.py`, https://github.com/python/cpython/issues/86296.
        async with asyncio.timeout(HEARTBEAT_S):
            await arrived.wait()
    except TimeoutError:
        return False
    return True
