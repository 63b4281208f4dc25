"""Waking requests that wait: a hint to look again, never the thing itself."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Protocol


class Attendant(Protocol):
    """Who looks after every topic of a kind."""

    def __call__(self, topic: str, *, is_own: bool) -> None:
        """Take note of a topic, told in this process or heard from another."""


class News:
    """Who listens for which topic. Everything happens on one event loop."""

    def __init__(self) -> None:
        """Start with nobody listening."""
        self.is_closed = False
        """Whether the server goes: who waits should let go."""

        self._attendants: list[tuple[str, Attendant]] = []
        self._carriers: list[Callable[[Collection[str]], None]] = []
        self._topics: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._alarms: list[Callable[[], None]] = []

    def tell(self, topics: Collection[str]) -> None:
        """Wake everybody who listens for one of the topics, here and in other servers."""
        self._reach(topics, is_own=True)
        for carry in self._carriers:
            carry(topics)

    def hear(self, topics: Collection[str]) -> None:
        """Wake everybody here: another server told the topics."""
        self._reach(topics, is_own=False)

    def nudge(self, topic: str) -> None:
        """Wake who listens for the topic here: what there is to see is in this process only."""
        for each in self._topics.get(topic, ()):
            each.set()

    def nudge_all(self) -> None:
        """Wake everybody who listens here: something may have been missed."""
        for topic in list(self._topics):
            self.nudge(topic)
        for alarm in self._alarms:
            alarm()

    def close(self) -> None:
        """Wake everybody for the last time."""
        self.is_closed = True
        self.nudge_all()

    def attend(self, beginning: str, attendant: Attendant) -> None:
        """Have every topic with such a beginning handed to somebody, whether or not anybody else listens."""
        self._attendants.append((beginning, attendant))

    def alarm(self, alarm: Callable[[], None]) -> None:
        """Have somebody called when something may have been missed."""
        self._alarms.append(alarm)

    def carried_by(self, carrier: Callable[[Collection[str]], None]) -> None:
        """Hand everything that is told here to somebody who takes it to other servers."""
        self._carriers.append(carrier)

    @contextmanager
    def listening(self, topic: str) -> Iterator[asyncio.Event]:
        """Return what is set when the topic is told; listen first and look then, so that nothing falls between."""
        arrived = asyncio.Event()
        there = self._topics[topic]
        there.add(arrived)
        try:
            yield arrived
        finally:
            there.discard(arrived)
            if not there:
                self._topics.pop(topic, None)

    def _reach(self, topics: Collection[str], *, is_own: bool) -> None:
        for topic in topics:
            for beginning, attend in self._attendants:
                if topic.startswith(beginning):
                    attend(topic, is_own=is_own)
            self.nudge(topic)
