"""Glob patterns with `**` and braces, as regular expressions over the parts of a path."""

from __future__ import annotations

import re
from typing import NamedTuple

from .refusal import Refused

_EXPANSIONS_MOST = 64
_MAGIC = re.compile(r"[*?\[\\]")


class Glob(NamedTuple):
    """A pattern without braces: where to begin, and what the rest of a path must look like."""

    base: str
    rest: re.Pattern[str]
    depth: int | None
    """How many parts the rest has; None for any number."""


def globs(pattern: str) -> list[Glob]:
    """Return what the pattern stands for.

    Raises:
        Refused: it cannot be read.
    """
    return [_glob(each) for each in _expanded(pattern)]


def _expanded(pattern: str) -> list[str]:
    """Return the pattern once for each choice in its braces."""
    waiting, done = [pattern], []
    while waiting:
        each = waiting.pop()
        found = re.search(r"\{([^{}]*,[^{}]*)\}", each)
        if not found:
            done.append(each)
            continue
        waiting += [each[: found.start()] + choice + each[found.end() :] for choice in found[1].split(",")]
        if len(waiting) + len(done) > _EXPANSIONS_MOST:
            raise Refused(f"the braces of the pattern stand for more than {_EXPANSIONS_MOST} patterns")
    return done


def _glob(pattern: str) -> Glob:
    parts = [each for each in pattern.split("/") if each not in ("", ".")]
    if ".." in parts:
        raise Refused("a pattern cannot hold `..`; give the directory as path")
    literal = next((index for index, each in enumerate(parts) if _MAGIC.search(each)), len(parts))
    rest = parts[literal:]
    try:
        expression = re.compile(
            "".join(_part(each, is_last=index == len(rest) - 1) for index, each in enumerate(rest)), re.DOTALL
        )
    except re.error as error:
        raise Refused(f"the pattern cannot be read: {error}") from None
    return Glob("/".join(parts[:literal]), expression, None if "**" in rest else len(rest))


def _part(part: str, *, is_last: bool) -> str:
    if part == "**":
        return r"(?:[^/]+/)*" + ("[^/]+" if is_last else "")
    return _name(part) + ("" if is_last else "/")


def _name(part: str) -> str:
    pieces = re.findall(r"\[[!^]?\]?[^\]]*\]|\\.|\*+|.", part, re.DOTALL)
    return "".join(_piece(each) for each in pieces)


def _piece(piece: str) -> str:
    if piece[0] == "*":
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if len(piece) > 1 and piece[0] == "[":
        inside = piece[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        return "[" + ("^" + inside[1:] if inside[0] in "!^" else inside) + "]"
    return re.escape(piece[-1])
