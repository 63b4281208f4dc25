"""Which commit a tree stands at."""

import os
from pathlib import Path

COMMIT_VARIABLE = "AGENTOPS_COMMIT"
_GIT_TIMEOUT_S = 5


def commit_of(root: Path) -> str:
    """Return the commit that the tree stands at, or nothing outside git: then marks name the file alone.

    Whoever took the tree out of git himself says which commit it is of.
    """
    if told := os.environ.get(COMMIT_VARIABLE):
        return told
    import subprocess  # wanted where something is written, and by no plan

    command = ["git", "-C", str(root if root.is_dir() else root.parent), "rev-parse", "HEAD"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=_GIT_TIMEOUT_S, check=False)  # noqa: S603 - fixed words and a path
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""
