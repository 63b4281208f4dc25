"""The folder of a session on the host: what lies where in it, and where a sandbox sees it."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from agentops.engine.mounting.disk import FOLDER_MODE, note, noted
from agentops.engine.mounting.removal import remove
from agentops.engine.store.runners import Place

UPLOADS = "/mnt/session/uploads"
OUTPUTS = "/mnt/session/outputs"
SKILLS = "/mnt/skills"
WORKSPACE = "/workspace"
MEMORY = "/mnt/memory"

_GRAVES = ".graves"
_DRAFT = ".new-"
_INSIDE = ("workspace", "outputs", "uploads", "memory", "skills")
_OURS = ("staging", "state")
"""What no sandbox sees."""

_PLACE = "place.json"

_STALE_S = 60 * 60
"""A folder is made in a moment; what is not there after an hour was a killed server's."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything of one session is."""

    root: Path

    @property
    def workspace(self) -> Path:
        """Return where the agent works."""
        return self.root / "workspace"

    @property
    def outputs(self) -> Path:
        """Return where the agent puts what others are to get."""
        return self.root / "outputs"

    @property
    def uploads(self) -> Path:
        """Return where the files lie that the session was given."""
        return self.root / "uploads"

    @property
    def skills(self) -> Path:
        """Return where the skills of its agents lie."""
        return self.root / "skills"

    def memory(self, mount_path: str) -> Path:
        """Return where the copy of the store lies that is mounted at a path."""
        return self.root / "memory" / _slug(mount_path)

    def staging(self, name: str) -> Path:
        """Return where files are made before they appear in a place."""
        return self.root / "staging" / name

    def state(self, name: str) -> Path:
        """Return where it is written down what was done."""
        return self.root / "state" / f"{name}.json"


class Sessions:
    """The folders of all sessions."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made when it is needed."""
        self._folder = folder

    def founded(self, place: Place) -> Layout:
        """Return the folder of a session; when it is made, it appears in one step.

        Raises:
            OSError: it cannot be made.
        """
        root = self._folder / place.session_id
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not root.is_dir():
            draft = self._folder / f"{_DRAFT}{secrets.token_hex(8)}"
            _furnish(draft)
            note(draft / "state" / _PLACE, {"workspace": place.workspace})
            try:
                draft.rename(root)
            except OSError:
                self._remove(draft)
                if not root.is_dir():
                    raise
        _furnish(root)
        return Layout(root)

    def all(self) -> list[Place]:
        """Return the sessions that have a folder."""
        if not self._folder.is_dir():
            return []
        found = [each for each in self._folder.iterdir() if each.is_dir() and not each.name.startswith(".")]
        return [Place(noted(each / "state" / _PLACE).get("workspace", ""), each.name) for each in found]

    def discard(self, session_id: str) -> None:
        """Remove the folder of a session, if there is one.

        Raises:
            OSError: it cannot be removed.
        """
        if (self._folder / session_id).is_dir():
            self._remove(self._folder / session_id)

    def sweep(self) -> None:
        """Remove what servers left behind that were killed while they removed or made something.

        Raises:
            OSError: it cannot be removed.
        """
        if not self._folder.is_dir():
            return
        graves = self._folder / _GRAVES
        graves.mkdir(exist_ok=True, mode=0o700)
        graves.touch()
        # The file system's own clock, which is the one that stamped the drafts.
        now = graves.stat().st_mtime
        for left in (*graves.iterdir(), *self._folder.glob(f"{_DRAFT}*")):
            if left.parent == graves or now - left.stat().st_mtime > _STALE_S:
                remove(left, graves)

    def _remove(self, folder: Path) -> None:
        graves = self._folder / _GRAVES
        graves.mkdir(exist_ok=True, mode=0o700)
        remove(folder, graves)


def _furnish(root: Path) -> None:
    root.mkdir(exist_ok=True, mode=0o700)
    for name in _OURS:
        (root / name).mkdir(exist_ok=True, mode=0o700)
    for name in _INSIDE:
        if not (root / name).is_dir():
            (root / name).mkdir()
            (root / name).chmod(FOLDER_MODE)


def _slug(mount_path: str) -> str:
    return mount_path.removeprefix(f"{MEMORY}/").replace("/", "-")
