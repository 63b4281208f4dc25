"""What was removed is in none of SQLite's files a little later: neither in the database nor in its log."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentops.engine.store import log
from agentops.engine.store.port import Transaction
from agentops.engine.store.sqlite import SqliteDatabase

from .test_databases import AT, add

pytestmark = pytest.mark.anyio

SECRET = "a marked text that is to be forgotten"


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    made = SqliteDatabase(tmp_path / "engine.db")
    await made.open(AT)
    yield made
    await made.close()


def remembers(folder: Path) -> set[str]:
    """Return the names of the files in which the text stands."""
    return {each.name for each in folder.iterdir() if each.is_file() and SECRET.encode() in each.read_bytes()}


def remove(tx: Transaction) -> None:
    assert tx.run("DELETE FROM environments WHERE body LIKE :text", {"text": f"%{SECRET}%"})


async def written(database: SqliteDatabase) -> None:
    """Put the text at the end of a long log, where nothing that is written later comes over it."""
    for number in range(20):
        await database.write(add(f"{number}{'x' * 100_000}"))
    await database.write(add(SECRET))


async def test_nothing_is_left_in_the_log_of_what_was_removed(
    opened: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_LATEST_S", 0)
    await written(opened)
    assert remembers(tmp_path) == {"engine.db-wal"}
    await opened.write(remove)
    await opened.write(add("after"))  # the writer has been at its log before it takes this
    assert remembers(tmp_path) == set()
    assert (tmp_path / "engine.db-wal").stat().st_size < 100_000


async def test_a_writer_with_nothing_to_do_wipes_at_once(
    opened: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_REST_S", 0)
    await written(opened)
    await opened.write(remove)
    while remembers(tmp_path):  # noqa: ASYNC110 - the writer is a thread that tells nobody of it
        await asyncio.sleep(0)


async def test_what_a_killed_process_left_in_the_log_is_wiped_by_the_next(
    opened: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await written(opened)
    await opened.write(remove)
    left = tmp_path / "left"
    left.mkdir()
    for name in ("engine.db", "engine.db-wal"):  # as a kill at this moment leaves them
        (left / name).write_bytes((tmp_path / name).read_bytes())
    assert remembers(left)
    monkeypatch.setattr(log, "_LATEST_S", 0)
    after = SqliteDatabase(left / "engine.db")
    await after.open(AT)
    await after.write(add("after"))
    assert remembers(left) == set()
    await after.close()


async def test_what_somebody_still_reads_is_wiped_later(
    opened: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_LATEST_S", 0)
    await written(opened)
    reader = sqlite3.connect(tmp_path / "engine.db", isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM environments").fetchone() == (21,)
    await opened.write(remove)
    await opened.write(add("meanwhile"))
    assert remembers(tmp_path)
    reader.execute("ROLLBACK")
    reader.close()
    await opened.write(add("after"))
    await opened.write(add("and after"))
    assert remembers(tmp_path) == set()


async def test_a_log_of_which_nothing_was_removed_is_left_alone(
    opened: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_LATEST_S", 0)
    await written(opened)
    before = (tmp_path / "engine.db-wal").stat().st_size
    await opened.write(add("after"))
    assert (tmp_path / "engine.db-wal").stat().st_size >= before
