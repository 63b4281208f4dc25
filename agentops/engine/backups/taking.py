"""`agentops backup`: the database as of one moment, with all that it counts on, while its server works.

Bytes are on disk before a row owns them and go after none does, so what a copy of the database counts on was there at
its moment. It may go before it is copied: then the database is copied anew, and what was copied already is kept.
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import agentops
from agentops.base.errors import DiskFull, StorageError, UsageError
from agentops.engine.backups import manifest as manifests
from agentops.engine.backups.archive import BLOBS, KEYS, MANIFEST, Writer
from agentops.engine.backups.drafts import draft, put, scratch
from agentops.engine.backups.manifest import Manifest, Part
from agentops.engine.backups.places import Places
from agentops.engine.blobs.folder import place_of
from agentops.engine.core.blobs import Blob
from agentops.engine.core.json import written
from agentops.engine.disk import is_full
from agentops.engine.own_database import DATABASE
from agentops.engine.sealing import VaultKey
from agentops.engine.store import sqlite_files
from agentops.engine.store.sqlite_files import Content

_ROUNDS = 4
"""How often the database is copied: what is missing from the last copy too was not deleted meanwhile, but is lost."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for."""

    file: Path
    at: str
    with_keys: bool = True
    replaces: bool = False
    """Whether a file of that name may go."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that is on disk."""

    file: Path
    size_bytes: int
    manifest: Manifest
    has_vault_key: bool
    """Whether it holds what opens the secrets in it; so it is, too, when there are none."""


def take(places: Places, wanted: Wanted) -> Taken:
    """Write a backup to the file, whole or not at all.

    Raises:
        UsageError: there is no database, or the file exists.
        StorageError: something cannot be read or written.
    """
    if not places.database.exists():
        raise UsageError(
            f"There is no database {places.database}.", hint="Name it with --database, or its folder with --data."
        )
    if wanted.file.exists() and not (wanted.replaces and wanted.file.is_file()):
        raise UsageError(f"{wanted.file} exists.", hint="Choose another name, or say --replace to have it replaced.")
    with _writable(wanted.file), draft(wanted.file) as (path, stream):
        taken = _Taking(places, Writer(stream), scratch(path)).run(wanted)
        put(path, stream, wanted.file)
        return replace(taken, size_bytes=wanted.file.stat().st_size)


class _Taking:
    """One backup on its way into its file."""

    def __init__(self, places: Places, writer: Writer, database: Path) -> None:
        self._places = places
        self._writer = writer
        self._database = database
        self._copied: set[str] = set()

    def run(self, wanted: Wanted) -> Taken:
        content, lost = self._settled()
        database = self._add_file(DATABASE, self._database)
        self._database.unlink()
        files = self._places.keys() if wanted.with_keys else []
        keys = [self._add_file(f"{KEYS}{each.name}", each) for each in files]
        manifest = Manifest(
            format="agentops-backup",
            format_version=manifests.FORMAT_VERSION,
            agentops=agentops.__version__,
            taken_at=wanted.at,
            schema_steps=content.schema,
            database=database,
            keys=keys,
            blobs=len(self._copied),
            lost=[each.owner for each in lost],
            vault_key_id=content.vault_key_id,
        )
        text = written(manifest.model_dump()).encode()
        self._writer.add(MANIFEST, io.BytesIO(text), len(text))
        self._writer.finish()
        return Taken(wanted.file, 0, manifest, opens(files, content.vault_key_id))

    def _settled(self) -> tuple[Content, list[Blob]]:
        """Copy the database until all that it counts on is in the file; return what is nowhere beside it."""
        for _ in range(_ROUNDS):
            self._database.unlink(missing_ok=True)
            sqlite_files.copy(self._places.database, self._database)
            content = sqlite_files.examined(self._database, is_thorough=False)
            lost = [each for each in content.blobs if not self._has(each)]
            if not lost:
                break
        return content, lost

    def _has(self, blob: Blob) -> bool:
        """Tell whether the blob's bytes are in the file; puts them there if they are as they should be."""
        if blob.sha256 in self._copied:
            return True
        mark = self._writer.mark()
        try:
            with place_of(self._places.blobs, blob).open("rb") as source:
                found = self._writer.add(f"{BLOBS}{blob.sha256}", source, blob.size_bytes)
        except (FileNotFoundError, StorageError):
            self._writer.take_back(mark)
            return False
        if found.sha256 != blob.sha256:
            self._writer.take_back(mark)
            return False
        self._copied.add(blob.sha256)
        return True

    def _add_file(self, name: str, file: Path) -> Part:
        with file.open("rb") as source:
            size_bytes = file.stat().st_size
            added = self._writer.add(name, source, size_bytes)
        return Part(name=name, size_bytes=added.size_bytes, sha256=added.sha256)


def opens(files: Iterable[Path], key_id: str | None) -> bool:
    """Tell whether one of the key files opens the secrets of a database that names the key."""
    keys = (VaultKey.of(each.read_text("ascii").strip()) for each in files if each.name != "api-key")
    return key_id is None or key_id in {each.id for each in keys if each}


@contextmanager
def _writable(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise DiskFull(
                f"There is no space for the backup at {file}.", hint="Free some, or name another."
            ) from error
        raise StorageError(
            f"The backup {file} cannot be written: {error.strerror or error}.",
            hint="Check that its folder is there and may be written.",
        ) from error
