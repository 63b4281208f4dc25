"""Blobs in a folder: `ab/<sha256>/<owner>`, and `drafts/` for bytes that are still coming in.

Owners of the same bytes share one copy by hard links where the file system has them; an owner's link is its own, so
removing it takes nothing from the others, and no server has to ask another one.
"""

import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, TypeVar

from agentops.base.errors import DiskFull, StorageError
from agentops.base.threads import in_thread
from agentops.engine.core.blobs import Blob
from agentops.engine.disk import is_full, sync_names

T = TypeVar("T")

_DRAFTS = "drafts"

_STALE_S = 24 * 60 * 60
"""A draft that nobody wrote to for a day belongs to a server that is gone; no upload pauses for so long."""

_FLUSH_BYTES = 1024 * 1024
"""Each write is a trip to a thread; a network's pieces of 64 kB would make sixteen of one."""

_TRIES = 8
"""How often to make a folder that others, removing their last blob in it, keep taking away."""


class FolderBlobs:
    """A folder that only this engine, or engines of the same database, write to; it is made when it is needed."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        self._folder = folder

    @asynccontextmanager
    async def draft(self) -> AsyncIterator["FolderDraft"]:
        """Give a draft that is gone afterwards, unless it was placed."""
        path = self._folder / _DRAFTS / secrets.token_hex(16)
        draft = FolderDraft(self._folder, path, await _disk(_create, self._folder, path))
        try:
            yield draft
        finally:
            await _disk(draft.discard)

    async def read(self, blob: Blob) -> AsyncIterator[bytes]:
        """Return the bytes in pieces.

        Raises:
            StorageError: they are not there.
        """
        return _pieces(await _disk(place_of(self._folder, blob).open, "rb"))

    async def remove(self, blob: Blob) -> None:
        """Remove the owner's bytes.

        Raises:
            StorageError: they cannot be removed.
        """
        await _disk(_remove, place_of(self._folder, blob))

    async def sweep(self) -> None:
        """Remove drafts that a server left behind when it was killed.

        Raises:
            StorageError: the folder cannot be used.
        """
        await _disk(_sweep, self._folder / _DRAFTS)


class FolderDraft:
    """A file in `drafts/`."""

    def __init__(self, folder: Path, path: Path, stream: BinaryIO) -> None:
        """Write to the open file."""
        self.size_bytes = 0
        self._folder = folder
        self._path = path
        self._stream = stream
        self._digest = sha256()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0

    async def write(self, data: bytes) -> None:
        """Add bytes.

        Raises:
            StorageError: the disk does not take them.
        """
        self.size_bytes += len(data)
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes >= _FLUSH_BYTES:
            await _disk(self._flush)

    async def finished(self, owner: str) -> Blob:
        """Return what the bytes are as the owner's blob, once they are on disk.

        Raises:
            StorageError: the disk does not take them.
        """
        await _disk(self._finish)
        return Blob(owner, self._digest.hexdigest(), self.size_bytes)

    async def place(self, blob: Blob) -> None:
        """Put the finished bytes where `read` finds them.

        Raises:
            StorageError: the folder cannot be used.
        """
        await _disk(self._place, blob)

    def discard(self) -> None:
        """Close the file and remove it; a placed one has another name by now."""
        with suppress(OSError):  # bytes that no longer matter did not reach the disk
            self._stream.close()
        self._path.unlink(missing_ok=True)

    def _flush(self) -> None:
        data = b"".join(self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0
        self._digest.update(data)
        self._stream.write(data)

    def _finish(self) -> None:
        self._flush()
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()

    def _place(self, blob: Blob) -> None:
        place = place_of(self._folder, blob)
        for _ in range(_TRIES):
            try:
                _make(self._folder, place.parent)
                if not _linked(place):
                    self._path.replace(place)
                for folder in (place.parent, place.parent.parent, self._folder):
                    sync_names(folder)
            except FileNotFoundError:
                continue
            return
        raise StorageError(f"{place.parent} is taken away as fast as it is made.")


async def _disk(work: Callable[..., T], *args: object) -> T:
    """Return what the function returns, run off the event loop."""
    try:
        return await in_thread(work, *args)
    except OSError as error:
        if is_full(error):
            raise DiskFull("The disk of the blob folder is full.", hint="Free some of it.") from error
        raise StorageError(f"The blob folder cannot be used: {error}.", hint="Check its permissions.") from error


def _make(root: Path, folder: Path) -> None:
    """Make the folder and those above it, for the owner of the process alone."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    current = root
    for name in folder.relative_to(root).parts:
        current /= name
        # Not by `exist_ok`, which takes a folder that was there, and that somebody took away since, for no folder.
        with suppress(FileExistsError):
            current.mkdir(mode=0o700)


def _create(root: Path, path: Path) -> BinaryIO:
    _make(root, path.parent)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def place_of(folder: Path, blob: Blob) -> Path:
    """Return where the blob's bytes are in the folder."""
    return folder / blob.sha256[:2] / blob.sha256 / blob.owner


def _linked(place: Path) -> bool:
    """Share the bytes that another owner has put there before, if there is one and the file system can."""
    for other in place.parent.iterdir():
        try:
            os.link(other, place)
        except FileNotFoundError:
            continue
        except OSError:
            return False
        return True
    return False


def _remove(place: Path) -> None:
    place.unlink(missing_ok=True)
    try:
        place.parent.rmdir()
    except OSError:
        # Others own these bytes too, or the folder is gone already.
        return


def _sweep(drafts: Path) -> None:
    if not drafts.is_dir():
        return
    probe = drafts / f"now-{secrets.token_hex(8)}"
    probe.touch(0o600)
    # The file system's own clock, which is the one that stamped the drafts.
    now = probe.stat().st_mtime
    probe.unlink()
    for draft in drafts.iterdir():
        try:
            if now - draft.stat().st_mtime > _STALE_S:
                draft.unlink()
        except FileNotFoundError:
            continue


async def _pieces(stream: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while data := await _disk(stream.read, _FLUSH_BYTES):
            yield data
    finally:
        stream.close()
