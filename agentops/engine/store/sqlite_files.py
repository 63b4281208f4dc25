"""SQLite databases as files: copied while others write, examined, and kept from others; `sqlite.py` works in them."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from agentops.base.errors import DiskFull, StorageError, UsageError
from agentops.engine.core.blobs import Blob
from agentops.engine.store import migrations
from agentops.engine.store.server_key import ServerKey
from agentops.engine.store.sqlite import SqliteTransaction

BESIDE = ("-wal", "-shm")
"""The endings of the files beside a database that is open, or was when its server was killed."""

_LOCKED = (0x40000000, 512)
"""The bytes whose locks every connection holds, whatever the file's content: where they begin, and how many.

Source: https://www.sqlite.org/fileformat2.html, "The Lock-Byte Page".
"""

_PATIENCE_S = 10
_PROBLEMS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Content:
    """What a database says of itself, and of what has to lie beside it."""

    schema: int
    """How many steps of our schema it has."""

    blobs: tuple[Blob, ...]
    """Whose bytes it counts on."""

    vault_key_id: str | None
    """The key that opens its secrets; None when it holds none."""


def copy(source: Path, target: Path) -> None:
    """Write a copy as of one moment; nobody who writes to the source waits for it.

    Raises:
        StorageError: the source cannot be read, or the disk takes no copy.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(_connected(source)) as origin, closing(sqlite3.connect(target, isolation_level=None)) as made:
            # It is synced once, as a whole, below.
            made.execute("PRAGMA synchronous = OFF")
            # All pages in one step: one snapshot of the log, where a copy in pieces would begin anew at each write.
            origin.backup(made)
            made.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise _failure(source, error) from error
    with target.open("rb") as file:
        os.fsync(file.fileno())


def examined(file: Path, *, is_thorough: bool) -> Content:
    """Return what a database that nobody writes to holds, once it is known to be whole and ours.

    Raises:
        StorageError: it is damaged, not ours, or of a newer version.
    """
    try:
        with closing(_connected(file, "ro&immutable=1")) as connection:
            _refuse_damage(connection, file, "integrity_check" if is_thorough else "quick_check")
            tx = SqliteTransaction(connection)
            if not tx.one("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"):
                raise StorageError(f"{file} is not an agentops database.")
            schema = migrations.applied(tx)
            blobs = tx.all("SELECT owner, sha256, size_bytes FROM blobs WHERE state = 'kept' ORDER BY owner")
            return Content(schema, tuple(Blob(*row) for row in blobs), ServerKey(tx).id)
    except sqlite3.Error as error:
        raise _failure(file, error) from error


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Keep everybody else out of the file, if there is one, until the end of the block.

    Raises:
        UsageError: another process uses it.
    """
    if not file.exists():
        yield
        return
    start, length = _LOCKED
    with file.open("r+b") as stream:
        try:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
        except OSError as error:
            raise UsageError(
                f"Another process uses the database {file}.",
                hint="Stop the server that serves it, then run this again.",
            ) from error
        yield


def _connected(file: Path, mode: str = "rw") -> sqlite3.Connection:
    # Never `rwc`: what is not there is not to be made.
    return sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?mode={mode}", uri=True, timeout=_PATIENCE_S, isolation_level=None
    )


def _refuse_damage(connection: sqlite3.Connection, file: Path, check: str) -> None:
    found = [str(row[0]) for row in connection.execute(f"PRAGMA {check}({_PROBLEMS_SHOWN})")]
    if found != ["ok"]:
        raise StorageError(f"The database {file} is damaged: {'; '.join(found)}.", hint="Restore an older backup.")
    if row := connection.execute("PRAGMA foreign_key_check").fetchone():
        raise StorageError(f"The database {file} is damaged: a row of {row[0]} belongs to nothing.")
    # Ours has neither; one that somebody slipped in would run with the server's next write.
    if row := connection.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchone():
        raise StorageError(f"The database {file} is not one that agentops made: it holds {row[0]}.")


def _failure(file: Path, error: sqlite3.Error) -> StorageError:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
        return DiskFull("The disk is too full for a copy of the database.", hint="Free some of it.")
    return StorageError(f"The database {file} cannot be read: {error}.", hint="Check the path and its permissions.")
