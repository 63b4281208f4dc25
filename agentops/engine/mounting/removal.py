"""Removing a folder that hostile code wrote: however deep it is nested, whatever it forbids, and no link followed."""

import os
import secrets
import stat
from contextlib import suppress
from itertools import count
from pathlib import Path

from agentops.engine.mounting.disk import opened_folder
from agentops.engine.mounting.ways import unlock

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove(folder: Path, graves: Path) -> None:
    """Remove a folder; from the first step on it is at its place no more.

    Raises:
        OSError: something in it cannot be removed; the rest lies among the graves.
    """
    grave = graves / secrets.token_hex(8)
    try:
        folder.rename(grave)
    except FileNotFoundError:  # somebody else removes it
        return
    with suppress(FileNotFoundError):  # likewise
        _emptied(grave)
        grave.rmdir()


def _emptied(grave: Path) -> None:
    """Remove what is in a folder. What is deeper is moved up first, so that nothing is ever deep."""
    numbers = count()
    with opened_folder(grave) as top:
        folders = _cleared(top, top, numbers)
        while folders:
            name = folders.pop()
            descriptor = _opened(name, top)
            try:
                folders += _cleared(descriptor, top, numbers)
            finally:
                os.close(descriptor)
            os.rmdir(name, dir_fd=top)


def _cleared(folder: int, top: int, numbers: "count[int]") -> list[str]:
    """Remove the files of an open folder, move its folders to the top, and return their names there."""
    moved: list[str] = []
    for name in os.listdir(folder):
        if not stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode):
            os.unlink(name, dir_fd=folder)
            continue
        there = f"{secrets.token_hex(4)}-{next(numbers)}"
        try:
            os.rename(name, there, src_dir_fd=folder, dst_dir_fd=top)
        except PermissionError:  # to be moved it has to be writable: its own way up is written in it
            unlock(name, folder)
            os.rename(name, there, src_dir_fd=folder, dst_dir_fd=top)
        moved.append(there)
    return moved


def _opened(name: str, top: int) -> int:
    try:
        descriptor = os.open(name, _FOLDER, dir_fd=top)
    except PermissionError:
        unlock(name, top)
        descriptor = os.open(name, _FOLDER, dir_fd=top)
    if not os.fstat(descriptor).st_mode & stat.S_IWUSR:
        os.fchmod(descriptor, 0o700)
    return descriptor
