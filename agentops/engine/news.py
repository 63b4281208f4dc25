"""Waking requests that wait in this process, apart from any database: a hint to look again, never the thing itself."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager


class News:
    """Who listens for which topic. Everything happens on one event loop."""

    def __init__(self) -> None:
        """Start with nobody listening."""
        self.is_closed = False
        """Whether the server goes: who waits should let go."""

        self._attendants: list[tuple[str, Callable[[str], None]]] = []
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def tell(self, topics: Iterable[str]) -> None:
        """Wake everybody who listens for one of the topics."""
        for topic in topics:
            for beginning, attend in self._attendants:
                if topic.startswith(beginning):
                    attend(topic)
            for each in self._listeners.get(topic, ()):
                each.set()

    def close(self) -> None:
        """Wake everybody for the last time."""
        self.is_closed = True
        self.tell(list(self._listeners))

    def attend(self, beginning: str, attendant: Callable[[str], None]) -> None:
        """Have every topic with such a beginning handed to somebody, whether or not anybody else listens."""
        self._attendants.append((beginning, attendant))

    @contextmanager
    def listening(self, topic: str) -> Iterator[asyncio.Event]:
        """Return what is set when the topic is told; listen first and look then, so that nothing falls between."""
        arrived = asyncio.Event()
        listeners = self._listeners[topic]
        listeners.add(arrived)
        try:
            yield arrived
        finally:
            listeners.discard(arrived)
            if not listeners:
                self._listeners.pop(topic, None)
