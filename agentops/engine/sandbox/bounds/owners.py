"""Users of their own: a server that is root runs each session as one that owns nothing else on the host."""

import os
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path

from agentops.engine.sandbox.port import SandboxFailed


@dataclass(frozen=True, slots=True)
class UserRange:
    """Numbers that no other program of the host uses as users."""

    first: int = 60_600
    """Source: systemd `docs/UIDS-GIDS.md`: 60578 to 61183 belong to nobody."""

    count: int = 500


class Users:
    """Lends the users of a range to sessions, as far as possible always the same to the same session."""

    def __init__(self, numbers: UserRange) -> None:
        """Begin with none lent."""
        self._range = numbers
        self._lent: set[int] = set()

    def lend(self, session_id: str) -> int:
        """Return a user that no running sandbox has.

        Raises:
            SandboxFailed: there are as many sandboxes as users.
        """
        start = zlib.crc32(session_id.encode())
        for step in range(self._range.count):
            user = self._range.first + (start + step) % self._range.count
            if user not in self._lent:
                self._lent.add(user)
                return user
        raise SandboxFailed(
            f"All {self._range.count} users for sandboxes are taken. Run fewer sessions at once on this server."
        )

    def take_back(self, user: int) -> None:
        """Let another session have it."""
        self._lent.discard(user)


def give(path: Path, user: int) -> None:
    """Make the user the owner of a file, or of a folder and all that is in it; links are given, not followed.

    Raises:
        OSError: the file is gone, or this process may not.
    """
    _give(path, user, None)
    if not path.is_symlink() and path.is_dir():
        for _folder, folders, files, descriptor in os.fwalk(path, follow_symlinks=False):
            for name in (*folders, *files):
                _give(name, user, descriptor)


def _give(path: Path | str, user: int, folder: int | None) -> None:
    found = os.stat(path, dir_fd=folder, follow_symlinks=False)
    # A second name of a file may lie where the session has no business.
    has_other_names = stat.S_ISREG(found.st_mode) and found.st_nlink > 1
    if found.st_uid != user and not has_other_names:
        os.chown(path, user, user, dir_fd=folder, follow_symlinks=False)
