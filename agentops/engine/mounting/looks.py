"""What lies in a folder that hostile code writes to, found by a look that ends."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from agentops.engine.mounting.ways import is_own, opened


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


def look(root: Path, bounds: Bounds) -> Seen:
    """Return what is in a folder."""
    seen = Seen()
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with opened(root, folder) as descriptor:
                waiting += _listed(descriptor, folder, seen, bounds)
        except (FileNotFoundError, NotADirectoryError):
            seen.is_whole = False
        except OSError:
            seen.others[folder] = "a folder that cannot be read"
    return seen


def is_below(path: str, others: Mapping[str, str]) -> bool:
    """Tell whether a path, or a folder above it, is something else than it should be."""
    names = path.split("/")
    return any("/".join(names[:count]) in others for count in range(1, len(names) + 1)) or "" in others


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
    if is_own(found):
        seen.files[path] = Stamp.of(found)
    elif stat.S_ISREG(found.st_mode):
        seen.others[path] = "a file with several names (hard links)"
    else:
        seen.others[path] = "a symbolic link" if stat.S_ISLNK(found.st_mode) else "no file"
