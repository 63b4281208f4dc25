"""Texts that a manifest keeps in files of their own: found, held inside the tree, read once."""

import os
from pathlib import Path

from agentops.base.diagnostics import Code
from agentops.manifests.codes import files
from agentops.manifests.marks import Text
from agentops.manifests.source import Unreadable, read
from agentops.manifests.wording import nearest_of_many, ticked


class Refused(Exception):
    """A path that a manifest names cannot be used: a code, a phrase, and what to do."""

    def __init__(self, code: Code, message: str, label: str = "") -> None:
        """Keep what a diagnostic is made of; the caller knows the place."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.label = label


class Files:
    """The files below one root that manifests may name."""

    def __init__(self, root: Path) -> None:
        """Let nothing lead out of the root, which is a real path."""
        self._root = root
        self._read: dict[str, Text] = {}

    @property
    def texts(self) -> dict[str, Text]:
        """Return every text that was read, by the name that people see."""
        return self._read

    def text(self, manifest: str, path: str) -> Text:
        """Return the text of the file that a manifest names.

        Raises:
            Refused: with file.outside-tree, file.missing, file.unreadable, file.too-large or file.not-utf8.
        """
        found = self.find(manifest, path)
        if found.is_dir():
            raise Refused(files.UNREADABLE, f"{ticked(path)} is a folder, a text is wanted here", "name a file")
        shown = _shown(manifest, path)
        if shown not in self._read:
            self._read[shown] = self._text(found, shown)
        return self._read[shown]

    def find(self, manifest: str, path: str) -> Path:
        """Return the real path of what a manifest names.

        Raises:
            Refused: with file.outside-tree or file.missing.
        """
        if Path(path).is_absolute():
            raise Refused(files.OUTSIDE_TREE, f"{ticked(path)} is not relative to this file", "name a file of the tree")
        try:
            real = (Path(manifest).parent / path).resolve()
        except (OSError, RuntimeError, ValueError):
            raise Refused(files.MISSING, f"{ticked(path)} leads nowhere") from None
        if not real.is_relative_to(self._root):
            lexical = Path(os.path.normpath(Path(manifest).parent.resolve() / path))
            how = "is a link out of" if lexical.is_relative_to(self._root) else "leads out of"
            raise Refused(files.OUTSIDE_TREE, f"{ticked(path)} {how} the tree", "copy the file into the tree")
        if not real.exists():
            raise Refused(files.MISSING, f"{ticked(_shown(manifest, path))} does not exist", _similar(real, path))
        return real

    def is_inside(self, manifest: str, path: str) -> bool:
        """Tell whether a path that a manifest names is in the tree, existing or not."""
        try:
            return (Path(manifest).parent / path).resolve().is_relative_to(self._root)
        except (OSError, RuntimeError, ValueError):
            return False

    def _text(self, path: Path, shown: str) -> Text:
        try:
            return read(path, shown)
        except Unreadable as error:
            found = error.diagnostic
            raise Refused(found.code, found.message, found.label or "; ".join(found.notes)) from None


def _shown(manifest: str, path: str) -> str:
    return os.path.normpath(Path(manifest).parent / path)


def _similar(missing: Path, written: str) -> str:
    """Return a suggestion, as it is to be written: the file next to it that has nearly this name."""
    try:
        names = [each.name for each in missing.parent.iterdir()]
    except OSError:
        return "the folder does not exist either"
    near = nearest_of_many(missing.name, names)
    return f"did you mean {Path(written).with_name(near)}?" if near else "paths are relative to this file"
