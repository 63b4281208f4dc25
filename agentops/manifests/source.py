"""Which files a tree is made of, and their text: stable order, no way out of the tree, nothing read blindly."""

import os
import stat
from codecs import BOM_UTF8
from pathlib import Path
from typing import NamedTuple

from agentops.base.diagnostics import Diagnostic, Span
from agentops.manifests.codes import files, trees
from agentops.manifests.marks import Text
from agentops.manifests.wording import ticked

MANIFESTS = "agents.d"
"""The folder of a project that holds its manifests."""

MAX_BYTES = 1 << 20
"""Files beyond 1 MiB are refused before they are read."""

_SUFFIXES = (".yaml", ".yml")
_BEGIN = "check the path; `agentops init` writes a first project"
_SLIPS = ({*"yaml"}, {*"yml"})
"""The letters that a mistyped ending is made of."""
_LONGEST_SLIP = 6

TESTS = (".test.yaml", ".test.yml")
"""Tests of agents lie beside the manifests, and are none."""

CASES = ".cases"
"""Folders of labelled artifacts lie beside the rubrics that they try out, and hold no manifests."""


class Unreadable(Exception):
    """A file's text cannot be had; carries the diagnostic, placed at the top of the file."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        """Keep the diagnostic."""
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class Source(NamedTuple):
    """A tree on disk: where it ends, and the manifests in it."""

    shown: str
    """The root as people see it."""

    root: Path
    """The real path of the folder that no link and no `{file: …}` may leave."""

    files: tuple[str, ...]
    """Paths as people see them, sorted."""

    diagnostics: tuple[Diagnostic, ...]


def find(root: Path) -> Source:
    """Return the manifests of a project folder, of any other folder, or the one file that the path names.

    Reports: tree.not-found, tree.empty, file.link-outside, file.unreadable, file.extension.
    """
    try:
        shown = _shown(root)
        if shown.is_file():
            return Source(str(shown), _project(shown.parent), (str(shown),), ())
        if shown.is_dir():
            return _walked(shown)
    except OSError as error:
        return Source(str(root), root, (), (_unreadable(str(root), error),))
    message = f"there is neither a folder nor a file at {ticked(str(shown))}"
    return Source(str(shown), shown, (), (Diagnostic(trees.NOT_FOUND, message, notes=(_BEGIN,)),))


def read(path: str | Path, shown: str) -> Text:
    """Return a file's text.

    Raises:
        Unreadable: with file.unreadable, file.too-large or file.not-utf8.
    """
    try:
        # O_NONBLOCK: opening a pipe must not wait for somebody to write into it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            data = _content(descriptor, shown)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unreadable(_unreadable(shown, error)) from None
    except ValueError:  # a NUL in the path
        raise Unreadable(_unreadable(shown, "no file can have this name")) from None
    data = data.removeprefix(BOM_UTF8)  # the codec that knows of it is written in Python
    try:
        return Text(shown, data.decode())
    except UnicodeDecodeError as error:
        raise Unreadable(_not_utf8(data, error, shown)) from None


def _walked(folder: Path) -> Source:
    start = folder / MANIFESTS if (folder / MANIFESTS).is_dir() else folder
    walk = _Walk(_project(folder))
    walk.enter(start)
    walk.run()
    if not walk.files and all(each.code is files.EXTENSION for each in walk.diagnostics):
        message = f"{ticked(str(start))} holds no manifest: no file there ends in .yaml or .yml"
        way = elsewhere(folder) or "`agentops init` writes a first project"
        walk.diagnostics.append(Diagnostic(trees.EMPTY, message, notes=(way,)))
    return Source(str(folder), walk.root, tuple(sorted(walk.files)), tuple(walk.diagnostics))


class _Walk:
    """Goes through folders and follows links, and meets each real file once, by the same name wherever it lies."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: list[str] = []
        self.diagnostics: list[Diagnostic] = []
        self._waiting: list[tuple[str, str]] = []
        """Folders: the path that led there, and the real one."""

        self._met: set[str] = set()
        """The real paths of where it began and of what links have led to; who comes by another way passes them over."""

    def enter(self, start: Path) -> None:
        if (real := self._followed(str(start))) is not None:
            self._waiting.append((str(start), real))

    def run(self) -> None:
        while self._waiting:
            folder, real = self._waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    for each in sorted(entries, key=lambda entry: entry.name):
                        self._take(each, real)
            except OSError as error:
                self.diagnostics.append(_unreadable(folder, error))

    def _take(self, entry: os.DirEntry[str], folder: str) -> None:
        """Take a manifest, or a folder that is still to be entered."""
        try:
            is_folder = entry.is_dir()
            if not self._is_wanted(entry, is_folder=is_folder):
                return
            real = self._followed(entry.path) if entry.is_symlink() else self._unmet(f"{folder}/{entry.name}")
        except (OSError, RuntimeError) as error:  # pathlib says RuntimeError for links that lead in a circle
            why = error if isinstance(error, OSError) else "its links lead in a circle"
            self.diagnostics.append(_unreadable(entry.path, why))
            return
        if real is None:
            return
        if is_folder:
            self._waiting.append((entry.path, real))
        else:
            self.files.append(entry.path.removeprefix("./"))

    def _is_wanted(self, entry: os.DirEntry[str], *, is_folder: bool) -> bool:
        if is_folder:
            return not entry.name.endswith(CASES) and not entry.name.startswith(".")
        if entry.name.endswith(_SUFFIXES) and not entry.name.endswith(TESTS):
            return not entry.name.startswith(".")
        if _is_almost(entry.name):
            self.diagnostics.append(_passed_over(entry.path))
        return False

    def _unmet(self, real: str) -> str | None:
        """Return the real path of what lies here itself, or None when a link has led to it already."""
        return None if real in self._met else real

    def _followed(self, link: str) -> str | None:
        """Return the real path of what a link leads to, or None when it is not to be followed."""
        real = Path(link).resolve()
        if not real.exists():
            self.diagnostics.append(_unreadable(link, "it is a link to nothing"))
            return None
        if not real.is_relative_to(self.root):
            label = "what is applied must be what is reviewed: copy it into the tree"
            message = f"{ticked(link)} is a link out of the tree"
            self.diagnostics.append(Diagnostic(files.LINK_OUTSIDE, message, _top(link), notes=(label,)))
            return None
        if any(_is_met(real, each) for each in (real, *real.parents) if str(each) in self._met):
            return None
        self._met.add(str(real))
        return str(real)


def _is_almost(name: str) -> bool:
    """Tell whether a name ends almost as a manifest's does: letters in another order, doubled, or large."""
    if name.startswith(".") or name.endswith(_SUFFIXES):
        return False
    stem, _, ending = name.lower().removesuffix(".txt").rpartition(".")
    return bool(stem) and len(ending) <= _LONGEST_SLIP and {*ending} in _SLIPS


def _passed_over(path: str) -> Diagnostic:
    shown = path.removeprefix("./")
    message = f"{ticked(shown)} is passed over: manifests end in .yaml or .yml"
    return Diagnostic(files.EXTENSION, message, _top(shown), notes=("rename it, or put a dot before its name",))


def _is_met(real: Path, folder: Path) -> bool:
    """Tell whether a walk through the folder meets the file or folder under its own name."""
    if not real.is_relative_to(folder):
        return False
    is_hidden = any(each.startswith(".") or each.endswith(CASES) for each in real.relative_to(folder).parts)
    return real == folder or not (is_hidden or (real.is_file() and real.suffix not in _SUFFIXES))


def project_of(path: Path) -> Path | None:
    """Return the real folder whose `agents.d` a path is or is in, if there is one."""
    real = path.resolve()
    return next((each.parent for each in (real, *real.parents) if each.name == MANIFESTS), None)


def elsewhere(path: Path) -> str:
    """Return the way to the project that a path lies in without being all of it, or nothing."""
    above = next((each for each in path.resolve().parents if (each / MANIFESTS).is_dir()), None)
    if above is None or (path / MANIFESTS).is_dir():
        return ""
    there = os.path.relpath(above)
    way = "leave the path out" if there == "." else "name that folder"
    return f"it is a part of the project in {ticked(there)}: {way}"


def _project(folder: Path) -> Path:
    return project_of(folder) or folder.resolve()


def _shown(root: Path) -> Path:
    """Return the path as a person writes it: relative when it is below the working directory."""
    here = Path.cwd()
    return root.relative_to(here) if root.is_relative_to(here) else root


def _content(descriptor: int, shown: str) -> bytes:
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        raise Unreadable(_unreadable(shown, "it is not a regular file"))
    size = about.st_size
    if size <= MAX_BYTES:
        data = os.read(descriptor, (size or MAX_BYTES) + 1)
        size = max(size, len(data))
    if size > MAX_BYTES:
        message = f"{ticked(shown)} is {size / MAX_BYTES:.1f} MiB large; a file may have 1 MiB"
        raise Unreadable(Diagnostic(files.TOO_LARGE, message, _top(shown), notes=("split it into several files",)))
    return data


def _unreadable(shown: str, why: OSError | str) -> Diagnostic:
    reason = why if isinstance(why, str) else (why.strerror or "the system gives no reason").lower()
    return Diagnostic(files.UNREADABLE, f"{ticked(shown)} cannot be read: {reason}", _top(shown))


def _not_utf8(data: bytes, error: UnicodeDecodeError, shown: str) -> Diagnostic:
    before = data[: error.start].decode()
    place = Text(shown, f"{before}\N{REPLACEMENT CHARACTER}").span(len(before), len(before) + 1)
    message = f"{ticked(shown)} is not UTF-8: byte 0x{data[error.start]:02X} begins no character"
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    notes = ("it begins like UTF-16",) if wide else ()
    return Diagnostic(files.NOT_UTF8, message, place, "save the file as UTF-8", notes)


def _top(shown: str) -> Span:
    return Span(shown, 1, 1, 1, 1)
