"""A backup and what becomes of it: all or nothing, checked before it is believed, and nothing is overwritten."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from agentops.base.errors import DiskFull, StorageError, UsageError
from agentops.engine.backups.archive import Reader, Writer
from agentops.engine.backups.restoring import Restored, restore
from agentops.engine.backups.taking import Taken, Wanted, take
from agentops.engine.store.migrations import MIGRATIONS
from tests.forked import processes

from .furnished import Ground

pytestmark = pytest.mark.anyio

AT = "2026-11-21T08:30:00.000000Z"


@pytest.fixture
async def ground(tmp_path: Path, anyio_backend: str) -> Ground:
    """A server's data; the server has ended."""
    made = Ground(tmp_path / "here")
    await made.furnish()
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar"


def backup(ground: Ground, file: Path, **more: bool) -> Taken:
    return take(ground.places, Wanted(file, AT, **more))


def bring(file: Path, ground: Ground, *, replaces: bool = False) -> Restored:
    return restore(ground.places, file, stamp="now", replaces=replaces)


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def content(file: Path) -> bytes:
    return file.read_bytes()


def entries(file: Path) -> dict[str, bytes]:
    with file.open("rb") as stream:
        read = Reader(stream, file.stat().st_size).entries()
        return {entry.name: b"".join(pieces) for entry, pieces in read}


def rewritten(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    found = entries(file)
    change(found)
    other = file.with_name("other.tar")
    with other.open("wb") as stream:
        writer = Writer(stream)
        for name, data in found.items():
            source = file.with_name("entry")
            source.write_bytes(data)
            with source.open("rb") as opened:
                writer.add(name, opened, len(data))
        writer.finish()
    return other


async def test_a_restored_server_shows_all_that_the_first_one_did(ground: Ground, file: Path, tmp_path: Path) -> None:
    before = await ground.seen()
    taken = backup(ground, file)
    assert mode(file) == 0o600
    assert (taken.manifest.blobs, taken.manifest.lost, taken.has_vault_key) == (2, [], True)
    there = Ground(tmp_path / "there")
    assert bring(file, there).has_vault_key
    assert names(there.data) == {"api-key", "blobs", "engine.db", "vault-key"}
    assert await there.seen() == before
    shared = [each.stat().st_nlink for each in there.places.blobs.glob("*/*/*")]
    assert sorted(shared) == [1, 2, 2]


async def test_a_backup_is_taken_while_the_server_works(ground: Ground, file: Path, tmp_path: Path) -> None:
    before = await ground.seen()
    async with ground.opened() as (_, http):
        backup(ground, file)
        await http.post("/v1/agents", json={"name": "later", "model": "claude-sonnet-5-5"})
    bring(file, there := Ground(tmp_path / "there"))
    assert await there.seen() == before


async def test_without_keys_it_says_which_one_opens_the_secrets(ground: Ground, file: Path, tmp_path: Path) -> None:
    before = await ground.seen()
    taken = backup(ground, file, with_keys=False)
    assert not taken.has_vault_key
    key = (ground.data / "vault-key").read_bytes()
    assert key not in content(file)
    there = Ground(tmp_path / "there")
    assert not bring(file, there).has_vault_key
    with pytest.raises(StorageError, match=f"vault key {taken.manifest.vault_key_id}"):
        await there.seen()
    (there.data / "vault-key").write_bytes(key)
    assert (await there.seen())[2:] == before[2:]


async def test_a_lost_blob_is_told_and_stops_nothing(ground: Ground, file: Path, tmp_path: Path) -> None:
    lost, damaged = sorted(ground.places.blobs.glob("*/*/*"), key=lambda each: each.stat().st_nlink)[:2]
    lost.unlink()
    damaged.write_bytes(b"mess")
    taken = backup(ground, file)
    owners = {lost.name, *(each.name for each in damaged.parent.iterdir())}
    assert (set(taken.manifest.lost), taken.manifest.blobs) == (owners, 0)
    assert bring(file, Ground(tmp_path / "there")).manifest.lost == taken.manifest.lost


def test_what_is_there_is_not_overwritten_unasked(ground: Ground, file: Path) -> None:
    backup(ground, file)
    with pytest.raises(UsageError, match=r"backup\.tar exists"):
        backup(ground, file)
    backup(ground, file, replaces=True)
    with pytest.raises(UsageError, match=r"engine\.db exists: a server's data is here"):
        bring(file, ground)
    assert names(file.parent) == {"backup.tar", "here"}


async def test_what_was_there_is_set_aside(ground: Ground, file: Path) -> None:
    before = await ground.seen()
    backup(ground, file)
    async with ground.opened() as (_, http):
        await http.post("/v1/agents", json={"name": "later", "model": "claude-sonnet-5-5"})
    after = await ground.seen()
    aside = bring(file, ground, replaces=True).aside
    assert aside == ground.data / "replaced-now"
    assert await ground.seen() == before
    assert await Ground(aside).seen() == after


def test_only_what_is_missing_is_put_beside_a_key_that_is_there(ground: Ground, file: Path, tmp_path: Path) -> None:
    backup(ground, file, with_keys=False)
    (tmp_path / "there").mkdir()
    shutil.copy(ground.data / "vault-key", tmp_path / "there")
    assert bring(file, Ground(tmp_path / "there")).has_vault_key


def hold(database: Path, told: Connection) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("SELECT * FROM sqlite_master").fetchone()
        told.send("open")
        told.recv()


def test_nothing_is_restored_under_a_server_that_works(ground: Ground, file: Path) -> None:
    backup(ground, file)
    ours, theirs = processes.Pipe()
    process = processes.Process(target=hold, args=(ground.places.database, theirs))
    process.start()
    assert ours.recv() == "open"
    with pytest.raises(UsageError, match="Another process uses the database"):
        bring(file, ground, replaces=True)
    ours.send("end")
    process.join()
    bring(file, ground, replaces=True)


def newer(found: dict[str, bytes]) -> None:
    data = json.loads(found["manifest.json"])
    found["manifest.json"] = json.dumps(data | {"format_version": 2}).encode()


def without_blob(found: dict[str, bytes]) -> None:
    del found[next(each for each in found if each.startswith("blobs/"))]


def other_blob(found: dict[str, bytes]) -> None:
    found[next(each for each in found if each.startswith("blobs/"))] = b"changed"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (newer, "has format 2"),
        (without_blob, "lacks the bytes of file_"),
        (other_blob, "is not what was put in"),
        (lambda found: found.pop("manifest.json"), "no manifest: it was never finished"),
        (lambda found: found.pop("engine.db"), "lacks engine.db"),
        (lambda found: found.pop("keys/vault-key"), "lacks keys/vault-key"),
        (lambda found: found.update({"keys/api-key": b"x" * 63}), "keys/api-key is not what was put in"),
        (lambda found: found.update({"keys/api-key": b"x" * 5000}), "far too long"),
        (lambda found: found.update({"keys/vault-key.0123456789abcdef": b"x"}), "manifest does not name"),
        (lambda found: found.update({"manifest.json": b"[" * 10**6}), "not JSON"),
        (lambda found: found.update({"manifest.json": b"{}"}), "manifest is off: format"),
        (lambda found: found.update({"manifest.json": b"[]"}), "manifest is off"),
    ],
    ids=range(12),
)
def test_a_backup_that_is_not_whole_leaves_nothing_behind(
    ground: Ground, file: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], said: str
) -> None:
    backup(ground, file)
    with pytest.raises(StorageError, match=said):
        bring(rewritten(file, change), Ground(tmp_path / "there"))
    assert names(tmp_path / "there") == set()


def doctored(sql: str) -> Callable[[Ground], None]:
    def change(ground: Ground) -> None:
        with closing(sqlite3.connect(ground.places.database, isolation_level=None)) as connection:
            connection.executescript(sql)

    return change


def torn(ground: Ground) -> None:
    with ground.places.database.open("r+b") as stream:
        stream.seek(8192)
        stream.write(os.urandom(60_000))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (torn, "is damaged"),
        (doctored("CREATE TRIGGER t AFTER INSERT ON agents BEGIN DELETE FROM agents; END"), "it holds t"),
        (doctored("DROP TABLE schema_migrations"), "is not an agentops database"),
        (doctored("INSERT INTO schema_migrations VALUES (999, 'later', '')"), f"knows {len(MIGRATIONS)}"),
        (
            doctored("PRAGMA foreign_keys = OFF; INSERT INTO dream_ledgers VALUES ('w', 'x', '{}')"),
            "dream_ledgers belongs",
        ),
    ],
    ids=["torn", "trigger", "other", "newer", "orphan"],
)
def test_a_database_that_is_damaged_or_not_ours_is_not_backed_up(
    ground: Ground, file: Path, change: Callable[[Ground], None], said: str
) -> None:
    change(ground)
    with pytest.raises(StorageError, match=said):
        backup(ground, file)
    assert names(file.parent) == {"here"}


def test_a_database_that_was_changed_in_the_backup_is_not_restored(ground: Ground, file: Path, tmp_path: Path) -> None:
    """The digests are right: whoever changes the one can change the other."""
    from hashlib import sha256

    backup(ground, file)
    torn(ground)

    def change(found: dict[str, bytes]) -> None:
        data = found["engine.db"] = ground.places.database.read_bytes()
        manifest = json.loads(found["manifest.json"])
        manifest["database"] |= {"sha256": sha256(data).hexdigest(), "size_bytes": len(data)}
        found["manifest.json"] = json.dumps(manifest).encode()

    with pytest.raises(StorageError, match="is damaged"):
        bring(rewritten(file, change), Ground(tmp_path / "there"))


def test_a_file_that_claims_more_than_the_disk_has_is_refused_at_once(
    ground: Ground, file: Path, tmp_path: Path
) -> None:
    backup(ground, file)
    try:
        os.truncate(file, 2**43)
    except OSError as error:
        pytest.skip(f"no file of 8 TB here: {error}")
    with pytest.raises(DiskFull, match="The backup needs"):
        bring(file, Ground(tmp_path / "there"))


def test_there_is_something_to_back_up_and_to_restore(ground: Ground, file: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no database"):
        backup(Ground(tmp_path / "nowhere"), file)
    with pytest.raises(UsageError, match="There is no backup"):
        bring(file, Ground(tmp_path / "there"))
    with pytest.raises(StorageError, match="cannot be written"):
        backup(ground, tmp_path / "nowhere" / "b.tar")


async def test_a_restore_that_fails_leaves_no_database_without_its_blobs(ground: Ground, file: Path) -> None:
    before = await ground.seen()
    backup(ground, file)
    (obstacle := ground.data / "replaced-now" / "engine.db").mkdir(parents=True)
    (obstacle / "something").touch()
    with pytest.raises(StorageError, match="cannot be used"):
        bring(file, ground, replaces=True)
    assert await ground.seen() == before


@pytest.mark.crash
@pytest.mark.parametrize("name", ["backup.tar", "agentops-20261120T023000Z.tar"])
def test_a_backup_that_is_killed_leaves_no_file_of_its_name(ground: Ground, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    blob = next(ground.places.blobs.glob("*/*/*"))
    data = blob.read_bytes()
    blob.unlink()
    os.mkfifo(blob)  # whoever reads it waits
    process = processes.Process(target=backup, args=(ground, file))
    process.start()
    writing = os.open(blob, os.O_WRONLY)  # returns once the backup reads
    process.kill()
    process.join()
    os.close(writing)
    left = names(file.parent) - {"here"}
    assert left
    assert all(each.startswith(f".{name}.") for each in left)
    (copy,) = file.parent.glob(".*.database")
    copy.with_name(f"{copy.name}-journal").touch()
    blob.unlink()
    blob.write_bytes(data)
    next_name = name.replace("1120", "1121")
    backup(ground, file.with_name(next_name))
    assert names(file.parent) == {"here", next_name}
