"""The layers on the disk: each appears in one step when it is whole, and goes when nobody used it for long."""

import hashlib
import os
import platform
import secrets
import shutil
import sys
from pathlib import Path

from agentops.engine.core.json import written
from agentops.engine.mounting.disk import FOLDER_MODE
from agentops.engine.mounting.removal import remove
from agentops.engine.packages import apt
from agentops.engine.sandbox.walls.arguments import PATH

_DRAFT = ".new-"
_GRAVES = ".graves"

_UNUSED_S = 30 * 24 * 60 * 60
_STALE_S = 60 * 60
"""How long nobody makes a layer: what is not there after that was a killed server's."""


class Shelf:
    """A folder of layers."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made when it is needed."""
        self._folder = folder

    def layer(self, key: str) -> Path:
        """Return where a layer is, or would be."""
        return self._folder / key

    def take(self, key: str) -> bool:
        """Tell whether a layer is there, and note that it is used."""
        try:
            os.utime(self.layer(key))
        except FileNotFoundError:
            return False
        return True

    def drafted(self) -> Path:
        """Make the folder of a sandbox that a layer is made in; the layer is `layer` in it.

        Raises:
            OSError: it cannot be made.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._folder / f"{_DRAFT}{secrets.token_hex(8)}"
        draft.mkdir(mode=0o700)
        for each in ("workspace", "workspace/scratch", "outputs", "layer"):
            (draft / each).mkdir(mode=FOLDER_MODE)
        return draft

    def keep(self, draft: Path, key: str) -> None:
        """Let the layer of a draft appear; where another server was first, its layer stays.

        Raises:
            OSError: it cannot be placed.
        """
        (draft / "layer").chmod(FOLDER_MODE)
        try:
            (draft / "layer").rename(self.layer(key))
        except OSError:
            if not self.take(key):
                raise

    def drop(self, draft: Path) -> None:
        """Remove a draft.

        Raises:
            OSError: it cannot be removed.
        """
        self._remove(draft)

    def sweep(self) -> None:
        """Remove layers that nobody used for 30 days, and what killed servers left behind.

        Raises:
            OSError: it cannot be removed.
        """
        if not self._folder.is_dir():
            return
        graves = self._graves()
        graves.touch()
        # The file system's own clock, which is the one that stamped the layers.
        now = graves.stat().st_mtime
        for each in (*graves.iterdir(), *self._folder.iterdir()):
            age = now - each.lstat().st_mtime
            if each.parent == graves or (each != graves and age > (_STALE_S if _is_draft(each) else _UNUSED_S)):
                remove(each, graves)

    def _remove(self, folder: Path) -> None:
        remove(folder, self._graves())

    def _graves(self) -> Path:
        graves = self._folder / _GRAVES
        graves.mkdir(exist_ok=True, mode=0o700)
        return graves


def fingerprint() -> str:
    """Return what of the host decides whether a layer can be used: its system, and the interpreters of packages."""
    system = apt.release()
    found = [_stamp(shutil.which(each, path=PATH)) for each in ("python3", "node", "ruby")]
    parts = [system.get("ID"), system.get("VERSION_ID"), platform.machine(), sys.version, found]
    return hashlib.sha256(written(parts).encode()).hexdigest()


def _stamp(program: str | None) -> list[str | int]:
    if program is None:
        return []
    path = Path(program).resolve()
    found = path.stat()
    return [str(path), found.st_size, found.st_mtime_ns]


def _is_draft(folder: Path) -> bool:
    return folder.name.startswith(_DRAFT)
