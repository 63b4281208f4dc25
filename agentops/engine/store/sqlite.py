"""SQLite: one writer thread that commits queued writes in groups, a few readers; the only user of `sqlite3`."""

import asyncio
import logging
import os
import re
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from agentops.base.clock import Clock
from agentops.base.errors import DiskFull, StorageError
from agentops.base.threads import in_thread
from agentops.engine.store import migrations
from agentops.engine.store.log import BUSY_MS, Log
from agentops.engine.store.port import NO_PARAMS, Contention, Gain, Params, Row, Transaction, unwatched

T = TypeVar("T")

_log = logging.getLogger("agentops.engine")

SPELLING = {"text": "TEXT", "integer": "INTEGER", "serial": "INTEGER PRIMARY KEY AUTOINCREMENT"}

_OPENING_PAUSES_MS = (5, 10, 20, 50, 100, 200, 400, 800, 1600, 3200)
"""How long to wait between attempts to open a file that other processes are opening: some six seconds in all."""

_GROUP_MAX = 256
"""Writes in one commit: enough to share one fsync among all that wait, few enough to answer soon."""

_TURN_S = 0.0005
"""How long a thread keeps the interpreter when others want it. Source: CPython, `sys.setswitchinterval`."""

_READERS = 4
"""SQLite reads are short and hold the interpreter lock for most of their time; more threads would not help."""

_GLANCE_STEPS = 4096
_GLANCE_CHECKS = 4
"""A glance that takes this many checks, each after so many steps of SQLite's machine, is a read: some 2 ms."""

_GLANCE_BYTES = 32 * 1024
"""A glance that meets a longer text or row is a read: what is long to fetch is long to answer with, too."""

_REMOVES = re.compile(r"^\s*DELETE\b|\bredacted_at\s*=", re.IGNORECASE)
"""Statements after which nothing is to be left of what was there: also in the log, not only in the file."""

_NO_GLANCE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_TOOBIG)


class SqliteTransaction:
    """A transaction on a connection that somebody else begins and ends."""

    writes_alone = True

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work on the connection."""
        self._connection = connection
        self.gains: list[Gain] = []
        self.removes = False
        """Whether something was removed, of which nothing is to be left."""

    def all(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        """Return every row."""
        return self._connection.execute(sql, params).fetchall()

    def one(self, sql: str, params: Params = NO_PARAMS) -> Row | None:
        """Return the first row, or None when there is none."""
        row: Row | None = self._connection.execute(sql, params).fetchone()
        return row

    def run(self, sql: str, params: Params = NO_PARAMS) -> int:
        """Change rows and return how many."""
        count = self._connection.execute(sql, params).rowcount
        self.removes = self.removes or (count > 0 and _is_removal(sql))
        return count

    def ahead(self, sql: str, params: Params = NO_PARAMS) -> Callable[[], list[Row]]:
        """Return what returns every row: there is no way that could be saved."""
        return lambda: self.all(sql, params)


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[Transaction], Any]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[_Outcome]"
    """Belongs to the loop; from elsewhere one may only look whether it was cancelled."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    job: _Job
    result: Any = None
    error: Exception | None = None
    gains: Sequence[Gain] = ()
    removes: bool = False


class SqliteDatabase:
    """A file. Several processes may use it at once: SQLite's own locks keep their writes apart."""

    def __init__(self, path: Path) -> None:
        """Name the file; `open` makes it."""
        self._path = path
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="agentops-read")
        self._near: sqlite3.Connection | None = None
        self._checks = 0
        self._writer: threading.Thread | None = None
        self._is_closed = False
        self._watch: Callable[[Sequence[Gain]], None] = unwatched

    def watched_by(self, watch: Callable[[Sequence[Gain]], None]) -> None:
        """Hand over what logs gain."""
        self._watch = watch

    async def open(self, at: str) -> None:
        """Make or open the file, bring its tables up to date, and start the writer.

        Raises:
            StorageError: the file cannot be used, or a newer version wrote it.
        """
        # Between two statements the writer needs the interpreter back from the event loop, which keeps it for 5 ms
        # unless told otherwise: a commit of 0.5 ms took 3 to 4 where 25 threads of a session were at work.
        sys.setswitchinterval(_TURN_S)
        await in_thread(self._open, at, executor=self._readers)

    async def close(self) -> None:
        """Finish queued writes and close every connection."""
        self._is_closed = True
        await in_thread(self._close)

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Return what the function reads from one snapshot."""
        return await in_thread(self._read, work, executor=self._readers)

    async def glance(self, work: Callable[[Transaction], T]) -> T:
        """Return what the function reads, without the way to a thread and back, which costs more than a short read.

        Only one that turns out long, or that would have to wait for a lock, is begun again in a thread.
        """
        if self._near is None:
            return await self.read(work)
        self._checks = 0
        try:
            return _snapshot(self._near, work)
        except sqlite3.Error as error:
            if _primary_code(error) not in _NO_GLANCE:
                raise
        return await self.read(work)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Return what the function returns once its group is on disk.

        Raises:
            Contention: another process held the file for too long.
            DiskFull: it takes no more; nothing of the function's changes is there.
            StorageError: the database is closed.
        """
        if self._is_closed:
            raise StorageError("The database is closed.")
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, loop.create_future())
        self._jobs.put(job)
        outcome = await job.done
        if outcome.error is not None:
            raise outcome.error
        result: T = outcome.result
        return result

    async def append(self, work: Callable[[Transaction], T]) -> T:
        """As `write`: one writer never collides."""
        return await self.write(work)

    async def skew(self, clock: Clock) -> timedelta:
        """Return zero: whoever uses the file is on this machine, and has its clock."""
        del clock
        return timedelta()

    def _open(self, at: str) -> None:
        try:
            connection = self._prepared(at)
        except (OSError, sqlite3.Error) as error:
            self._disconnect()
            raise StorageError(
                f"The database {self._path} cannot be opened: {error}.",
                hint="Check that the path is a file this user may write, and that it is an agentops database.",
            ) from error
        except StorageError:
            self._disconnect()
            raise
        self._writer = threading.Thread(target=self._write_for_ever, args=(connection,), name="agentops-write")
        # A daemon, so that a process that forgets to close still ends; nothing acknowledged is in its hands.
        self._writer.daemon = True
        self._writer.start()
        self._near = self._connected_to_glance()

    def _connected_to_glance(self) -> sqlite3.Connection:
        connection = self._connect_to_read()
        connection.execute("PRAGMA busy_timeout = 0")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _GLANCE_BYTES)
        connection.set_progress_handler(self._is_too_long, _GLANCE_STEPS)
        return connection

    def _is_too_long(self) -> bool:
        self._checks += 1
        return self._checks >= _GLANCE_CHECKS

    def _prepared(self, at: str) -> sqlite3.Connection:
        """Return a connection to a file that is ours and up to date.

        Another process may be at the same work. SQLite then answers "locked" at once, whatever the timeout: it neither
        waits to change the journal mode nor while a peer recovers or removes the log.
        Source: https://www.sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY In WAL Mode".
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # The owner alone may read it; the -wal and -shm files take their mode from it. Only a new file is opened here:
        # closing a descriptor of one in use would drop the locks of every other connection in this process.
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        for pause_ms in _OPENING_PAUSES_MS:
            try:
                return self._prepare(at)
            except sqlite3.OperationalError as error:
                if not _is_busy(error):
                    raise
                self._disconnect()
                time.sleep(pause_ms / 1000)
        return self._prepare(at)

    def _prepare(self, at: str) -> sqlite3.Connection:
        connection = self._connect()
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            connection.execute("PRAGMA journal_mode = WAL")
        _migrate(connection, at)
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        self._connections.append(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        # FULL: a commit is fsynced before it is acknowledged, so neither kill -9 nor a power cut takes it back.
        connection.execute("PRAGMA synchronous = FULL")
        # What is deleted or redacted is overwritten in the file, not only forgotten.
        connection.execute("PRAGMA secure_delete = ON")
        return connection

    def _close(self) -> None:
        if self._writer is not None:
            self._jobs.put(None)
            self._writer.join()
        self._readers.shutdown()
        self._disconnect()

    def _disconnect(self) -> None:
        while self._connections:
            self._connections.pop().close()

    def _read(self, work: Callable[[Transaction], T]) -> T:
        try:
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = self._connect_to_read()
            return _snapshot(connection, work)
        except sqlite3.Error as error:
            # To write here is a fault of ours, whatever the file is like.
            is_ours = _primary_code(error) == sqlite3.SQLITE_READONLY
            if is_ours or (known := _as_storage_error(error)) is error:
                raise
            raise known from error

    def _connect_to_read(self) -> sqlite3.Connection:
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _write_for_ever(self, connection: sqlite3.Connection) -> None:
        log = Log(connection)
        log.hold()  # what a process that was killed may have left in it
        while (first := self._next(log)) is not None:
            group, is_last = self._group(first)
            outcomes = _commit_group(connection, [job for job in group if not job.done.cancelled()])
            if any(each.removes for each in outcomes):
                log.hold()
            for loop in {each.job.loop for each in outcomes}:
                # One call for all of them: each would wake the loop and contend with it for the interpreter.
                with suppress(RuntimeError):  # the loop is closed: nobody waits there any more
                    loop.call_soon_threadsafe(self._tell, [each for each in outcomes if each.job.loop is loop])
            if is_last:
                return

    def _next(self, log: Log) -> _Job | None:
        """Return what is to be written next; what is to be wiped out of the log does not wait for it for long."""
        if log.is_overdue:
            log.wipe()
        while True:
            try:
                return self._jobs.get(timeout=log.rest_s)
            except Empty:
                log.wipe()

    def _tell(self, outcomes: list[_Outcome]) -> None:
        for each in outcomes:
            if each.gains:
                self._watch(each.gains)
            if not each.job.done.cancelled():
                each.job.done.set_result(each)

    def _group(self, first: _Job) -> tuple[list[_Job], bool]:
        """Return what is queued right now, and whether the queue ends with it."""
        group = [first]
        # Nobody else takes jobs: what is there now is there in the next moment too.
        while len(group) < _GROUP_MAX and not self._jobs.empty():
            if (job := self._jobs.get_nowait()) is None:
                return group, True
            group.append(job)
        return group, False


@lru_cache(maxsize=1024)
def _is_removal(sql: str) -> bool:
    return _REMOVES.search(sql) is not None


def _snapshot(connection: sqlite3.Connection, work: Callable[[Transaction], T]) -> T:
    """Return what the function reads, all of it as of one moment."""
    connection.execute("BEGIN")
    try:
        return work(SqliteTransaction(connection))
    finally:
        # An interrupt may have ended the transaction.
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _migrate(connection: sqlite3.Connection, at: str) -> None:
    """Bring the tables up to date; takes the write lock only when there is something to do."""
    tx = SqliteTransaction(connection)
    has_record = tx.one("SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'")
    if has_record and migrations.applied(tx) == len(migrations.MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        migrations.migrate(tx, SPELLING, at=at)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _commit_group(connection: sqlite3.Connection, group: list[_Job]) -> list[_Outcome]:
    """Run every job behind its own savepoint, commit once, and return what is to be told only then."""
    # One that is alone is undone with the transaction: behind a savepoint every page is copied before it changes.
    run = _attempt if len(group) > 1 else _alone
    try:
        connection.execute("BEGIN IMMEDIATE")
        outcomes = [run(connection, job) for job in group]
        connection.execute("COMMIT")
    except Exception as error:  # noqa: BLE001 - whatever it was, those who wait must hear of it
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        outcomes = [_Outcome(job, error=_as_storage_error(error)) for job in group]
    return outcomes


def _alone(connection: sqlite3.Connection, job: _Job) -> _Outcome:
    tx = SqliteTransaction(connection)
    result = job.work(tx)
    return _Outcome(job, result, gains=tx.gains, removes=tx.removes)


def _attempt(connection: sqlite3.Connection, job: _Job) -> _Outcome:
    tx = SqliteTransaction(connection)
    connection.execute("SAVEPOINT job")
    try:
        result = job.work(tx)
    except Exception as error:
        if not connection.in_transaction:  # a full disk ends the whole transaction, not only this job
            raise
        connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")
        return _Outcome(job, error=_as_storage_error(error))
    connection.execute("RELEASE job")
    return _Outcome(job, result, gains=tx.gains, removes=tx.removes)


def _as_storage_error(error: Exception) -> Exception:
    if _is_busy(error):
        return Contention("The database is held by another process.", hint="Send the request again.")
    if isinstance(error, sqlite3.OperationalError) and _primary_code(error) == sqlite3.SQLITE_FULL:
        return DiskFull("The disk of the database is full.", hint="Free some of it.")
    if isinstance(error, sqlite3.Error) and _primary_code(error) in _UNUSABLE:
        # Why is for the log, and for nobody outside.
        _log.warning("the file of the database cannot be used: %s", error)
        return StorageError("The file of the database cannot be used.", hint="The server's log says why.")
    return error


_UNUSABLE = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
"""What is the state of the file or of the machine, and not the statement's fault.

Source: https://www.sqlite.org/rescode.html.
"""


def _is_busy(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and _primary_code(error) == sqlite3.SQLITE_BUSY


def _primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's code without its extension; 0 when the error is not SQLite's but its module's."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
