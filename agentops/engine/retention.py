"""Removing what is over for longer than somebody said to keep it: in small writes, between those of others."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from agentops.base.clock import Clock, timestamp
from agentops.base.errors import ApiError, StorageError
from agentops.base.ids import IdSource
from agentops.engine import upkeep
from agentops.engine.blobs.port import BlobStore
from agentops.engine.core.retention import Retention, before
from agentops.engine.keyring import Keyring
from agentops.engine.news import News
from agentops.engine.operations import sessions
from agentops.engine.operations.call import Call
from agentops.engine.store.bygone import Bygone
from agentops.engine.store.port import Database, Transaction
from agentops.engine.store.runners import Place

T = TypeVar("T")

_log = logging.getLogger("agentops.engine")

_EVERY_S = 60 * 60.0
"""Days are counted; an hour more or less is nothing."""

_PAUSE_S = 0.05
"""Between two writes: those of others that came meanwhile go first."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What removing takes."""

    database: Database
    blobs: BlobStore
    clock: Clock
    ids: IdSource
    keyring: Keyring
    news: News
    organization: str


@dataclass(frozen=True, slots=True)
class Removed:
    """How much went."""

    sessions: int = 0
    deployment_runs: int = 0
    deliveries: int = 0
    dream_operations: int = 0


class Retirement:
    """Looks every hour; several servers of one database may do so at once."""

    def __init__(self, archive: Archive, limits: Retention, *, pause_s: float = _PAUSE_S) -> None:
        """Begin with nothing."""
        self._in = archive
        self._limits = limits
        self._pause_s = pause_s
        self._watch: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to look, if anything is ever to go."""
        if self._limits.has_limits:
            self._watch = asyncio.ensure_future(self._keep_watch())

    async def close(self) -> None:
        """Stop between two writes."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    async def sweep(self) -> Removed:
        """Remove what is old by now, and say so in the log.

        Raises:
            StorageError: the database cannot be used; what was removed until then is gone.
        """
        now, limits = self._in.clock.now(), self._limits
        removed = Removed(
            await self._sessions(limits.sessions, now),
            await self._rows(limits.deployment_runs, now, Bygone.remove_runs),
            await self._rows(limits.deliveries, now, Bygone.remove_deliveries),
            await self._rows(limits.dream_operations, now, Bygone.remove_operations),
        )
        if removed != Removed():
            _log.info(
                "removed what is older than it is to be kept: sessions=%d deployment_runs=%d deliveries=%d "
                "dream_operations=%d",
                removed.sessions,
                removed.deployment_runs,
                removed.deliveries,
                removed.dream_operations,
            )
            await upkeep.tidy(self._in.database, self._in.blobs, self._in.clock)
        return removed

    async def _keep_watch(self) -> None:
        while True:
            try:
                await self.sweep()
            except StorageError as error:
                _log.warning("what is old stays for now: %s", error.message)
            except Exception:  # noqa: BLE001 - the next look may succeed
                _log.exception("what is old stays for now")
            await asyncio.sleep(_EVERY_S)

    async def _rows(self, age: timedelta | None, now: datetime, remove: Callable[[Bygone], int]) -> int:
        if age is None:
            return 0
        limit, removed = before(age, now), 0
        while count := await self._write(lambda tx: remove(Bygone(tx, limit))):
            removed += count
        return removed

    async def _sessions(self, age: timedelta | None, now: datetime) -> int:
        if age is None:
            return 0
        limit, removed = before(age, now), 0
        behind = ("", 0)
        while found := await self._found(limit, behind):
            for place, _ in found:
                removed += await self._session(place, limit)
            behind = found[-1][1]
        return removed

    async def _found(self, limit: str, behind: tuple[str, int]) -> list[tuple[Place, tuple[str, int]]]:
        return await self._in.database.read(lambda tx: Bygone(tx, limit).sessions(behind))

    async def _session(self, place: Place, limit: str) -> int:
        """Remove a session, its log piece by piece; one that somebody needs after all is left as it is by then."""
        topics: set[str] = set()

        def work(tx: Transaction) -> bool | None:
            topics.clear()
            old = Bygone(tx, limit)
            if not old.is_over(place):
                return None
            if old.shorten(place):
                return False
            sessions.delete(self._call(tx, place, topics.add), place.session_id)
            return True

        with suppress(ApiError):  # somebody else was faster
            while (is_gone := await self._write(work)) is False:
                continue
            self._in.news.tell(topics)
            return int(is_gone is True)
        return 0

    async def _write(self, work: Callable[[Transaction], T]) -> T:
        done = await self._in.database.write(work)
        await asyncio.sleep(self._pause_s)
        return done

    def _call(self, tx: Transaction, place: Place, announce: Callable[[str], None]) -> Call:
        return Call(
            tx=tx,
            organization=self._in.organization,
            workspace=place.workspace,
            api_key_id="",
            at=timestamp(self._in.clock.now()),
            ids=self._in.ids,
            keyring=self._in.keyring,
            announce=announce,
        )
