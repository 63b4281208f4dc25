"""A folder that hostile code writes to while it is read and changed: no link in it is followed, no wait is endless.

Everything is reached from the folder by descriptors, name by name. What is put there is made elsewhere on the same
disk and appears in one step; what is taken away goes there first and is looked at before it is thrown away.
"""

import errno
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from agentops.engine.mounting.disk import FILE_MODE, FOLDER_MODE, as_owner_of, opened_folder

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_ASIDE = "aside-"


class Stamp(NamedTuple):
    """What tells a file from what it was before; the last of them nobody inside can set. Units: bytes, nanoseconds."""

    inode: int
    size: int
    modified: int
    changed: int

    @classmethod
    def of(cls, found: os.stat_result) -> "Stamp":
        """Return the stamp of what was found."""
        return cls(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a look into a folder goes."""

    entries: int
    depth: int
    """Folders in folders."""


@dataclass(slots=True)
class Seen:
    """What lies in a folder; paths are relative, with `/`."""

    files: dict[str, Stamp] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    """What is there and is no file of its own, with what it is instead."""

    is_whole: bool = True
    """Whether everything was looked at."""

    entries: int = 0
    """How many names there were."""


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
        seen = Seen()
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                with self._opened(folder) as descriptor:
                    waiting += _listed(descriptor, folder, seen, bounds)
            except (FileNotFoundError, NotADirectoryError):
                seen.is_whole = False
            except OSError:
                seen.others[folder] = "a folder that cannot be read"
        return seen

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
            with self._opened(folder) as parent:
                descriptor = os.open(name, _FILE, dir_fd=parent)
        except OSError:
            raise Moved from None
        try:
            if not _is_own(os.fstat(descriptor)):
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
            with self._opened(folder, makes=True) as parent:
                os.link(draft, name, dst_dir_fd=parent, follow_symlinks=False)
        except FileExistsError as error:
            if self._is_folder(path):
                raise IsADirectoryError(errno.EISDIR, "A folder is in its place") from error
            return False
        return True

    def _is_folder(self, path: str) -> bool:
        try:
            with self._opened(path):
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
        with suppress(FileNotFoundError), self._opened(folder) as parent:
            os.unlink(name, dir_fd=parent)
        self._prune(path)

    def has(self, path: str) -> bool:
        """Tell whether anything is at a path.

        Raises:
            OSError: a folder above it is none.
        """
        folder, _, name = path.rpartition("/")
        try:
            with self._opened(folder) as parent:
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
        with self._opened(folder, makes=True) as parent:
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
            with self._opened(folder) as parent:
                os.rename(name, aside, src_dir_fd=parent)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return aside

    def _give_back(self, aside: Path, path: str) -> None:
        """Put back what was taken; whoever put something in its place by now has replaced it."""
        folder, _, name = path.rpartition("/")
        with self._opened(folder, makes=True) as parent:
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
            data = _read(descriptor, size_max + 1) if _is_own(os.fstat(descriptor)) else b""
            return data if _is_own(os.fstat(descriptor)) and len(data) <= size_max else None
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
                with self._opened(above) as parent:
                    os.rmdir(name, dir_fd=parent)
            except OSError:
                return
            folder = above

    @contextmanager
    def _opened(self, folder: str, *, makes: bool = False) -> Iterator[int]:
        """Open a folder from the root on, name by name."""
        with opened_folder(self._root) as root:
            descriptor = os.dup(root)
            try:
                for name in folder.split("/") if folder else ():
                    below = _entered(name, descriptor, root if makes else None)
                    os.close(descriptor)
                    descriptor = below
                yield descriptor
            finally:
                os.close(descriptor)


def _listed(descriptor: int, folder: str, seen: Seen, bounds: Bounds) -> list[str]:
    """Note what lies in an open folder, and return the folders in it."""
    folders: list[str] = []
    with os.scandir(descriptor) as entries:
        for entry in entries:
            if seen.entries >= bounds.entries:
                seen.is_whole = False
                break
            seen.entries += 1
            path = f"{folder}/{entry.name}" if folder else entry.name
            try:
                found = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if not stat.S_ISDIR(found.st_mode):
                _sort(path, found, seen)
            elif path.count("/") + 1 < bounds.depth:
                folders.append(path)
            else:
                seen.others[path] = "a folder that lies too deep"
    return folders


def _sort(path: str, found: os.stat_result, seen: Seen) -> None:
    if _is_own(found):
        seen.files[path] = Stamp.of(found)
    elif stat.S_ISREG(found.st_mode):
        seen.others[path] = "a file with several names (hard links)"
    else:
        seen.others[path] = "a symbolic link" if stat.S_ISLNK(found.st_mode) else "no file"


def _is_own(found: os.stat_result) -> bool:
    """Tell whether it is a file that has no other name: what has one may be somebody else's."""
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1


def _entered(name: str, folder: int, root: int | None) -> int:
    """Open a folder in an open one; with the root given, make it if it is not there."""
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if root is None:
            raise
    except PermissionError:
        unlock(name, folder)
        return os.open(name, _FOLDER, dir_fd=folder)
    with suppress(FileExistsError):
        os.mkdir(name, FOLDER_MODE, dir_fd=folder)
    made = os.open(name, _FOLDER, dir_fd=folder)
    as_owner_of(made, root)
    os.fchmod(made, FOLDER_MODE)
    return made


def unlock(name: str, folder: int) -> None:
    """Open a folder that its owner closed to himself; by its number, whoever puts a link there now has no gain."""
    held = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        Path(f"/proc/self/fd/{held}").chmod(0o700)
    finally:
        os.close(held)


def _read(descriptor: int, size: int) -> bytes:
    pieces: list[bytes] = []
    left = size
    while left and (piece := os.read(descriptor, left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def is_below(path: str, others: Mapping[str, str]) -> bool:
    """Tell whether a path, or a folder above it, is something else than it should be."""
    names = path.split("/")
    return any("/".join(names[:count]) in others for count in range(1, len(names) + 1)) or "" in others
