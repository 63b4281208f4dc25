"""Criteria inside the text of a rubric: one fenced block that code reads, beside Markdown that any grader reads.

An outcome carries its rubric as text alone, and any server has to be able to grade by it. So what ours knows more, the
criteria with their checks, travels at the text's end, where another server's grader sees no harm in it.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from agentops.base.canonical import canonical_json
from agentops.wire.problems import Problem, check
from agentops.wire.rubrics import RubricSpec

INFO: Final = "agentops-rubric"
"""The info string of the block."""

_OPENING = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)")
_CLOSING = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})[ \t]*")
"""Source: CommonMark 0.31.2, section 4.5, fenced code blocks."""

_LINE_ENDS = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")
_BACKTICKS = re.compile(r"`+")
_PROBLEMS_MOST = 10


@dataclass(frozen=True, slots=True)
class RubricText:
    """A rubric's text, read."""

    words: str
    """All but the block."""

    spec: RubricSpec | None = None
    """What the block holds; None without a block, and with one that cannot be read."""

    problems: tuple[Problem, ...] = ()
    """What is wrong with the block, each in words that work without a place inside of it."""


def block(spec: Any) -> str:
    """Return the block that holds the JSON data of a `RubricSpec`: equal data, equal text."""
    content = canonical_json(spec)
    longest = max((len(each) for each in _BACKTICKS.findall(content)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{INFO}\n{content}\n{fence}\n"


def read(text: str) -> RubricText:
    """Return what a rubric's text says; of several blocks the last one counts.

    Whatever stands before the block may have left a fence open, or be written so that it seems to: then the checks must
    not go unread. So a line that opens our block opens it wherever it stands.
    """
    lines = _LINE_ENDS.split(text)
    begin = next((number for number in range(len(lines) - 1, -1, -1) if _fence(lines[number])), None)
    if begin is None:
        return RubricText(text)
    fence = _fence(lines[begin])
    end = next((each for each in range(begin + 1, len(lines)) if _closes(lines[each], fence)), len(lines))
    words = "".join((*lines[:begin], *lines[end + 1 :])).strip()
    spec, problems = _spec("".join(lines[begin + 1 : end]))
    return RubricText(words, spec, problems)


def _fence(line: str) -> str:
    """Return the fence that opens our block in this line; empty for any other line."""
    found = _OPENING.fullmatch(line.rstrip("\r\n"))
    return found["fence"] if found and found["info"].split()[:1] == [INFO] else ""


def _closes(line: str, fence: str) -> bool:
    found = _CLOSING.fullmatch(line.rstrip("\r\n"))
    return found is not None and found["fence"].startswith(fence)


def _spec(content: str) -> tuple[RubricSpec | None, tuple[Problem, ...]]:
    try:
        data = json.loads(content, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        return None, (Problem((), "bad-format", f"has an {INFO} block that is not JSON: {error}"),)
    spec, found = check(RubricSpec, data)
    return spec, tuple(map(_told, found[:_PROBLEMS_MOST]))


def _refused(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def _told(problem: Problem) -> Problem:
    place = ".".join(map(str, problem.path)) or "content"
    return Problem((), problem.kind, f"has an {INFO} block whose {place} {problem.message}", problem.candidates)
