"""A database whose transactions are counted: how long they take, and how it failed."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from time import perf_counter
from typing import TypeVar

from agentops.base.clock import Clock
from agentops.base.errors import DiskFull, StorageError
from agentops.engine.meter import Meter
from agentops.engine.store.port import Contention, Database, Gain, Transaction, Unreachable

T = TypeVar("T")

KINDS = ("read", "glance", "write", "append")

_ERRORS: tuple[tuple[type[StorageError], str], ...] = (
    (Contention, "contention"),
    (Unreachable, "unreachable"),
    (DiskFull, "disk_full"),
)

_LIBRARIES = ("sqlite3", "psycopg")
"""Whose errors come through as they are: a file that is damaged, a server that refuses; loaded by who uses them."""


class MeteredDatabase:
    """Keeps things where another keeps them, and tells the meter."""

    def __init__(self, inner: Database, meter: Meter) -> None:
        """Stand before the database."""
        self._inner = inner
        self._meter = meter

    async def open(self, at: str) -> None:
        """Connect, and bring the tables up to date.

        Raises:
            StorageError: it cannot be used, or a newer version wrote it.
        """
        await self._inner.open(at)

    async def close(self) -> None:
        """Finish what was accepted and let go of every connection."""
        await self._inner.close()

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Return what the function reads from one snapshot, in a thread."""
        return await self._timed("read", self._inner.read(work))

    async def glance(self, work: Callable[[Transaction], T]) -> T:
        """Return what the function reads from one snapshot, when that is likely to be little."""
        return await self._timed("glance", self._inner.glance(work))

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Return what the function returns in a thread, once what it wrote is on disk."""
        return await self._timed("write", self._inner.write(work))

    async def append(self, work: Callable[[Transaction], T]) -> T:
        """As `write`, for functions that change a row, or add one of a name, that all have to whom it matters."""
        return await self._timed("append", self._inner.append(work))

    async def skew(self, clock: Clock) -> timedelta:
        """Return how much later it is by the clock that all who use the database share."""
        return await self._inner.skew(clock)

    def watched_by(self, watch: Callable[[Sequence[Gain]], None]) -> None:
        """Have what logs gain through this object handed over, and counted."""

        def counted(gains: Sequence[Gain]) -> None:
            self._meter.gained(gains)
            watch(gains)

        self._inner.watched_by(counted)

    async def _timed(self, kind: str, work: Awaitable[T]) -> T:
        began, error = perf_counter(), None
        try:
            return await work
        except Exception as failure:
            error = _kind(failure)
            raise
        finally:
            self._meter.transacted(kind, perf_counter() - began, error)


def _kind(error: Exception) -> str | None:
    """Return how the database failed, None where the work in the transaction ended it with words of its own."""
    is_librarys = type(error).__module__.partition(".")[0] in _LIBRARIES
    other = "other" if is_librarys or isinstance(error, StorageError) else None
    return next((name for kind, name in _ERRORS if isinstance(error, kind)), other)
