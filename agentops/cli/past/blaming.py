"""Who wrote some lines of a file: the commits, newest first, and the lines that are in none yet."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from agentops.base.errors import RepositoryError
from agentops.cli.history.history import History, Line, history_of

_PULL_REQUEST = re.compile(
    r"\(#(\d{1,9})\)|^Merge pull request #(\d{1,9})|\(!(\d{1,9})\)|See merge request .*!(\d{1,9})"
)
_MOST_LINES = 20_000


def blamed(file: str, text: str, first: int, last: int) -> dict[str, Any]:
    """Return who wrote the lines of a file as it is on disk; `missing` says why nobody can tell."""
    try:
        history = history_of(Path(file).parent)
        name = history.path(file) if history else None
        if history is None or name is None:
            return _missing("it lies in no git repository")
        return _asked(history, name, text, range(first, min(last, first + _MOST_LINES) + 1))
    except RepositoryError as error:
        return _missing(error.message)


def _missing(why: str) -> dict[str, Any]:
    return {"missing": why, "commits": [], "uncommitted": []}


def _asked(history: History, name: str, text: str, wanted: range) -> dict[str, Any]:
    if history.find("HEAD") is None:
        return _missing("the repository has no commit yet")
    committed = history.text("HEAD", name)
    if committed is None:
        return {"missing": "", "commits": [], "uncommitted": _runs(list(wanted))}
    here = _places(committed, text)
    numbers = [here[each] for each in wanted if each in here]
    fresh = [each for each in wanted if each not in here]
    lines = history.blame("HEAD", name, min(numbers), max(numbers)) if numbers else ()
    shown = {old: new for new, old in here.items()}
    told = [each for each in lines if each.number in {*numbers}]
    return {"missing": "", "commits": _commits(told, shown, is_shallow=history.is_shallow), "uncommitted": _runs(fresh)}


def _places(committed: str, text: str) -> dict[int, int]:
    """Return the number in the last commit of each line that did not change since. Units: both from 1."""
    matcher = SequenceMatcher(None, committed.splitlines(), text.splitlines(), autojunk=False)
    return {block.b + at + 1: block.a + at + 1 for block in matcher.get_matching_blocks() for at in range(block.size)}


def _commits(lines: Sequence[Line], shown: dict[int, int], *, is_shallow: bool) -> list[dict[str, Any]]:
    numbers: dict[str, list[int]] = {}
    about: dict[str, Line] = {}
    for each in lines:
        numbers.setdefault(each.commit.sha, []).append(shown[each.number])
        about[each.commit.sha] = each
    newest = sorted(about.values(), key=lambda each: (each.commit.at, each.commit.sha), reverse=True)
    found = [_commit(each, numbers[each.commit.sha]) for each in newest]
    # The very first commit is a boundary too, and nothing is older than it.
    return [each | {"is_boundary": each["is_boundary"] and is_shallow} for each in found]


def _commit(line: Line, numbers: Sequence[int]) -> dict[str, Any]:
    commit = line.commit
    found = _PULL_REQUEST.search(commit.subject)
    return {
        "commit": commit.sha,
        "author": commit.author,
        "at": commit.at.isoformat(),
        "subject": commit.subject,
        "pull_request": int(next(each for each in found.groups() if each)) if found else None,
        "path": line.path,
        "lines": _runs(numbers),
        "is_boundary": line.is_boundary,
    }


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Return the numbers as runs: first and last."""
    runs: list[list[int]] = []
    for each in sorted(numbers):
        if runs and runs[-1][1] == each - 1:
            runs[-1][1] = each
        else:
            runs.append([each, each])
    return runs
