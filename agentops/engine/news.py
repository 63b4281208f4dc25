"""Waking requests that wait in this process, apart from any database: a hint to look again, never the thing itself."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class News:
    """Who listens for which topic. Everything happens on one event loop."""

    def __init__(self) -> None:
        """Start with nobody listening."""
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def tell(self, topics: Iterable[str]) -> None:
        """Wake everybody who listens for one of the topics."""
        for topic in topics:
            for each in self._listeners.get(topic, ()):
                each.set()

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
