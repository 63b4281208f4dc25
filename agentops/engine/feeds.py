"""What the logs of watched sessions gain, for all who watch them in this process: read or handed over once for all.

A reader has a position of its own. Whoever is behind what is kept here reads for himself, so that a slow one costs no
memory and holds nobody up.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from agentops.engine.core.sessions import WATCHERS, watchers_topic
from agentops.engine.news import News
from agentops.engine.operations.session_events import Glimpse, Stretch, shown
from agentops.engine.store.port import Gain

_KEPT_MAX = 200
"""Events that are kept for readers that have not come to them; a reader on time takes each as it comes."""

_KEPT_S = 1.0
"""How long they are kept: nobody's memory is taken for sessions at rest."""

Look = Callable[[int], Coroutine[Any, Any, Stretch]]
"""Reads what is behind a position."""


@dataclass(eq=False, slots=True)
class _Kept:
    after: int
    stretch: Stretch
    views: dict[str | None, Glimpse] = field(default_factory=dict)

    def shown(self, thread_id: str | None) -> Glimpse:
        """Return it as a feed shows it, made once for all its readers."""
        if (found := self.views.get(thread_id)) is None:
            found = self.views[thread_id] = shown(self.stretch, thread_id)
        return found


class Feed:
    """The end of one session's log."""

    def __init__(self, seq: int) -> None:
        """Know nothing yet of what is behind the position."""
        self.is_behind = True
        """Whether there may be something in the log that is not here."""

        self._seq = self._since = seq
        self._is_there = True
        self._kept: deque[_Kept] = deque()
        self._count = 0
        self._readers: set[asyncio.Event] = set()
        self._looking: asyncio.Task[None] | None = None
        self._is_fed = False
        self._timer: asyncio.TimerHandle | None = None

    def doubt(self) -> None:
        """Look at the log again: something may have happened that was not handed over."""
        self.is_behind = True
        self._wake()

    def told(self, *, is_own: bool) -> None:
        """Take note that the log has grown, unless that is what was handed over just now."""
        if is_own and self._is_fed:
            self._is_fed = False
        else:
            self.doubt()

    def gained(self, gain: Gain) -> None:
        """Take what was written in this process."""
        self._is_fed = True
        loop = asyncio.get_running_loop()
        # Who wrote goes on in this round of the loop or in the next, and tells of it.
        loop.call_soon(loop.call_soon, self._starve)
        if gain.after > self._seq:
            self.is_behind = True
        elif gain.events[-1].seq > self._seq:
            self._keep(Stretch(gain.events, gain.events[-1].seq))
        self._wake()

    async def catch_up(self, look: Look) -> None:
        """Look at the log, once for all who want that at the same time."""
        if self._looking is None:
            self._looking = asyncio.ensure_future(self._look(look))
        # Others wait for it too: whoever goes leaves it running.
        await asyncio.shield(self._looking)

    def behind(self, seq: int, thread_id: str | None) -> Glimpse | None:
        """Return what is known to be behind a position; None when that is not kept any more."""
        if seq < self._since:
            return None
        found = [each for each in self._kept if each.stretch.seq > seq]
        if len(found) == 1 and found[0].after == seq:
            return found[0].shown(thread_id)
        events = tuple(event for each in found for event in each.stretch.events if event.seq > seq)
        return shown(Stretch(events, max(seq, self._seq), self._is_there), thread_id)

    def enter(self, arrived: asyncio.Event) -> None:
        """Set the event whenever there is something new."""
        self._readers.add(arrived)
        # Nobody may have been here when the log came to where the reader knows it to be.
        self.is_behind = True

    def leave(self, arrived: asyncio.Event) -> bool:
        """Let a reader go, and tell whether it was the last one."""
        self._readers.discard(arrived)
        if self._readers:
            return False
        if self._timer is not None:
            self._timer.cancel()
        if self._looking is not None:
            self._looking.cancel()
        return True

    async def _look(self, look: Look) -> None:
        try:
            # Before: what is told while it looks is looked for again.
            self.is_behind = False
            found = await look(self._seq)
        except BaseException:
            self.is_behind = True
            raise
        finally:
            self._looking = None
        self._is_there = found.is_there
        self.is_behind = self.is_behind or found.is_full
        if found.seq > self._seq:
            self._keep(found)
            self._wake()
        elif not found.is_there:
            self._wake()

    def _keep(self, stretch: Stretch) -> None:
        events = tuple(each for each in stretch.events if each.seq > self._seq)
        self._kept.append(_Kept(self._seq, Stretch(events, stretch.seq)))
        self._seq = stretch.seq
        self._count += len(events)
        while self._count > _KEPT_MAX and len(self._kept) > 1:
            self._drop()
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_KEPT_S, self._forget, self._seq)

    def _forget(self, seq: int) -> None:
        """Drop what was there already when the time began to run."""
        while self._kept and self._kept[0].stretch.seq <= seq:
            self._drop()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_KEPT_S, self._forget, self._seq) if self._kept else None

    def _drop(self) -> None:
        dropped = self._kept.popleft().stretch
        self._since = dropped.seq
        self._count -= len(dropped.events)

    def _starve(self) -> None:
        self._is_fed = False

    def _wake(self) -> None:
        for each in self._readers:
            each.set()


class Feeds:
    """The sessions that are watched in this process. Everything happens on one event loop."""

    def __init__(self, news: News) -> None:
        """Look at a log when it is told to have grown."""
        self._feeds: dict[str, Feed] = {}
        news.attend(WATCHERS, self._told)
        news.alarm(self._doubt)

    def gained(self, gains: Sequence[Gain]) -> None:
        """Hand what logs gained to those who watch them."""
        for gain in gains:
            if gain.events and (feed := self._feeds.get(watchers_topic(gain.session_id))) is not None:
                feed.gained(gain)

    @contextmanager
    def watching(self, session_id: str, seq: int, arrived: asyncio.Event) -> Iterator[Feed]:
        """Return the feed of a session for a reader at a position, whose event is set when there is something new."""
        topic = watchers_topic(session_id)
        feed = self._feeds.setdefault(topic, Feed(seq))
        feed.enter(arrived)
        try:
            yield feed
        finally:
            if feed.leave(arrived):
                del self._feeds[topic]

    def _told(self, topic: str, *, is_own: bool) -> None:
        if (feed := self._feeds.get(topic)) is not None:
            feed.told(is_own=is_own)

    def _doubt(self) -> None:
        for each in self._feeds.values():
            each.doubt()
