"""What a sandbox uses, counted from outside: room on the disk, and memory where no group of the kernel's counts it."""

import contextlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

DEEPEST = 100
"""Folders in folders; what is deeper could not be counted without opening more files than a process may."""

_PAGE = os.sysconf("SC_PAGE_SIZE")
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Room:
    """Room on the disk: of files, folders and all else that has a name."""

    size: int = 0
    """Units: bytes, as the disk allots them."""

    files: int = 0
    is_too_deep: bool = False
    is_hidden: bool = False
    """Whether there is more, which its owner kept from being counted."""


def room(folder: Path, *, size_max: int, files_max: int) -> Room:
    """Return what the folder takes; the count ends where it is above one of the limits.

    Raises:
        OSError: it cannot be counted, and that is not its owner's doing.
    """
    size = files = 0
    try:
        for found in _below(_opened(str(folder), None), 0):
            size += found.st_blocks * _BLOCK
            files += 1
            if size > size_max or files > files_max:
                break
    except _TooDeep:
        return Room(size, files, is_too_deep=True)
    except PermissionError:
        return Room(size, files, is_hidden=True)
    except _GONE:
        pass
    return Room(size, files)


class _TooDeep(Exception):
    pass


_GONE = (FileNotFoundError, NotADirectoryError)
"""What happens to a name that somebody removed, or put something else behind, since it was read."""

_TRIES = 1_000
"""How often a folder is opened anew that its owner closes in the same moment: he has to be faster every time."""


_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def _below(folder: int, depth: int) -> Iterator[os.stat_result]:
    """Yield what lies in an open folder and below, never leaving it; then close it."""
    try:
        if depth > DEEPEST:
            raise _TooDeep
        with os.scandir(folder) as entries:
            for entry in entries:
                with contextlib.suppress(*_GONE):
                    found = _looked_at(entry.name, folder)
                    yield found
                    if stat.S_ISDIR(found.st_mode):
                        yield from _below(_opened(entry.name, folder), depth + 1)
    finally:
        os.close(folder)


def _looked_at(name: str, folder: int) -> os.stat_result:
    """Return what a name of an open folder is, also where the folder's owner closes it meanwhile."""
    return _in_spite_of_its_owner(lambda: os.stat(name, dir_fd=folder, follow_symlinks=False), folder)


def _opened(name: str, folder: int | None) -> int:
    """Open a folder, also one whose owner closed it to himself to hide what is in it."""

    def opened() -> int:
        try:
            return os.open(name, _FOLDER, dir_fd=folder)
        except PermissionError:
            # By its number: whoever puts a link under the name now has nothing changed.
            held = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            try:
                Path(f"/proc/self/fd/{held}").chmod(0o700)
            finally:
                os.close(held)
            return os.open(name, _FOLDER, dir_fd=folder)

    return _in_spite_of_its_owner(opened, folder)


def _in_spite_of_its_owner(look: Callable[[], T], folder: int | None) -> T:
    """Return what a look at a name in a folder finds; the folder is opened anew as often as it is closed.

    Raises:
        PermissionError: it is closed faster than it can be looked at.
    """
    for _ in range(_TRIES):
        try:
            return look()
        except PermissionError:
            if folder is not None:
                os.fchmod(folder, 0o700)
    return look()


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the host."""

    pid: int
    parent: int
    size: int
    """Memory that is in use and its own. Units: bytes."""


def processes(proc: Path = Path("/proc")) -> Mapping[int, tuple[Process, ...]]:
    """Return the processes of the host, by their parents."""
    children: dict[int, list[Process]] = {}
    for folder in proc.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                found = _process(folder)
                children.setdefault(found.parent, []).append(found)
    return {parent: tuple(each) for parent, each in children.items()}


def family(pid: int, children: Mapping[int, tuple[Process, ...]]) -> tuple[Process, ...]:
    """Return all that comes from a process."""
    found: dict[int, Process] = {}
    waiting = [pid]
    while waiting:
        fresh = [each for each in children.get(waiting.pop(), ()) if each.pid not in found]
        found |= {each.pid: each for each in fresh}
        waiting += [each.pid for each in fresh]
    return tuple(found.values())


def memory(of: tuple[Process, ...], limit: int, proc: Path = Path("/proc")) -> int:
    """Return what the processes use; pages that several share are told apart only where the limit hangs on it.

    Units: bytes.
    """
    rough = sum(each.size for each in of)
    return rough if rough <= limit else sum(_proportional(each, proc) for each in of)


def unlinked(of: tuple[Process, ...], device: int, proc: Path = Path("/proc")) -> int:
    """Return the room on a disk of files that are open and have no name any more. Units: bytes."""
    sizes: dict[int, int] = {}
    for each in of:
        with contextlib.suppress(OSError):
            for descriptor in (proc / str(each.pid) / "fd").iterdir():
                with contextlib.suppress(OSError):
                    found = descriptor.stat()
                    if found.st_nlink == 0 and found.st_dev == device and stat.S_ISREG(found.st_mode):
                        sizes[found.st_ino] = found.st_blocks * _BLOCK
    return sum(sizes.values())


def _process(folder: Path) -> Process:
    # A name may hold spaces and brackets; what follows the last bracket does not.
    fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    _total, resident, shared, *_rest = (folder / "statm").read_text(encoding="ascii").split()
    return Process(int(folder.name), int(fields[1]), (int(resident) - int(shared)) * _PAGE)


def _proportional(process: Process, proc: Path) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        rows = (proc / str(process.pid) / "smaps_rollup").read_text(encoding="ascii").splitlines()
        return sum(int(row.split()[1]) * 1024 for row in rows if row.startswith("Pss_Anon:"))
    return process.size
