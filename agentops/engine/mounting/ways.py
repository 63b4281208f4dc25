"""The ways into a folder that hostile code writes to: from its top, name by name, and through no link."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from agentops.engine.mounting.disk import FOLDER_MODE, as_owner_of, opened_folder

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def opened(root: Path, folder: str, *, makes: bool = False) -> Iterator[int]:
    """Open a folder below another by its relative path, empty for that one itself; with `makes`, make what is missing.

    Raises:
        OSError: it is not there, or something on the way is no folder.
    """
    with opened_folder(root) as top:
        descriptor = os.dup(top)
        try:
            for name in folder.split("/") if folder else ():
                below = _entered(name, descriptor, top if makes else None)
                os.close(descriptor)
                descriptor = below
            yield descriptor
        finally:
            os.close(descriptor)


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


def is_own(found: os.stat_result) -> bool:
    """Tell whether it is a file that has no other name: what has one may be somebody else's."""
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1
