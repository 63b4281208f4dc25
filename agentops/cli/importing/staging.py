"""Files that appear all or not at all: made ready aside, then moved; what was cut off in between is finished later.

The journal is the moment of decision. Without it nothing counts, and what lies aside is thrown away; with it every
file is there, whole, and whoever comes next moves the rest.
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentops.base.errors import AgentopsError, UsageError
from agentops.base.files import cannot_write
from agentops.base.names import Address

_JOURNAL, _FILES = "journal.json", "files"
_PRIVATE, _PROGRAM = 0o700, 0o755


@dataclass(frozen=True, slots=True)
class Journal:
    """What an import has decided to write, and which objects it takes over."""

    target: str
    files: tuple[str, ...]
    taken: Mapping[Address, str]
    is_bound: bool = True
    """Whether the objects are to bear marks in the end."""


class Staging:
    """The place beside the embedded engine's where files wait."""

    def __init__(self, root: Path, home: Path) -> None:
        """Take the project's folder, which must hold all that is written, and where agentops keeps its own files."""
        self._root = root
        self._folder = home / "import"

    def begun(self) -> Journal | None:
        """Return what an earlier run decided and did not finish; what it had not decided is thrown away.

        Raises:
            AgentopsError: the journal is not one of ours.
        """
        path = self._folder / _JOURNAL
        if not path.exists():
            shutil.rmtree(self._folder, ignore_errors=True)
            return None
        try:
            told = json.loads(path.read_text("utf-8"))
            found = {Address.parse(name): each for name, each in told["taken"].items()}
            taken = {address: str(each) for address, each in found.items() if address}
            return Journal(str(told["target"]), tuple(map(str, told["files"])), taken, bool(told["is_bound"]))
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            raise AgentopsError(f"{path} cannot be read", hint=f"remove {self._folder}, then import again") from None

    @property
    def is_begun(self) -> bool:
        """Tell whether something is decided and not finished."""
        return (self._folder / _JOURNAL).exists()

    def prepare(self, files: Mapping[str, bytes], programs: Iterable[str], journal: Journal) -> None:
        """Put the files aside, and decide.

        Raises:
            UsageError: something is in the way; nothing was written.
            CannotWrite: the disk does not take them; nothing was written.
        """
        self.check(files)
        try:
            self._put_aside(files, programs, journal)
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise cannot_write(self._folder, error) from error

    def _put_aside(self, files: Mapping[str, bytes], programs: Iterable[str], journal: Journal) -> None:
        for path, content in files.items():
            aside = self._folder / _FILES / path
            aside.parent.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
            aside.write_bytes(content)
        for path in programs:
            (self._folder / _FILES / path).chmod(_PROGRAM)
        told = {
            "target": journal.target,
            "files": list(journal.files),
            "taken": {str(address): each for address, each in journal.taken.items()},
            "is_bound": journal.is_bound,
        }
        draft = self._folder / f"{_JOURNAL}.new"
        with draft.open("w", encoding="utf-8") as file:
            json.dump(told, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / _JOURNAL)

    def check(self, files: Iterable[str]) -> None:
        """See that nothing is in the way of files.

        Raises:
            UsageError: something is.
        """
        for each in files:
            self._check(each)

    def place(self, files: Iterable[str]) -> None:
        """Move what waits to where it belongs; what is there already was moved before.

        Raises:
            UsageError: something else came in the way.
            CannotWrite: the disk does not take one; whoever calls this again goes on from there.
        """
        for each in files:
            aside = self._folder / _FILES / each
            if aside.exists():
                self._check(each)
                self._move(aside, self._root / each)

    def _move(self, aside: Path, destination: Path) -> None:
        try:
            destination.parent.mkdir(parents=True, exist_ok=True)
            aside.rename(destination)
        except OSError as error:
            raise cannot_write(destination, error) from error

    def end(self) -> None:
        """Forget about it: all is done."""
        (self._folder / _JOURNAL).unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _check(self, path: str) -> None:
        destination = self._root / path
        if destination.exists() or destination.is_symlink():
            raise UsageError(f"{destination} exists already", hint="move it away; nothing is overwritten")
        above = next(each for each in destination.parents if each.exists())
        if not above.resolve().is_relative_to(self._root) or not above.is_dir():
            raise UsageError(f"{above} leads out of the project", hint="manifests lie in real folders of the tree")
