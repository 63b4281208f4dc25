"""Event streams: what a session's log gains, as it gains it, and parts of replies while they come in.

A stream holds a position in the log and what it is sending: a slow reader costs little memory, and misses nothing.
Readers of one session that stand at one position share what is read for them.
Source: SDK 2.11.0 `_streaming.py`: `ping` is passed over.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace

from starlette.responses import Response, StreamingResponse

from agentops.engine.api.exchange import Exchange
from agentops.engine.core.json import Json, written
from agentops.engine.core.sessions import watchers_topic
from agentops.engine.feeds import Feed
from agentops.engine.operations import session_events
from agentops.engine.operations.session_events import Frame, Glimpse, Opening
from agentops.engine.previews import Part, Watcher

HEARTBEAT_S = 15.0
"""How often a silent stream says that it is there; clients wait up to 600 s. Source: SDK 2.11.0 `_constants.py`."""

_MEDIA_TYPE = "text/event-stream"
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
_PING = Frame("ping", '{"type":"ping"}')


def response(
    exchange: Exchange, session_id: str, opening: Opening, types: frozenset[str], thread_id: str | None = None
) -> Response:
    """Return the stream of what comes from now on, of a thread or of what the session shows; of what is over, nothing.

    A stream shows nothing again, as documented: who watches something that has ended reads in the list that it did.
    """
    if opening.is_over:
        return Response(media_type=_MEDIA_TYPE, headers=_HEADERS)
    lines = _lines(exchange, session_id, opening.seq, types, thread_id)
    return StreamingResponse(lines, media_type=_MEDIA_TYPE, headers=_HEADERS)


async def _lines(
    exchange: Exchange, session_id: str, seq: int, types: frozenset[str], thread_id: str | None
) -> AsyncIterator[bytes]:
    with (
        _listening(exchange, session_id, types) as arrived,
        exchange.feed(session_id, seq, arrived) as feed,
        exchange.watching(session_id, types, thread_id) as watcher,
        _beating(arrived) as heart,
    ):
        while not exchange.is_closing:
            arrived.clear()
            seen = await _seen(exchange, feed, session_id, seq, thread_id)
            seq = seen.seq
            if lines := b"".join([each.line for each in _in_order(seen, watcher)]) if types else seen.lines:
                yield lines
                heart.rest()
            if seen.is_over:
                return
            if not seen.is_there:
                yield Frame("session.deleted", written(_deleted(exchange))).line
                return
            if not seen.is_full:
                await arrived.wait()
            if heart.is_due:
                # What is not told here may have happened.
                feed.is_behind = True
                yield _PING.line
                heart.rest()


def _listening(exchange: Exchange, session_id: str, types: frozenset[str]) -> AbstractContextManager[asyncio.Event]:
    """Return what is set when parts come in, for who wants to see some."""
    return exchange.listening(watchers_topic(session_id)) if types else nullcontext(asyncio.Event())


async def _seen(exchange: Exchange, feed: Feed, session_id: str, seq: int, thread_id: str | None) -> Glimpse:
    """Return what is behind a position: what all share, or what is read for this reader alone."""
    if exchange.is_bounded:
        return await exchange.look(session_events.glimpse, session_id, seq, thread_id)
    if feed.is_behind:
        await feed.catch_up(lambda end: exchange.look(session_events.look, session_id, end))
    seen = feed.behind(seq, thread_id)
    if seen is None:
        seen = await exchange.look(session_events.glimpse, session_id, seq, thread_id)
        return replace(seen, is_full=True)
    return replace(seen, is_full=True) if feed.is_behind else seen


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


class _Heart:
    """Wakes a stream that was silent for long; one timer for many events, which come far more often than it rings."""

    def __init__(self, arrived: asyncio.Event) -> None:
        self.is_due = False
        self._arrived = arrived
        self._loop = asyncio.get_running_loop()
        self._rested_at = self._loop.time()
        self.timer = self._loop.call_later(HEARTBEAT_S, self._ring)

    def rest(self) -> None:
        """Begin to count anew: something was sent."""
        self.is_due = False
        self._rested_at = self._loop.time()

    def _ring(self) -> None:
        left = self._rested_at + HEARTBEAT_S - self._loop.time()
        if left <= 0:
            self.is_due = True
            self._arrived.set()
        self.timer = self._loop.call_later(left if left > 0 else HEARTBEAT_S, self._ring)


@contextmanager
def _beating(arrived: asyncio.Event) -> Iterator[_Heart]:
    heart = _Heart(arrived)
    try:
        yield heart
    finally:
        heart.timer.cancel()
