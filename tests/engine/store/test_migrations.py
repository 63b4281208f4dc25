"""Migrations: recorded, forward only, safe when several processes start at once."""

import asyncio
import subprocess
import sys

import pytest

from agentops.base.errors import StorageError
from agentops.engine.store import migrations
from agentops.engine.store.choice import database
from agentops.engine.store.migrations import MIGRATIONS
from agentops.engine.store.port import Database
from agentops.engine.store.tables.step import Migration

pytestmark = pytest.mark.anyio

AT = "2026-11-21T08:30:00.000000Z"

OPEN_ONCE = """
import asyncio, sys
from agentops.engine.store.choice import database

async def main():
    opened = database(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    await opened.open("2026-11-21T08:30:00.000000Z")
    print(await opened.read(lambda tx: tx.one("SELECT COUNT(*) FROM schema_migrations")))
    await opened.close()

asyncio.run(main())
"""


async def record(store: Database) -> list[tuple[object, ...]]:
    return await store.read(lambda tx: tx.all("SELECT number, name, applied_at FROM schema_migrations ORDER BY number"))


async def test_every_step_is_recorded_once(store: Database, database_url: str) -> None:
    expected = [(number, each.name, AT) for number, each in enumerate(MIGRATIONS, start=1)]
    assert await record(store) == expected
    again = database(database_url)
    await again.open("2027-01-01T00:00:00.000000Z")
    assert await record(again) == expected
    await again.close()


def test_processes_that_start_at_once_agree(database_url: str) -> None:
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_ONCE, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for each in starters:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in starters:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    outcomes = [each.communicate(timeout=50)[0].strip() for each in starters]
    assert outcomes == [f"({len(MIGRATIONS)},)"] * 3


async def test_a_new_step_is_applied_to_an_old_database(
    store: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Migration("colours", ("CREATE TABLE colours (seq {serial}, name {text})",))
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, step))
    newer = database(database_url)
    await newer.open(AT)
    await newer.write(lambda tx: tx.run("INSERT INTO colours (name) VALUES ('red')"))
    assert (await record(newer))[-1] == (len(MIGRATIONS) + 1, "colours", AT)
    await newer.close()


async def test_a_failing_step_leaves_the_database_as_it_was(
    store: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Migration("broken", ("CREATE TABLE half (seq {serial})", "CREATE NONSENSE"))
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, step))
    broken = database(database_url)
    with pytest.raises(StorageError):
        await broken.open(AT)
    await broken.close()
    assert len(await record(store)) == len(MIGRATIONS)


async def test_a_database_of_a_newer_version_is_refused(store: Database, database_url: str) -> None:
    await store.write(
        lambda tx: tx.run(
            "INSERT INTO schema_migrations (number, name, applied_at) VALUES (:number, 'later', :at)",
            {"number": len(MIGRATIONS) + 1, "at": AT},
        )
    )
    older = database(database_url)
    with pytest.raises(StorageError, match=f"has schema {len(MIGRATIONS) + 1}; this version of agentops knows"):
        await older.open(AT)
    await older.close()


async def test_a_record_that_is_not_ours_is_refused(store: Database, database_url: str) -> None:
    await store.write(lambda tx: tx.run("UPDATE schema_migrations SET name = 'other' WHERE number = 1"))
    other = database(database_url)
    with pytest.raises(StorageError, match="not one that agentops wrote"):
        await other.open(AT)
    await asyncio.gather(other.close())
