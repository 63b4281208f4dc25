"""Which folders a tree is watched through, and what tells that a file in one of them is another one now."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agentops.manifests.document import Tree
from agentops.manifests.source import MANIFESTS, project_of

_MOST_FILES = 50_000
_FOLDERS = ("folder",)


@dataclass(frozen=True, slots=True, order=True)
class Folder:
    """One folder to watch."""

    path: str
    is_deep: bool
    """Whether what is below its folders counts too."""


Signature = frozenset[tuple[str, int, int, int]]
"""What every watched file is: path, inode, size in bytes, time of the last change in nanoseconds."""


def base(path: Path) -> tuple[Folder, ...]:
    """Return what is watched before anything is known of the tree: its folder, and the one in which that may appear."""
    real = Path(os.path.abspath(path))  # noqa: PTH100 - the folder may be gone, and a link is watched where it stands
    if real.is_file():
        return (Folder(str(real.parent), is_deep=False),)
    if real.name != MANIFESTS and not (real / MANIFESTS).is_dir() and any(real.glob("*.y*ml")):
        return (Folder(str(real.parent), is_deep=False), Folder(str(real), is_deep=True))
    # Never all of a project: what else lies in it may be anything.
    project = project_of(real) or real
    return (Folder(str(project), is_deep=False), Folder(str(project / MANIFESTS), is_deep=True))


def named(tree: Tree) -> frozenset[Folder]:
    """Return the folders of files that the tree's manifests name, and the folders that they name as a whole."""
    files = {Folder(os.path.dirname(os.path.abspath(each)), is_deep=False) for each in tree.texts}  # noqa: PTH100, PTH120 - many
    return frozenset(files | {Folder(each, is_deep=True) for each in _folders(tree)})


def _folders(tree: Tree) -> Iterator[str]:
    for document in tree.documents:
        for value in _said(document.data):
            yield os.path.abspath(os.path.join(os.path.dirname(document.file), value))  # noqa: PTH100, PTH118, PTH120 - no links


def _said(value: object) -> Iterator[str]:
    """Yield what is said of folders in a spec: of a skill at its top, of a store below `seed`."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key in _FOLDERS and isinstance(each, str):
                yield each
            elif isinstance(each, dict):
                yield from _said(each)


def covered(folders: Iterable[Folder], root: Path) -> frozenset[Folder]:
    """Return the folders that are there and inside the root, without those that a deep one covers."""
    inside = sorted(each for each in folders if os.path.isdir(each.path))  # noqa: PTH112 - one of many
    own = [each for each in inside if Path(each.path).resolve().is_relative_to(root)]
    deep = [each.path for each in own if each.is_deep]
    return frozenset(
        each
        for each in own
        if not any(each.path.startswith(above + os.sep) for above in deep)
        and not (not each.is_deep and each.path in deep)
    )


def signature(folders: Iterable[Folder]) -> Signature:
    """Return what every file in the folders is now; hidden ones do not count, as editors write theirs beside ours."""
    found: set[tuple[str, int, int, int]] = set()
    for folder in folders:
        for entry in _entries(folder):
            if len(found) >= _MOST_FILES:
                return frozenset(found)
            try:
                about = entry.stat()
            except OSError:  # gone by now, or a link to nothing
                continue
            found.add((entry.path, about.st_ino, about.st_size, about.st_mtime_ns))
    return frozenset(found)


def _entries(folder: Folder) -> Iterator[os.DirEntry[str]]:
    waiting = [folder.path]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for each in entries:
                    if each.name.startswith("."):
                        continue
                    if not each.is_dir(follow_symlinks=False):
                        yield each
                    elif folder.is_deep:
                        waiting.append(each.path)
        except OSError:
            continue


def files(before: Signature, after: Signature) -> list[str]:
    """Return the files that were written, made, or removed between two moments."""
    return sorted({each[0] for each in before ^ after})
