"""A tree as it was at a commit: its manifests, and the files that they name, in a folder of their own for a while."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from agentops.base.errors import RepositoryError
from agentops.cli.history.history import Entry, History
from agentops.manifests.source import MANIFESTS, MAX_BYTES, project_of

_MOST_FILES = 20_000
_MOST_BYTES = 48 << 20
_LINK = "120000"
_LONGEST_LINK = 4096
_MOST_LINKS = 1_000
_LONGEST_WAY = 4
"""Links that lead to links."""

_MANIFEST_SUFFIXES = (".yaml", ".yml")
_RULE_SUFFIXES = (*_MANIFEST_SUFFIXES, ".json")
_NAMING = frozenset({"file", "folder"})
"""Keys whose values may be paths of the tree."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tree is in its repository."""

    project: str
    """The folder that nothing leads out of, from the top of the repository; empty for the top."""

    below: str
    """What was asked for, below that folder; empty for all of it."""


def place_of(history: History, path: Path) -> Place:
    """Return where a tree that is there now, or was there once, is in its repository."""
    real = Path(os.path.normpath(path.absolute()))
    project = project_of(real) or (real.parent if real.suffix in _MANIFEST_SUFFIXES else real)
    project, real = project.resolve(), real.resolve()
    if not project.is_relative_to(history.top):
        raise RepositoryError(f"{path} is not in the repository at {history.top}")
    return Place(_posix(project.relative_to(history.top)), _posix(real.relative_to(project)))


def is_there(history: History, commit: str, place: Place) -> bool:
    """Tell whether a commit has the tree at all."""
    entries = [_below(each.path, place.project) for each in history.entries(commit, place.project)]
    return any(_is_in(each, place.below or MANIFESTS) for each in entries) or (
        not place.below and any(each.endswith(_MANIFEST_SUFFIXES) for each in entries)
    )


@contextmanager
def standing_in(history: History, commit: str, place: Place) -> Iterator[Path]:
    """Work in a folder that holds the project as it was at a commit; what was asked for is at the path yielded.

    Files are called as from the project's folder: `agents.d/reviewer.yaml`.

    Raises:
        RepositoryError: it is larger than manifests can be, or git cannot read it.
    """
    with _taken_out(history, commit, place) as folder, chdir(folder):
        yield Path(place.below) if place.below else Path()


@contextmanager
def _taken_out(history: History, commit: str, place: Place) -> Iterator[Path]:
    entries = {_below(each.path, place.project): each for each in history.entries(commit, place.project)}
    entries = {path: each for path, each in entries.items() if _is_safe(path)}
    with TemporaryDirectory(prefix="agentops-") as name:
        folder = Path(name).resolve()
        first = dict(_manifests(entries))
        _write(history, folder, first)
        links = _links(history, entries)
        named = _named(folder, first)
        others = dict(_others(entries, first, _reached(named, links)))
        _refuse_much({**first, **others}.values(), commit)
        _write(history, folder, others)
        # Files that were named may name others: the rules of a policy their schemas.
        further = {each for path in others if _is_meant(path, named) for each in _named_by_rules(folder, path)}
        last = dict(_others(entries, {**first, **others}, _reached(further, links)))
        _refuse_much({**first, **others, **last}.values(), commit)
        _write(history, folder, last)
        _link(folder, links)
        yield folder


def _manifests(entries: Mapping[str, Entry]) -> Iterator[tuple[str, Entry]]:
    """Yield what lies in `agents.d`, or else every manifest of the folder."""
    inside = {path: each for path, each in entries.items() if path.startswith(f"{MANIFESTS}/")}
    for path, each in (inside or entries).items():
        if each.is_file and (inside or path.endswith(_MANIFEST_SUFFIXES)) and each.size_bytes <= 16 * MAX_BYTES:
            yield path, each


def _named(folder: Path, found: Mapping[str, Entry]) -> set[str]:
    """Return the paths that the manifests name."""
    return {each for path in found if path.endswith(_MANIFEST_SUFFIXES) for each in _paths(folder, path)}


def _reached(named: set[str], links: Mapping[str, str]) -> set[str]:
    """Return the paths with those that the links on the way to them lead to."""
    wanted = {MANIFESTS, *named}
    for _ in range(_LONGEST_WAY):
        wanted |= {
            os.path.normpath(os.path.join(os.path.dirname(link), target))  # noqa: PTH118, PTH120 - pathlib keeps `..`
            for link, target in links.items()
            if any(_is_in(link, each) or _is_in(each, link) for each in wanted)
        }
    return wanted


def _others(entries: Mapping[str, Entry], found: Mapping[str, Entry], wanted: set[str]) -> Iterator[tuple[str, Entry]]:
    """Yield the files that are wanted and that were not taken out already."""
    for path, each in entries.items():
        is_wanted = _is_meant(path, wanted) or any(str(above) in wanted for above in PurePosixPath(path).parents)
        if is_wanted and each.is_file and path not in found:
            yield path, each


def _paths(folder: Path, manifest: str) -> Iterator[str]:
    """Yield the paths that a manifest may name, from the project's folder."""
    from agentops.manifests import source
    from agentops.manifests.reading import opened

    try:
        drafts = opened(source.read(folder / manifest, manifest)).drafts
    except source.Unreadable:
        return  # the loader will say so
    for draft in drafts:
        for text in _texts(draft.data):
            yield os.path.normpath(os.path.join(os.path.dirname(manifest), text))  # noqa: PTH118, PTH120 - pathlib keeps `..`


def _is_meant(path: str, named: Collection[str]) -> bool:
    """Tell whether a path is named, or meant by a pattern in the last part of one, as rules of a policy may be."""
    if path in named:
        return True
    folder, name = os.path.split(path)
    patterns = (os.path.split(each) for each in named if "*" in each)
    return any(where == folder and fnmatchcase(name, pattern) for where, pattern in patterns)


def _named_by_rules(folder: Path, path: str) -> Iterator[str]:
    """Yield the paths that a file of rules names, from the project's folder."""
    if not path.endswith(_RULE_SUFFIXES):
        return
    from agentops.manifests import source
    from agentops.manifests.policies.files import plain

    try:
        data, _ = plain(source.read(folder / path, path))
    except source.Unreadable:
        return  # the loader will say so
    for text in _texts(data):
        yield os.path.normpath(os.path.join(os.path.dirname(path), text))  # noqa: PTH118, PTH120 - pathlib keeps `..`


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield from (text for key, text in each.items() if key in _NAMING and isinstance(text, str))
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


def _refuse_much(entries: Iterable[Entry], commit: str) -> None:
    sizes = [each.size_bytes for each in entries]
    if len(sizes) > _MOST_FILES or sum(sizes) > _MOST_BYTES:
        told = f"{len(sizes):,} files of {sum(sizes):,} bytes"
        raise RepositoryError(
            f"the tree of {commit[:12]} has {told}; {_MOST_FILES:,} files and {_MOST_BYTES:,} bytes can be planned",
            hint="`git worktree add` takes a commit out into a folder that can be planned as it is",
        )


def _write(history: History, folder: Path, entries: Mapping[str, Entry]) -> None:
    _refuse_much(entries.values(), "this commit")
    files: Sequence[tuple[str, Entry]] = list(entries.items())
    for (path, each), content in zip(files, history.blobs([each.sha for _, each in files]), strict=True):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        # O_EXCL and O_NOFOLLOW: two names that a file system takes for one are not written through.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(file, flags, 0o700 if each.mode == "100755" else 0o600), "wb") as stream:
            stream.write(content)


def _links(history: History, entries: Mapping[str, Entry]) -> dict[str, str]:
    """Return the links of the tree, and what each says it leads to."""
    found = [(path, each) for path, each in entries.items() if each.mode == _LINK and each.size_bytes < _LONGEST_LINK]
    targets = history.blobs([each.sha for _, each in found[:_MOST_LINKS]])
    return {path: os.fsdecode(target) for (path, _), target in zip(found, targets, strict=False)}


def _link(folder: Path, links: Mapping[str, str]) -> None:
    """Make the links, last: nothing is written through one. Whether one may be followed, the loader says."""
    for path, target in links.items():
        place = folder / path
        if place.parent.is_dir() and place.parent.resolve() == place.parent and not os.path.lexists(place):
            place.symlink_to(target)


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _is_safe(path: str) -> bool:
    """Tell whether a path of a commit stays below the folder; git itself makes no other, somebody's program may."""
    return bool(path) and not path.startswith("/") and not {"", ".", ".."} & {*path.split("/")}


def _below(path: str, folder: str) -> str:
    return path.removeprefix(f"{folder}/") if folder else path


def _posix(path: Path) -> str:
    return "" if path == Path() else path.as_posix()
