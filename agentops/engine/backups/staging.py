"""Where a restored server waits until it is known to be whole: on the disks of its places, then put there by name."""

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agentops.engine.backups.archive import BLOBS, KEYS
from agentops.engine.backups.places import Places
from agentops.engine.blobs.folder import place_of
from agentops.engine.core.blobs import Blob
from agentops.engine.disk import sync_names
from agentops.engine.own_database import DATABASE
from agentops.engine.store.sqlite_files import BESIDE

_WAITING = ".restoring-"


@dataclass(frozen=True, slots=True)
class Staging:
    """Folders with what was unpacked: one beside the database, one in the data folder, which may be one disk or two."""

    places: Places
    stamp: str
    database: Path
    data: Path

    def place(self, name: str) -> Path:
        """Return where an entry of the archive waits."""
        return (self.database if name == DATABASE else self.data) / name

    def install(self, blobs: Iterable[Blob]) -> Path | None:
        """Set aside what is there, put everything in its place, the database last; return where the old lies."""
        ready = self._arranged(blobs)
        keys = sorted((self.data / KEYS).iterdir())
        file = self.places.database
        # With the log that a killed server left: together they are what it had. They go first: whoever is cut off from
        # here on leaves no database that counts on blobs which are elsewhere.
        files = [file, *(file.with_name(f"{file.name}{each}") for each in BESIDE)]
        aside = _set_aside(files, file.parent / f"replaced-{self.stamp}")
        old = [self.places.blobs, *(self.places.data / each.name for each in keys)]
        beside = _set_aside(old, self.places.data / f"replaced-{self.stamp}")
        aside = aside or beside
        ready.replace(self.places.blobs)
        for key in keys:
            key.replace(self.places.data / key.name)
        sync_names(self.places.data)
        self.place(DATABASE).replace(file)
        sync_names(file.parent)
        return aside

    def _arranged(self, blobs: Iterable[Blob]) -> Path:
        """Return the folder of blobs: what each owner has is its own link, or copy; what nobody owns stays behind."""
        made = self.data / "arranged"
        made.mkdir(mode=0o700)
        folders = {made}
        for blob in blobs:
            held, place = self.place(f"{BLOBS}{blob.sha256}"), place_of(made, blob)
            if not held.exists():
                continue
            for folder in (place.parent.parent, place.parent):
                folder.mkdir(mode=0o700, exist_ok=True)
                folders.add(folder)
            _link(held, place)
        for folder in folders:
            sync_names(folder)
        return made


@contextmanager
def staging(places: Places, stamp: str) -> Iterator[Staging]:
    """Give empty folders, gone after the block with all that was not installed; those of a killed run go first."""
    parents = {places.database.parent, places.data}
    for parent in parents:
        for left in parent.glob(f"{_WAITING}*"):
            shutil.rmtree(left)
    name = f"{_WAITING}{secrets.token_hex(8)}"
    try:
        for parent in parents:
            (parent / name).mkdir(mode=0o700)
        for part in (BLOBS, KEYS):
            (places.data / name / part).mkdir(mode=0o700)
        yield Staging(places, stamp, places.database.parent / name, places.data / name)
    finally:
        for parent in parents:
            shutil.rmtree(parent / name, ignore_errors=True)


def _set_aside(paths: Iterable[Path], folder: Path) -> Path | None:
    found = [each for each in paths if each.exists()]
    if not found:
        return None
    folder.mkdir(mode=0o700, exist_ok=True)
    for each in found:
        each.replace(folder / each.name)
    sync_names(folder)
    return folder


def _link(held: Path, place: Path) -> None:
    try:
        os.link(held, place)
    except OSError:
        shutil.copyfile(held, place)
        with place.open("rb") as made:
            os.fsync(made.fileno())
