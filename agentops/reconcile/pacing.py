"""How fast an apply asks a target that counts requests: below its limits, all steps together."""

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from agentops.base.errors import TargetUnavailable
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.target import Body, Target, Write

Sleep = Callable[[float], Awaitable[None]]

_TOO_MANY = 429
_TELL_EVERY_S = 30.0
_WORTH_TELLING_S = 5.0


@dataclass(frozen=True, slots=True)
class Limit:
    """How many requests of a sort go through: so many at once, and from then on so many a second."""

    at_once: int
    per_s: float


WRITES = Limit(at_once=60, per_s=4.0)
"""Four fifths of 300 a minute; the fifth that is left may go at once, so that no minute has more than 300.

Source: rate limits of create endpoints in the docs' API reference. They do not say which limit updates count to.
"""
READS = Limit(at_once=240, per_s=16.0)
"""The same of 1,200 a minute."""


class _Queue:
    """Hands out turns. Units: seconds on the caller's clock."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._next = -math.inf
        """When the last turn would be over if none of them had gone at once."""

    @property
    def _slack_s(self) -> float:
        return (self._limit.at_once - 1) / self._limit.per_s

    def turn(self, now: float) -> float:
        """Take a turn and return how long to wait for it."""
        self._next = max(self._next, now) + 1 / self._limit.per_s
        return max(0.0, self._next - 1 / self._limit.per_s - now - self._slack_s)

    def hold(self, now: float, seconds: float) -> None:
        """Hand out nothing for so long, and no more at once after that."""
        self._next = max(self._next, now + seconds + self._slack_s)


class Pace:
    """The pace of one apply: none at all until the target is known to count, or says that it was too much."""

    def __init__(
        self,
        now: Callable[[], float],
        sleep: Sleep,
        tell: Callable[[str], None] = lambda _words: None,
        *,
        writes: int = 0,
        is_counted: bool = False,
    ) -> None:
        """Take a clock that only goes forward, what waits, whom to tell, and how many writes there are to do."""
        self._now = now
        self._sleep = sleep
        self._tell = tell
        self._left = writes
        self._is_counted = is_counted
        self._queues = {True: _Queue(WRITES), False: _Queue(READS)}
        self._told_at = -math.inf
        if is_counted and (seconds := _seconds(writes)) >= _TELL_EVERY_S:
            tell(f"the target takes 300 writes a minute: {writes} of them take {_about(seconds)}")

    async def take(self, *, is_write: bool) -> None:
        """Wait for our turn."""
        self._left -= is_write
        if not self._is_counted:
            return
        wait_s = self._queues[is_write].turn(self._now())
        if wait_s > 0:
            self._say_so(wait_s)
            await self._sleep(wait_s)

    def refused(self, seconds: float) -> None:
        """Note that the target said it was too much: from here on everybody waits, however many there are."""
        self._is_counted = True
        for queue in self._queues.values():
            queue.hold(self._now(), seconds)

    def _say_so(self, wait_s: float) -> None:
        now, left_s = self._now(), max(self._left, 0) / WRITES.per_s + wait_s
        if left_s >= _WORTH_TELLING_S and now - self._told_at >= _TELL_EVERY_S:
            self._told_at = now
            self._tell(f"throttled, {_about(left_s)} left")


def _seconds(writes: int) -> float:
    return max(0, writes - WRITES.at_once) / WRITES.per_s


def _about(seconds: float) -> str:
    return f"about {seconds / 60:.0f} min" if seconds >= 90 else f"about {math.ceil(seconds / 10) * 10} s"


class Paced:
    """A target that is asked no faster than the pace."""

    def __init__(self, target: Target, pace: Pace) -> None:
        """Take the target and the pace."""
        self.label = target.label
        self._target = target
        self._pace = pace

    async def list(self, kind: ObjectKind, parent: str = "") -> Sequence[Body] | None:
        """Return every live object of the kind."""
        await self._pace.take(is_write=False)
        return await self._target.list(kind, parent)

    async def list_memories(self, store_id: str) -> Sequence[Body]:
        """Return every memory of the store, without content."""
        await self._pace.take(is_write=False)
        return await self._target.list_memories(store_id)

    async def memory_versions(self, store_id: str, only: Mapping[str, str]) -> Sequence[Body]:
        """Return the versions of a store's memories."""
        await self._pace.take(is_write=False)
        return await self._target.memory_versions(store_id, only)

    async def agent_version(self, agent_id: str, version: int) -> Body | None:
        """Return the agent as it was at a version."""
        await self._pace.take(is_write=False)
        return await self._target.agent_version(agent_id, version)

    async def read(self, kind: ObjectKind, object_id: str, parent: str = "") -> Body:
        """Return one object as it is now."""
        await self._pace.take(is_write=False)
        return await self._target.read(kind, object_id, parent)

    async def write(self, write: Write) -> Body:
        """Do it, and slow down when the target says that it was too much."""
        await self._pace.take(is_write=True)
        try:
            return await self._target.write(write)
        except TargetUnavailable as error:
            if error.status == _TOO_MANY:
                self._pace.refused(error.retry_after_s or 0.0)
            raise
