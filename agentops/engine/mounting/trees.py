"""A folder that hostile code writes to while it is read and changed: no link in it is followed, no wait is endless.

Everything is reached from the folder by descriptors, name by name. What is put there is made elsewhere on the same
disk and appears in one step; what is taken away goes there first and is looked at before it is thrown away.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from agentops.engine.mounting.disk import FILE_MODE, as_owner_of, opened_folder
from agentops.engine.mounting.looks import Bounds, Seen, look
from agentops.engine.mounting.ways import is_own, opened

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_ASIDE = "aside-"


class Moved(Exception):
    """Something is not where it was, or not what it was."""


class Tree:
    """A folder that somebody else writes to."""

    def __init__(self, root: Path, staging: Path) -> None:
        """Name the folder, and one of its disk that nobody else can reach; both are there."""
        self._root = root
        self._staging = staging

    def look(self, bounds: Bounds) -> Seen:
        """Return what is there."""
        return look(self._root, bounds)

    def now(self) -> int:
        """Return the time by the clock that stamps the files. Units: nanoseconds."""
        probe = self._staging / f"now-{secrets.token_hex(8)}"
        try:
            probe.touch(0o600)
            return probe.stat().st_mtime_ns
        finally:
            probe.unlink(missing_ok=True)

    @contextmanager
    def file(self, path: str) -> Iterator[int]:
        """Open a file to read.

        Raises:
            Moved: it is not there any more, or not a file of its own.
        """
        folder, _, name = path.rpartition("/")
        try:
            with opened(self._root, folder) as parent:
                descriptor = os.open(name, _FILE, dir_fd=parent)
        except OSError:
            raise Moved from None
        try:
            if not is_own(os.fstat(descriptor)):
                raise Moved
            yield descriptor
        finally:
            os.close(descriptor)

    def read(self, path: str, size_max: int) -> bytes:
        """Return what is in a file that is not too long.

        Raises:
            Moved: it is not there any more, or something else.
        """
        with self.file(path) as descriptor:
            try:
                data = _read(descriptor, size_max + 1)
            except OSError:
                raise Moved from None
        if len(data) > size_max:
            raise Moved
        return data

    def swap(self, path: str, expected: str | None, data: bytes | None, size_max: int) -> bool:
        """Put bytes, or nothing, in the place of those with a digest, or of nothing; tell whether it was so.

        What somebody else put there meanwhile stays. A program that holds the old file open goes on with the old one.

        Raises:
            OSError: the disk does not take it, or something is in the way.
        """
        with self._draft(data) as draft:
            aside = self._taken(path, expected) if expected is not None else None
            if expected is not None and aside is None:
                return False
            if aside is not None and self._digest(aside, size_max) != expected:
                self._give_back(aside, path)
                return False
            is_put = draft is None or self.place(draft, path)
            if aside is not None:
                aside.unlink()
        if data is None:
            self._prune(path)
        return is_put

    def put(self, path: str, data: bytes) -> bool:
        """Put bytes where nothing is; tell whether there was nothing.

        Raises:
            OSError: the disk does not take it, or something is in the way.
        """
        with self._draft(data) as draft:
            return draft is None or self.place(draft, path)

    def place(self, draft: Path, path: str) -> bool:
        """Let a file of the same disk appear where nothing is; tell whether there was nothing.

        Raises:
            OSError: something is in the way.
        """
        folder, _, name = path.rpartition("/")
        try:
            with opened(self._root, folder, makes=True) as parent:
                os.link(draft, name, dst_dir_fd=parent, follow_symlinks=False)
        except FileExistsError as error:
            if self._is_folder(path):
                raise IsADirectoryError(errno.EISDIR, "A folder is in its place") from error
            return False
        return True

    def _is_folder(self, path: str) -> bool:
        try:
            with opened(self._root, path):
                return True
        except OSError:
            return False

    def rescued(self, size_max: int) -> Iterator[tuple[str, bytes]]:
        """Take out what a killed server had set aside without having looked at it: names for it, and bytes."""
        for aside in sorted(self._staging.glob(f"{_ASIDE}*")):
            found = self._content(aside, size_max)
            if found is not None:
                digest = sha256(found).hexdigest()
                if not aside.name.startswith(f"{_ASIDE}{digest}"):
                    yield f"recovered-{digest[:8]}", found
            aside.unlink()
        for left in (*self._staging.glob("new-*"), *self._staging.glob("now-*")):
            left.unlink()

    def remove(self, path: str) -> None:
        """Remove a file, if it is there, and the folders that become empty.

        Raises:
            OSError: it is no file.
        """
        folder, _, name = path.rpartition("/")
        with suppress(FileNotFoundError), opened(self._root, folder) as parent:
            os.unlink(name, dir_fd=parent)
        self._prune(path)

    def has(self, path: str) -> bool:
        """Tell whether anything is at a path.

        Raises:
            OSError: a folder above it is none.
        """
        folder, _, name = path.rpartition("/")
        try:
            with opened(self._root, folder) as parent:
                os.lstat(name, dir_fd=parent)
        except FileNotFoundError:
            return False
        return True

    def place_folder(self, draft: Path, path: str) -> None:
        """Let a folder of the same disk appear where nothing is.

        Raises:
            OSError: something is in the way.
        """
        folder, _, name = path.rpartition("/")
        with opened(self._root, folder, makes=True) as parent:
            os.rename(draft, name, dst_dir_fd=parent)

    def size(self, path: str) -> int | None:
        """Return how long a file is; None when there is none. Units: bytes."""
        try:
            with self.file(path) as descriptor:
                return os.fstat(descriptor).st_size
        except Moved:
            return None

    def _taken(self, path: str, expected: str) -> Path | None:
        folder, _, name = path.rpartition("/")
        aside = self._staging / f"{_ASIDE}{expected}-{secrets.token_hex(4)}"
        try:
            with opened(self._root, folder) as parent:
                os.rename(name, aside, src_dir_fd=parent)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return aside

    def _give_back(self, aside: Path, path: str) -> None:
        """Put back what was taken; whoever put something in its place by now has replaced it."""
        folder, _, name = path.rpartition("/")
        with opened(self._root, folder, makes=True) as parent:
            try:
                os.link(aside, name, dst_dir_fd=parent, follow_symlinks=False)
            except FileExistsError:
                pass
            except OSError:  # a folder has no second name
                with suppress(OSError):
                    os.rename(aside, name, dst_dir_fd=parent)
                return
        aside.unlink()

    def _digest(self, aside: Path, size_max: int) -> str | None:
        found = self._content(aside, size_max)
        return None if found is None else sha256(found).hexdigest()

    def _content(self, aside: Path, size_max: int) -> bytes | None:
        try:
            descriptor = os.open(aside, _FILE)
        except OSError:
            return None
        try:
            data = _read(descriptor, size_max + 1) if is_own(os.fstat(descriptor)) else b""
            return data if is_own(os.fstat(descriptor)) and len(data) <= size_max else None
        finally:
            os.close(descriptor)

    @contextmanager
    def _draft(self, data: bytes | None) -> Iterator[Path | None]:
        """Write bytes where nobody sees them, until the end of the block."""
        if data is None:
            yield None
            return
        draft = self._staging / f"new-{secrets.token_hex(8)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        try:
            with opened_folder(self._root) as root, os.fdopen(descriptor, "wb") as stream:
                as_owner_of(stream.fileno(), root)
                os.fchmod(stream.fileno(), FILE_MODE)
                stream.write(data)
            yield draft
        finally:
            draft.unlink()

    def _prune(self, path: str) -> None:
        """Remove the folders that have become empty."""
        folder = path.rpartition("/")[0]
        while folder:
            above, _, name = folder.rpartition("/")
            try:
                with opened(self._root, above) as parent:
                    os.rmdir(name, dir_fd=parent)
            except OSError:
                return
            folder = above


def _read(descriptor: int, size: int) -> bytes:
    pieces: list[bytes] = []
    left = size
    while left and (piece := os.read(descriptor, left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
