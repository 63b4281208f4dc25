"""Disks that take no more: a limit on files that anybody can set, and mounts that only root can make."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

import pytest

from .conftest import NO_DISK


@contextmanager
def files_end_at(size_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size: what a full disk does, a part of a write or nothing is taken."""
    before = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, before)


@contextmanager
def mounted(place: Path, size: str) -> Iterator[Path]:
    """Mount a small disk."""
    place.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", place)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    """Let nobody write to a disk that is mounted."""
    _mount("-o", "remount,ro", disk)
    try:
        yield
    finally:
        _mount("-o", "remount,rw", disk)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Fill a disk to the last block."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
    try:
        yield
    finally:
        ballast.unlink()


def _mount(*words: str | Path) -> None:
    ran = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if ran.returncode:
        pytest.skip(f"{NO_DISK}{ran.stderr.strip()}")
