"""Waking requests that wait: a hint to look again, never the thing itself."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Coroutine, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

_ANSWERS_MAX = 8
"""Of one topic: most who ask stand at the end, and those who are behind each ask something else."""


class Attendant(Protocol):
    """Who looks after every topic of a kind."""

    def __call__(self, topic: str, *, is_own: bool) -> None:
        """Take note of a topic, told in this process or heard from another."""


@dataclass(eq=False, slots=True)
class _Topic:
    listeners: set[asyncio.Event] = field(default_factory=set)
    answers: dict[Hashable, "asyncio.Task[Any]"] = field(default_factory=dict)
    """What was found out since the topic was told last."""


class News:
    """Who listens for which topic. Everything happens on one event loop."""

    def __init__(self) -> None:
        """Start with nobody listening."""
        self.is_closed = False
        """Whether the server goes: who waits should let go."""

        self._attendants: list[tuple[str, Attendant]] = []
        self._carriers: list[Callable[[Collection[str]], None]] = []
        self._topics: defaultdict[str, _Topic] = defaultdict(_Topic)

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
        if (found := self._topics.get(topic)) is not None:
            for each in found.listeners:
                each.set()

    def nudge_all(self) -> None:
        """Wake everybody who listens here: something may have been missed."""
        for topic in list(self._topics):
            self.forget(topic)
            self.nudge(topic)

    async def shared(self, topic: str, question: Hashable, find: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what is found, once for all who listen for the topic and ask the same before it is told again.

        Whoever asks clears his event first: if the topic is told while this is found out, he is woken to ask again.
        """
        answers = self._topics[topic].answers
        if question not in answers:
            if len(answers) >= _ANSWERS_MAX:
                self.forget(topic)
                answers = self._topics[topic].answers
            answers[question] = asyncio.ensure_future(find())
        answer = answers[question]
        found: T = answer.result() if answer.done() else await asyncio.shield(answer)
        return found

    def forget(self, topic: str) -> None:
        """Have everything found out anew that is asked about the topic from now on."""
        if (found := self._topics.get(topic)) is not None:
            # Not cleared: who waits for an answer to an old question still gets it.
            found.answers = {}

    def close(self) -> None:
        """Wake everybody for the last time."""
        self.is_closed = True
        self.nudge_all()

    def attend(self, beginning: str, attendant: Attendant) -> None:
        """Have every topic with such a beginning handed to somebody, whether or not anybody else listens."""
        self._attendants.append((beginning, attendant))

    def carried_by(self, carrier: Callable[[Collection[str]], None]) -> None:
        """Hand everything that is told here to somebody who takes it to other servers."""
        self._carriers.append(carrier)

    @contextmanager
    def listening(self, topic: str) -> Iterator[asyncio.Event]:
        """Return what is set when the topic is told; listen first and look then, so that nothing falls between."""
        arrived = asyncio.Event()
        there = self._topics[topic]
        there.listeners.add(arrived)
        try:
            yield arrived
        finally:
            there.listeners.discard(arrived)
            if not there.listeners:
                self._topics.pop(topic, None)

    def _reach(self, topics: Collection[str], *, is_own: bool) -> None:
        for topic in topics:
            for beginning, attend in self._attendants:
                if topic.startswith(beginning):
                    attend(topic, is_own=is_own)
            self.forget(topic)
            self.nudge(topic)
