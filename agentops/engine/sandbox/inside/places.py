"""Where a path leads: relative ones start at the workspace, and a folder can stand for the root."""

from __future__ import annotations

import os
import stat

from .refusal import Refused, reason

WORKSPACE = "/workspace"
_SPILLS_MOST = 10_000


class Places:
    """The files of a sandbox. In a real one the kernel holds the walls; with a root, nothing does but spelling."""

    def __init__(self, root: str) -> None:
        """Keep absolute paths under `root`, when there is one."""
        self._root = os.path.realpath(root) if root else ""

    def real(self, path: str) -> str:
        """Return the path to hand to the system.

        Raises:
            Refused: no file can have it.
        """
        if not path or "\0" in path or len(os.fsencode(path.encode(errors="replace"))) > 4096:
            raise Refused("a path must have 1 to 4096 bytes and no NUL character")
        path = os.path.join(WORKSPACE, path)
        if not self._root:
            return path
        path = os.path.normpath(path)
        is_inside = path == self._root or path.startswith(self._root + os.sep)
        return path if is_inside else self._root + os.path.normpath("/" + path.lstrip("/"))

    def opened(self, path: str, flags: int = os.O_RDONLY) -> int:
        """Return the descriptor of a regular file; a pipe or a device neither blocks nor is touched.

        Raises:
            Refused: there is none, or it is something else.
        """
        # What is looked at is what was opened: between a look and an opening the path could change.
        try:
            # O_NONBLOCK keeps the opening of a pipe from waiting for its other end.
            opened = os.open(self.real(path), flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise Refused(f"{path}: {reason(error)}") from None
        mode = os.fstat(opened).st_mode
        if stat.S_ISREG(mode):
            return opened
        os.close(opened)
        raise Refused(f"{path}: it is {_kind(mode)}, not a file")

    def new_spill(self) -> tuple[str, int]:
        """Return the path and the descriptor of a new file for output that is too long to show.

        Raises:
            OSError: none can be made.
        """
        folder = self.real("/tmp")  # noqa: S108 - the name is made new, never taken over
        os.makedirs(folder, exist_ok=True)
        for number in range(1, _SPILLS_MOST):
            path = os.path.join(folder, f"agentops-output-{number}.txt")
            try:
                return path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
            except FileExistsError:
                continue
        raise FileExistsError


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a directory"
    return "a named pipe" if stat.S_ISFIFO(mode) else "a device or a socket"
