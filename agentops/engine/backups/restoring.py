"""`agentops restore`: a backup made into the data folder of a server that does not run.

Nothing is in its place before everything was verified, and the database comes last: where a restore was cut short there
is no database, and the same command does it again. What was there before is set aside, never removed.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from agentops.base.errors import DiskFull, StorageError, UsageError
from agentops.engine.backups import manifest as manifests
from agentops.engine.backups.archive import BLOBS, KEYS, MANIFEST, Entry, Reader
from agentops.engine.backups.manifest import Manifest
from agentops.engine.backups.places import Places
from agentops.engine.backups.staging import Staging, staging
from agentops.engine.backups.taking import opens
from agentops.engine.disk import is_full
from agentops.engine.own_database import DATABASE
from agentops.engine.store import sqlite_files
from agentops.engine.store.sqlite_files import Content

_SMALL_BYTES = 4096
"""No key is longer."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in place now."""

    manifest: Manifest
    content: Content
    aside: Path | None
    """Where what was there before lies; None when there was nothing."""

    has_vault_key: bool
    """Whether a key file opens the secrets; so it is, too, when there are none."""


def restore(places: Places, file: Path, *, stamp: str, replaces: bool) -> Restored:
    """Put a backup in place; the stamp names the folder for what was there before.

    Raises:
        UsageError: there is something already, a server uses it, or there is no such backup.
        StorageError: the backup is not whole, not a backup, or of a newer version, or the disk does not take it.
    """
    if not file.is_file():
        raise UsageError(f"There is no backup {file}.", hint="Name a file that `agentops backup` wrote.")
    with _usable(places.data):
        places.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        places.database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with sqlite_files.alone(places.database):
            if not replaces:
                _refuse_occupied(places)
            _refuse_without_space(file, places.data)
            with staging(places, stamp) as stage, file.open("rb") as stream:
                manifest = _unpacked(stream, file.stat().st_size, stage)
                content = _verified(manifest, stage)
                aside = stage.install(content.blobs)
    return Restored(manifest, content, aside, opens(places.keys(), content.vault_key_id))


def _refuse_occupied(places: Places) -> None:
    blobs = places.blobs
    found = [places.database] if places.database.exists() else []
    found += [blobs] if blobs.is_dir() and any(blobs.iterdir()) else []
    if found:
        raise UsageError(
            f"{found[0]} exists: a server's data is here.",
            hint="Name another folder with --data, or say --replace: what is here is then set aside, not removed.",
        )


def _refuse_without_space(file: Path, folder: Path) -> None:
    needed, free = file.stat().st_size, shutil.disk_usage(folder).free
    if needed > free:
        raise DiskFull(f"The backup needs {needed} bytes, and {folder} has {free} left.", hint="Free some space.")


def _unpacked(stream: BinaryIO, size_bytes: int, stage: Staging) -> Manifest:
    """Put every entry where it waits, hold each against its digest, and return what the backup says of itself."""
    found: dict[str, tuple[int, str]] = {}
    text: bytes | None = None
    for entry, pieces in Reader(stream, size_bytes).entries():
        if entry.name == MANIFEST:
            text = b"".join(_bounded(entry, pieces, manifests.LARGEST_BYTES))
            continue
        most_bytes = _SMALL_BYTES if entry.name.startswith(KEYS) else size_bytes
        digest = _written(stage.place(entry.name), _bounded(entry, pieces, most_bytes))
        if entry.name.startswith(BLOBS):
            _hold(entry.name, digest, entry.name.removeprefix(BLOBS))
        else:
            found[entry.name] = entry.size_bytes, digest
    if text is None:
        raise StorageError("The backup has no manifest: it was never finished.", hint="Use another backup.")
    manifest = manifests.read(text)
    for part in (manifest.database, *manifest.keys):
        if part.name not in found:
            raise StorageError(f"The backup lacks {part.name}.", hint="Use another backup.")
        size, digest = found.pop(part.name)
        _hold(part.name, f"{digest} of {size}", f"{part.sha256} of {part.size_bytes}")
    if found or manifest.database.name != DATABASE:
        raise StorageError(f"The backup holds {next(iter(found), 'a database')} that its manifest does not name.")
    return manifest


def _verified(manifest: Manifest, stage: Staging) -> Content:
    """Return what the database holds, once it is known to be whole, ours, not newer, and to have its blobs."""
    content = sqlite_files.examined(stage.place(DATABASE), is_thorough=True)
    if content.schema != manifest.schema_steps or content.vault_key_id != manifest.vault_key_id:
        raise StorageError("The backup's manifest is of another database.", hint="Use another backup.")
    lost = set(manifest.lost)
    for blob in content.blobs:
        held = stage.place(f"{BLOBS}{blob.sha256}")
        is_there = held.is_file() and held.stat().st_size == blob.size_bytes
        if not is_there and blob.owner not in lost:
            raise StorageError(f"The backup lacks the bytes of {blob.owner}.", hint="Use another backup.")
    return content


def _bounded(entry: Entry, pieces: Iterator[bytes], most_bytes: int) -> Iterator[bytes]:
    if entry.size_bytes > most_bytes:
        raise StorageError(f"The backup's {entry.name} is far too long.", hint="Use another backup.")
    return pieces


def _written(place: Path, pieces: Iterator[bytes]) -> str:
    digest = sha256()
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as target:
        for piece in pieces:
            digest.update(piece)
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest()


def _hold(name: str, found: str, expected: str) -> None:
    if found != expected:
        raise StorageError(f"The backup's {name} is not what was put in.", hint="Use another backup.")


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise DiskFull(f"There is no space in {folder} for the backup.", hint="Free some.") from error
        raise StorageError(f"{folder} cannot be used: {error}.", hint="Check its permissions.") from error
