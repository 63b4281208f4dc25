"""Postgres: a pool of connections in worker threads, serialisable transactions; the only user of `psycopg`."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import psycopg
from psycopg import errors
from psycopg_pool import ConnectionPool, PoolTimeout

from agentops.base.clock import Clock
from agentops.base.errors import DiskFull, StorageError
from agentops.base.threads import in_thread
from agentops.engine.store import migrations
from agentops.engine.store.port import NO_PARAMS, Contention, Gain, Params, Row, Transaction, Unreachable, unwatched
from agentops.engine.store.postgres_link import Link

T = TypeVar("T")

_log = logging.getLogger("agentops.engine")

SPELLING = {
    # Byte order, whatever the server's locale: cursors, times and paths are compared as SQLite compares them.
    "text": 'TEXT COLLATE "C"',
    "integer": "BIGINT",
    "serial": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
}

_POOL = 8
"""Connections, and threads to use them; a request holds one for a millisecond or two."""

_ATTEMPTS = 32
"""So many collisions in a row mean a crowd, not a deadlock."""

_STEP_BACK_S = 0.0005

_SERIALISABLE = "BEGIN ISOLATION LEVEL SERIALIZABLE"
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ"
_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

_CONNECT_TIMEOUT_S = 10

_STALLED_MS = 5_000
"""How long a transaction may stand still between two statements, which take a millisecond: then its process hangs or is
stopped, and others wait for what it has locked. Less than the silence after which a server counts as dead."""

_MIGRATION_LOCK = 0x61676F7073
"""The advisory lock that two starting servers meet at: `agops` in hex."""

_AGAIN = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation)
"""What a second run resolves: it sees the row that the first one collided with."""


class PostgresTransaction:
    """A transaction on a connection that somebody else begins and ends."""

    writes_alone = False

    def __init__(self, link: Link) -> None:
        """Work on the connection."""
        self._link = link
        self.gains: list[Gain] = []

    def all(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        """Return every row."""
        return self._link.rows(self._link.ask(sql, params))

    def one(self, sql: str, params: Params = NO_PARAMS) -> Row | None:
        """Return the first row, or None when there is none."""
        rows = self._link.rows(self._link.ask(sql, params))
        return rows[0] if rows else None

    def run(self, sql: str, params: Params = NO_PARAMS) -> int:
        """Change rows and return how many."""
        return self._link.ask(sql, params).command_tuples or 0

    def ahead(self, sql: str, params: Params = NO_PARAMS) -> Callable[[], list[Row]]:
        """Return what returns every row, asked on the way of the next statement."""
        answer = self._link.ahead(sql, params)
        return lambda: self._link.rows(answer())


class PostgresDatabase:
    """A database on a server. Several engines may share it."""

    def __init__(self, url: str) -> None:
        """Name the database; `open` connects."""
        self._url = url
        self._threads = ThreadPoolExecutor(_POOL, thread_name_prefix="agentops-postgres")
        self._pool: ConnectionPool[Link] | None = None
        self._watch: Callable[[Sequence[Gain]], None] = unwatched

    def watched_by(self, watch: Callable[[Sequence[Gain]], None]) -> None:
        """Hand over what logs gain."""
        self._watch = watch

    async def open(self, at: str) -> None:
        """Connect, and bring the tables up to date.

        Raises:
            StorageError: the server cannot be reached, or a newer version wrote the database.
        """
        await in_thread(self._open, at, executor=self._threads)

    async def close(self) -> None:
        """Let running transactions end and close every connection."""
        await in_thread(self._close)

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Return what the function reads from one snapshot.

        Raises:
            Unreachable: the server does not answer.
        """
        return await in_thread(self._read, work, executor=self._threads)

    async def glance(self, work: Callable[[Transaction], T]) -> T:
        """Return what the function reads from one snapshot: over a network there is no quick way."""
        return await self.read(work)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Return what the function returns once what it wrote is on disk.

        Raises:
            Contention: others kept winning.
            DiskFull: the server's takes no more; nothing of the function's changes is there.
            Unreachable: the server does not answer; whether the changes are there is unknown.
        """
        return await self._written(work, _SERIALISABLE)

    async def append(self, work: Callable[[Transaction], T]) -> T:
        """As `write`, for functions that change a row, or add one of a name, that all have to whom it matters.

        Serialisable transactions collide by what they read, and by the pages of an index at that: twenty sessions that
        have nothing in common kept each other from writing. Source: PostgreSQL 15 documentation, 13.2.3.
        """
        return await self._written(work, _SNAPSHOT)

    async def skew(self, clock: Clock) -> timedelta:
        """Return how much later it is by the server's clock; the way there and back counts as its error."""
        there = await self.read(lambda tx: tx.one("SELECT clock_timestamp()"))
        return there[0] - clock.now() if there else timedelta()

    async def _written(self, work: Callable[[Transaction], T], begin: str) -> T:
        written: tuple[T, list[Gain]] = await in_thread(self._write, work, begin, executor=self._threads)
        result, gains = written
        if gains:
            self._watch(gains)
        return result

    def _open(self, at: str) -> None:
        try:
            with Link.connect(self._url, autocommit=True, connect_timeout=_CONNECT_TIMEOUT_S) as link:
                _run(link, "BEGIN", lambda tx: _migrate(tx, at))
            self._pool = ConnectionPool(
                self._url,
                connection_class=Link,
                min_size=1,
                max_size=_POOL,
                open=False,
                kwargs={"autocommit": True},
                configure=_bounded,
                name="agentops",
            )
            self._pool.open(wait=True, timeout=_CONNECT_TIMEOUT_S)
        except (psycopg.Error, PoolTimeout) as error:
            if self._pool is not None:
                self._pool.close()
            # The URL may hold a password: it is not repeated.
            raise StorageError(
                f"The Postgres database cannot be used: {str(error).strip()}.",
                hint="Check the address, the user and that the database exists.",
            ) from error

    def _close(self) -> None:
        self._threads.shutdown()
        if self._pool is not None:
            self._pool.close()

    def _read(self, work: Callable[[Transaction], T]) -> T:
        with self._link() as link:
            return _run(link, _READING, work)[0]

    def _write(self, work: Callable[[Transaction], T], begin: str) -> tuple[T, list[Gain]]:
        with self._link() as link:
            for attempt in range(_ATTEMPTS):
                try:
                    return _run(link, begin, work)
                except _AGAIN:
                    # Whoever fails again and again lets the others come to their end first.
                    time.sleep(attempt * _STEP_BACK_S)
                except errors.ReadOnlySqlTransaction as error:
                    # The server became a standby, or somebody made it one that is only read.
                    raise _refused(error) from error
                except errors.DiskFull as error:
                    raise DiskFull("The disk of the database is full.", hint="Free some of it.") from error
        raise Contention("Too many requests change the same objects at once.", hint="Send the request again.")

    @contextmanager
    def _link(self) -> Iterator[Link]:
        """Yield a connection; that it broke is told as what it means."""
        if self._pool is None:
            raise StorageError("The database is not open.")
        try:
            with self._pool.connection() as link:
                try:
                    yield link
                except psycopg.Error as error:
                    if link.closed:
                        raise Unreachable from error
                    if isinstance(error, psycopg.OperationalError):
                        raise _refused(error) from error
                    raise
        except PoolTimeout as error:
            raise Unreachable from error


def _refused(error: psycopg.Error) -> Unreachable:
    """Return what is the server's state and not the statement's fault; why is for the log, and for nobody outside."""
    _log.warning("the database refuses: %s", error)
    return Unreachable("The database takes no requests now.", hint="The server's log says why.")


def _bounded(link: Link) -> None:
    link.command(b"SET idle_in_transaction_session_timeout = %d" % _STALLED_MS)


def _run(link: Link, begin: str, work: Callable[[Transaction], T]) -> tuple[T, list[Gain]]:
    """Return what the function returns, and what logs gained."""
    tx = PostgresTransaction(link)
    link.begin(begin)
    try:
        result = work(tx)
        link.end()
    except BaseException:
        link.undo()
        raise
    return result, tx.gains


def _migrate(tx: Transaction, at: str) -> None:
    encoding = tx.one("SHOW server_encoding")
    if encoding != ("UTF8",):
        raise StorageError(
            f"The Postgres database keeps text as {encoding and encoding[0]}.", hint="Create it with ENCODING 'UTF8'."
        )
    # CREATE TABLE IF NOT EXISTS fails when two sessions run it at once; the lock lets the second one wait.
    tx.all("SELECT pg_advisory_xact_lock(:lock)", {"lock": _MIGRATION_LOCK})
    migrations.migrate(tx, SPELLING, at=at)
