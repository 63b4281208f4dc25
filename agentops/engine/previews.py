"""Parts of a reply while it comes in, for those who watch in this process: never stored, dropped rather than queued."""

from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from agentops.engine.news import News

_PARTS_MAX = 1_000
"""How many parts wait for one watcher; one that falls behind gets the event without them."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some more of an event that is still coming."""

    event_id: str
    event_type: str
    text: str | None = None
    """None at its beginning."""

    index: int = 0
    after: int = 0
    """The position in the log behind which it stands: what is logged later comes later."""

    thread_id: str | None = None
    """The thread that it is of; None for the primary one."""


@dataclass(eq=False, slots=True)
class Watcher:
    """Who wants to see parts."""

    types: frozenset[str]
    thread_id: str | None = None
    """Of which thread; None for the primary one, which is all that the session's feed previews, as documented."""

    parts: deque[Part] = field(default_factory=deque)
    lost: set[str] = field(default_factory=set)
    """Events of which parts were dropped: later ones of them would leave a gap."""

    seen: set[str] = field(default_factory=set)
    """Events whose beginning was shown."""

    def offer(self, part: Part) -> None:
        """Take the part if it is wanted and whole so far."""
        is_wanted = part.event_type in self.types and part.thread_id == self.thread_id
        if not is_wanted or part.event_id in self.lost:
            return
        is_beginning = part.text is None
        # Who came in the middle of a reply sees nothing of it: a delta without its start means nothing.
        if is_beginning:
            self.seen.add(part.event_id)
        elif part.event_id not in self.seen:
            return
        if len(self.parts) >= _PARTS_MAX:
            self.lost.add(part.event_id)
            return
        self.parts.append(part)

    def done(self, event_id: str) -> None:
        """Forget an event that is there whole."""
        self.seen.discard(event_id)
        self.lost.discard(event_id)


class Previews:
    """Who watches which session."""

    def __init__(self, news: News) -> None:
        """Wake watchers through the news."""
        self._news = news
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)

    def show(self, session_id: str, topic: str, part: Part) -> None:
        """Offer the part to all who watch the session."""
        watchers = self._watchers.get(session_id)
        if watchers:
            for each in watchers:
                each.offer(part)
            self._news.nudge(topic)

    @contextmanager
    def watching(self, session_id: str, types: frozenset[str], thread_id: str | None = None) -> Iterator[Watcher]:
        """Return what gets the parts of the types, of one thread."""
        watcher = Watcher(types, thread_id)
        watchers = self._watchers[session_id]
        watchers.add(watcher)
        try:
            yield watcher
        finally:
            watchers.discard(watcher)
            if not watchers:
                self._watchers.pop(session_id, None)
