"""A branch with one commit on it, made of objects alone: neither the working tree nor the index is touched."""

import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from agentops.base.errors import UsageError
from agentops.cli.history.git import Answer, Question, ask, failed
from agentops.cli.history.history import History

_NO_COMMIT = "0" * 40
_NOBODY = ("agentops", "agentops@localhost")


@dataclass(frozen=True, slots=True)
class Branching:
    """What a branch is to be called, and what its commit says."""

    name: str
    message: str


def branched(history: History, files: Mapping[str, bytes], branching: Branching) -> str:
    """Return the commit on a new branch that begins at HEAD and has these files, by paths from the repository's top.

    Raises:
        UsageError: the branch is there already, or cannot have this name.
        RepositoryError: git cannot write.
    """
    name = branching.name
    if _asked(history, "check-ref-format", "--branch", name).status != 0:
        raise UsageError(f"no branch can be called `{name}`", hint="use letters, digits, hyphens and slashes")
    if history.find(f"refs/heads/{name}"):
        raise UsageError(f"there is a branch `{name}` already", hint="give another name with --branch")
    head = history.resolve("HEAD")
    with TemporaryDirectory(prefix="agentops-") as folder:
        tree = _tree(history, head, files, {"GIT_INDEX_FILE": str(Path(folder, "index"))})
    settings = _person(history)
    commit = _said(history, Question(["commit-tree", tree, "-p", head], branching.message.encode(), settings=settings))
    _said(history, Question(["update-ref", f"refs/heads/{name}", commit, _NO_COMMIT]))
    return commit


def _tree(history: History, head: str, files: Mapping[str, bytes], index: Mapping[str, str]) -> str:
    _said(history, Question(["read-tree", head], settings=index))
    modes = {each.path: each.mode for each in history.entries(head)}
    for path, content in files.items():
        blob = _said(history, Question(["hash-object", "-w", "--no-filters", "--stdin"], content))
        entry = f"{modes.get(path, '100644')},{blob},{path}"
        _said(history, Question(["update-index", "--add", "--cacheinfo", entry], settings=index))
    return _said(history, Question(["write-tree"], settings=index))


def _person(history: History) -> dict[str, str]:
    """Return who commits, as git itself would find it: reading settings starts no program."""
    name, email = (_setting(history, "name"), _setting(history, "email"))
    told = dict(zip(("NAME", "EMAIL"), (name or _NOBODY[0], email or _NOBODY[1]), strict=True))
    return {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in told.items()}


def _setting(history: History, key: str) -> str:
    if found := os.environ.get(f"GIT_AUTHOR_{key.upper()}"):
        return found
    command = ["git", "-C", str(history.top), "config", "--get", f"user.{key}"]
    with suppress(OSError, subprocess.TimeoutExpired):
        told = subprocess.run(command, capture_output=True, timeout=5, check=False)  # noqa: S603 - fixed words and a path
        return told.stdout.decode("utf-8", "replace").strip()
    return ""


def _said(history: History, question: Question) -> str:
    answer = ask(history.top, question)
    if answer.status != 0:
        raise failed("making a branch", answer)
    return answer.out.decode("ascii", "replace").strip()


def _asked(history: History, *command: str) -> Answer:
    return ask(history.top, Question(command))
