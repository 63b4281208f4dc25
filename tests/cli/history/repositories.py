"""Real repositories for tests of what is read from them."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_AUTHOR_DATE": "2026-11-20T08:00:00Z",
    "GIT_COMMITTER_DATE": "2026-11-20T08:00:00Z",
}


def git(folder: Path, *command: str, **settings: str) -> str:
    """Run git in a folder as Ada on a machine without settings, and return what it said."""
    done = subprocess.run(["git", *command], cwd=folder, env=_ENVIRONMENT | settings, capture_output=True, check=True)
    return done.stdout.decode().strip()


def committed(folder: Path, files: Mapping[str, str | None], subject: str = "A change", **settings: str) -> str:
    """Write files (None takes one away) and return the commit with all of it; the first makes the repository."""
    if not (folder / ".git").exists():
        folder.mkdir(exist_ok=True)
        git(folder, "init", "--quiet", "--initial-branch=main")
    for name, text in files.items():
        file = folder / name
        if text is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", subject, **settings)
    return git(folder, "rev-parse", "HEAD")
