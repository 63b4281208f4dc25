"""Both databases keep the one promise: what was acknowledged is there, what failed is not."""

import asyncio
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from threading import Barrier

import pytest

from agentops.base.errors import StorageError, UsageError
from agentops.engine.store.choice import database
from agentops.engine.store.documents import Document, Environments
from agentops.engine.store.port import Contention, Database, Transaction, Unreachable, Window
from agentops.engine.store.sqlite import SqliteDatabase

pytestmark = pytest.mark.anyio

AT = "2026-11-21T08:30:00.000000Z"


def add(name: str, workspace: str = "w") -> Callable[[Transaction], None]:
    return lambda tx: Environments(tx, workspace).insert(Document(name, f'"{name}"', AT, None))


def names(workspace: str = "w") -> Callable[[Transaction], list[str]]:
    window = Window("", ("9999", 2**62), 100_000)
    return lambda tx: [each.id for each in Environments(tx, workspace).page(window)]


async def test_what_was_written_is_read_and_newest_first_within_a_moment(store: Database) -> None:
    for name in "abc":
        await store.write(add(name))
    assert await store.read(names()) == ["c", "b", "a"]


async def test_a_failed_write_leaves_nothing_behind(store: Database) -> None:
    def fail(tx: Transaction) -> None:
        add("a")(tx)
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        await store.write(fail)
    assert await store.read(names()) == []


@pytest.mark.parametrize("way", ["read", "glance", "write"])
async def test_an_iterator_that_ends_too_early_is_an_error_like_any_other(store: Database, way: str) -> None:
    with pytest.raises(RuntimeError, match="StopIteration") as caught:
        await getattr(store, way)(lambda tx: next(iter(tx.all("SELECT id FROM environments"))))
    assert isinstance(caught.value.__cause__, StopIteration)


async def test_one_failure_among_many_writes_spoils_none_of_the_others(store: Database) -> None:
    def fail(tx: Transaction) -> None:
        add("bad")(tx)
        raise ValueError("on purpose")

    works = [add(f"{index:02}") if index % 3 else fail for index in range(30)]
    outcomes = await asyncio.gather(*(store.write(each) for each in works), return_exceptions=True)
    assert [isinstance(each, ValueError) for each in outcomes] == [index % 3 == 0 for index in range(30)]
    assert sorted(await store.read(names())) == [f"{index:02}" for index in range(30) if index % 3]


async def test_writers_that_look_first_see_each_other(store: Database) -> None:
    def add_next(tx: Transaction) -> None:
        add(f"{len(names()(tx)):03}")(tx)

    await asyncio.gather(*(store.write(add_next) for _ in range(40)))
    assert sorted(await store.read(names())) == [f"{index:03}" for index in range(40)]


async def test_a_reader_sees_one_snapshot(store: Database) -> None:
    await store.write(add("a"))
    barrier = Barrier(2, timeout=10)

    def read_twice(tx: Transaction) -> tuple[list[str], list[str]]:
        before = names()(tx)
        barrier.wait()
        barrier.wait()
        return before, names()(tx)

    def write(tx: Transaction) -> None:
        add("b")(tx)

    reading = asyncio.create_task(store.read(read_twice))
    await asyncio.to_thread(barrier.wait)
    await store.write(write)
    await asyncio.to_thread(barrier.wait)
    assert await reading == (["a"], ["a"])


async def test_a_reader_cannot_write(store: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        await store.read(add("a"))


async def test_a_glance_reads_what_a_read_reads_and_cannot_write_either(store: Database) -> None:
    await store.write(add("a"))
    assert await store.glance(names()) == await store.read(names()) == ["a"]
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        await store.glance(add("b"))
    await store.write(add("b"))
    assert await store.glance(names()) == ["b", "a"]


@pytest.mark.parametrize(
    ("length", "count", "thread"),
    [
        pytest.param(10, 1, "MainThread", id="a row"),
        pytest.param(10, 20, "MainThread", id="a page"),
        pytest.param(40_000, 1, "agentops-read", id="a long text"),
        pytest.param(10, 5000, "agentops-read", id="many rows"),
    ],
)
async def test_a_glance_that_turns_out_long_is_begun_again_in_a_thread(
    tmp_path: Path, length: int, count: int, thread: str
) -> None:
    opened = SqliteDatabase(tmp_path / "engine.db")
    await opened.open(AT)
    threads = []

    def fill(tx: Transaction) -> None:
        for number in range(count):
            Environments(tx, "w").insert(Document(f"{number:05}", "x" * length, AT, None))

    def look(tx: Transaction) -> int:
        threads.append(threading.current_thread().name.rpartition("_")[0] or "MainThread")
        return len(names()(tx))

    await opened.write(fill)
    for _ in range(3):  # also when the statement has been run before
        assert await opened.glance(look) == count
    assert threads[-1] == thread
    await opened.close()


async def test_a_glance_does_not_wait_for_a_lock(tmp_path: Path) -> None:
    opened = SqliteDatabase(tmp_path / "engine.db")
    await opened.open(AT)
    await opened.write(add("a"))
    attempts = []

    def look(tx: Transaction) -> list[str]:
        attempts.append(threading.current_thread().name)
        if len(attempts) == 1:
            raise sqlite_busy()
        return names()(tx)

    assert await opened.glance(look) == ["a"]
    assert [each.startswith("agentops-read") for each in attempts] == [False, True]
    await opened.close()


def sqlite_busy() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


async def test_workspaces_do_not_see_each_other(store: Database) -> None:
    await store.write(add("a", "one"))
    await store.write(add("a", "two"))
    await store.write(lambda tx: Environments(tx, "one").delete("a"))
    assert await store.read(names("one")) == []
    assert await store.read(names("two")) == ["a"]


async def test_text_sorts_by_its_bytes(store: Database) -> None:
    for name in ("a", "B", "é", "z", "_"):
        await store.write(add(name))
    listed = await store.read(lambda tx: [row[0] for row in tx.all("SELECT id FROM environments ORDER BY id")])
    assert listed == ["B", "_", "a", "z", "é"]


async def test_a_percent_sign_and_a_colon_are_only_characters(store: Database) -> None:
    await store.write(add("50%:x"))
    found = await store.read(lambda tx: tx.one("SELECT id FROM environments WHERE id LIKE '%' || :end", {"end": ":x"}))
    assert found == ("50%:x",)


async def test_a_closed_database_says_so(database_url: str) -> None:
    opened = database(database_url)
    await opened.open(AT)
    await opened.close()
    with pytest.raises((StorageError, RuntimeError)):
        await opened.write(add("a"))


async def test_two_openings_share_one_database(database_url: str) -> None:
    one, other = database(database_url), database(database_url)
    await asyncio.gather(one.open(AT), other.open(AT))
    await asyncio.gather(*(each.write(add(f"{index}{id(each)}")) for each in (one, other) for index in range(20)))
    assert len(await one.read(names())) == 40
    await one.close()
    await other.close()


async def test_a_busy_file_is_contention_and_not_an_error_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentops.engine.store.sqlite.BUSY_MS", 1)
    opened = SqliteDatabase(tmp_path / "engine.db")
    await opened.open(AT)
    peer = sqlite3.connect(tmp_path / "engine.db", isolation_level=None)
    peer.execute("BEGIN IMMEDIATE")
    with pytest.raises(Contention):
        await opened.write(add("a"))
    peer.execute("ROLLBACK")
    await opened.write(add("a"))
    peer.close()
    await opened.close()


async def test_a_file_that_is_damaged_is_told_as_such(tmp_path: Path) -> None:
    opened = SqliteDatabase(tmp_path / "engine.db")
    await opened.open(AT)
    await opened.write(add("a"))
    with sqlite3.connect(tmp_path / "engine.db") as peer:
        peer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = peer.execute("PRAGMA page_size").fetchone()[0]
    with (tmp_path / "engine.db").open("r+b") as file:
        file.seek(size)
        file.write(b"\xff" * ((tmp_path / "engine.db").stat().st_size - size))
    with pytest.raises(StorageError, match="cannot be used"):
        await opened.read(names("other"))
    with pytest.raises(StorageError, match="cannot be used"):
        await opened.write(add("b"))
    await opened.close()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("setting", "work"),
    [
        ("default_transaction_read_only = on", add("b")),
        ("statement_timeout = 1", lambda tx: tx.one("SELECT pg_sleep(9)")),
    ],
)
async def test_a_server_that_will_not_is_unreachable_and_not_an_error_of_ours(
    own_postgres: str, setting: str, work: Callable[[Transaction], object]
) -> None:
    """A standby after a failover, and a limit that an administrator set."""
    opened = database(own_postgres)
    await opened.open(AT)
    await opened.write(lambda tx: tx.run(f"SET {setting}"))
    for attempt in (opened.write, opened.append):
        with pytest.raises(Unreachable, match="takes no requests now"):
            await attempt(work)
    await opened.close()


async def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    opened = SqliteDatabase(tmp_path / "made" / "engine.db")
    await opened.open(AT)
    await opened.write(add("a"))
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "made").iterdir()}
    assert modes == {"engine.db": 0o600, "engine.db-wal": 0o600, "engine.db-shm": 0o600}
    await opened.close()


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be taken for one" * 40, None])
async def test_what_is_no_database_is_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "engine.db"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    opened = SqliteDatabase(path)
    with pytest.raises(StorageError, match=r"engine\.db cannot be opened"):
        await opened.open(AT)
    assert opened._connections == []
    await opened.close()


async def test_an_unreachable_server_is_refused_without_its_password() -> None:
    opened = database("postgresql://user:hunter2@127.0.0.1:1/none")
    with pytest.raises(StorageError) as caught:
        await opened.open(AT)
    assert "hunter2" not in str(caught.value)
    await opened.close()


@pytest.mark.parametrize("url", ["mysql://x", "engine.db", "sqlite:///", ""])
def test_an_unknown_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="not a kind of database"):
        database(url)
