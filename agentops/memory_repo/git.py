"""The one place that runs git: a bare clone, read and written by its objects, never by a working tree."""

from pathlib import Path

import git


class Repository:
    """A bare repository on this machine."""

    def __init__(self, folder: Path) -> None:
        """Open the repository."""
        self._repo = git.Repo(folder)
