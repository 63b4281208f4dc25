"""YAML as most manifests are written, read line by line: a quarter of what the parser's events cost.

Taken are mappings and lists in blocks, scalars of one line, texts below `|` and `>`, and brackets in one line. Of
whatever else a text holds, and of all that is wrong or doubtful in it, nothing is said here: `yaml` reads it, and has
the last word. What is taken means what `yaml` says it means, and only without a diagnostic; tests hold the two against
each other.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from agentops.manifests.scalars import LOOK_ALIKES, NUMBER_STARTS, UNUSUAL, WORDS, BadNumber, number

_MOST_OPEN = 32
"""Levels of nesting; a text with more of them is not a plain one."""

_MOST_BRACKETS = 4
"""Levels of brackets in one line."""

_REMEMBERED_MAX = 200
"""Longer lines are not kept: few are said twice, and what is held is bounded. Units: characters."""

_MARKER = "---\n"
"""Stands before a document."""

_KEY = r"[A-Za-z_][A-Za-z0-9_./-]{0,99}"
_QUOTED = r"""(?:"[^"\\]*"|'[^']*')"""
_ENTRY = re.compile(rf"({_KEY}):(?: +|$)(.*)")
_IN_QUOTES = re.compile(rf"({_QUOTED}) *(?: #.*)?")
_AFTER = re.compile(r" *(?: #.*)?")
_INSIDE_KEY = re.compile(rf" *({_KEY}): +")
_INSIDE = re.compile(rf" *(?:({_QUOTED}|[A-Za-z0-9_./][A-Za-z0-9_./-]*)|([{{\[]) *)")
_INSIDE_NEXT = re.compile(r" *([,}\]])")
_SIGNS = frozenset("\"'[{|>")
_BLOCKS = frozenset(("|", "|-", ">", ">-"))
_BREAKS = re.compile(r"\n(\n*)")

_TEXT_STARTS = frozenset("_/.(~$<+")
"""What a scalar without quotes may begin with beside letters and digits: no sign of the language."""


class Root(NamedTuple):
    """A document: plain data, and where it begins."""

    data: dict[str, Any]
    start: int
    """Units: offset in characters."""


_SCALAR, _BRACKETS, _BLOCK, _BELOW = range(4)
"""What stands behind a key or a dash: a value of its own, brackets, a text of several lines, or nothing yet."""


_Line = tuple[int, int, str | None, int, Any]
"""The column where a line begins, or its dash; where what stands behind a dash begins, 0 if it has none; its key; of
what sort its value is; the value. A bare tuple, for it is taken apart at every line: one with names takes longer."""


class _NotPlain(Exception):
    """A text holds what is not taken here."""


def read(text: str) -> tuple[Root, ...] | None:
    """Return the documents of a plain YAML text, or None when it is not plain; empty ones are left out."""
    if text[-1:] != "\n":
        return None
    try:
        return tuple(_roots(text))
    except _NotPlain:
        return None


def _roots(text: str) -> Iterator[Root]:
    start = len(_MARKER) if text.startswith(_MARKER) else 0
    for part in text[start:].split(f"\n{_MARKER}"):
        lines = part.split("\n")
        if data := _document(lines):
            yield Root(data, start + _beginning(lines))
        start += len(part) + 1 + len(_MARKER)


def _beginning(lines: list[str]) -> int:
    """Return where the first line is that says something. Units: offset in characters."""
    at = 0
    for line in lines:
        if _said(line):
            break
        at += len(line) + 1
    return at


# One branch a form, written out in one place: a call for each line would cost more than its reading.
def _document(lines: list[str]) -> dict[str, Any]:  # noqa: C901, PLR0912
    """Return what the lines of a document hold."""
    root: dict[str, Any] = {}
    stack: list[tuple[Any, int]] = []
    here: Any = root
    indent = at = 0
    waiting: str | None = None
    count = len(lines)
    while at < count:
        line = _said(lines[at])
        at += 1
        if line is None:
            continue
        column, inner, key, kind, value = line
        if waiting is not None:
            if column > indent or (inner and column == indent):
                fresh: Any = [] if inner else {}
                here[waiting] = fresh
                stack.append((here, indent))
                here, indent = fresh, column
                if len(stack) > _MOST_OPEN:
                    raise _NotPlain
            waiting = None
        while column < indent:
            here, indent = stack.pop()
        if inner:
            if column != indent or here.__class__ is not list:
                raise _NotPlain
            if key is not None:
                stack.append((here, indent))
                here.append({})
                here, indent = here[-1], inner
        else:
            if here.__class__ is list:
                here, indent = stack.pop()
            if column != indent:
                raise _NotPlain
        if kind is not _SCALAR:
            if kind is _BLOCK:
                value, at = _block(lines, at, indent, value)
            elif kind is _BRACKETS:
                value = _copied(value)
            else:
                waiting = key
        if key is None:
            here.append(value)
        elif key in here:
            raise _NotPlain
        else:
            here[key] = value
    return root


def _block(lines: list[str], at: int, indent: int, sort: str) -> tuple[str, int]:
    """Return the text below a `|` or a `>`, and the number of the line behind it."""
    first = lines[at] if at < len(lines) else ""
    column = len(first) - len(first.lstrip(" "))
    if column <= indent or column == len(first):
        raise _NotPlain
    margin = first[:column]
    end = at
    while end < len(lines) and (lines[end].startswith(margin) or not lines[end].strip(" ")):
        end += 1
    found = [each[column:] for each in lines[at:end]]
    is_folded = sort[0] == ">"
    if not "".join(found).isprintable() or any(map(str.isspace, found)) or (is_folded and _has_indented(found)):
        raise _NotPlain
    text = "\n".join(found).rstrip("\n")
    if is_folded:
        text = _BREAKS.sub(lambda each: each[1] or " ", text)
    return text if sort[1:] else f"{text}\n", end


def _has_indented(lines: list[str]) -> bool:
    """Tell whether a line begins with a space, which keeps it from being folded."""
    return any(each.startswith(" ") for each in lines)


def _said(line: str) -> _Line | None:
    """Return what a line says, or None when it says nothing."""
    return _line(line) if len(line) > _REMEMBERED_MAX else _remembered(line)


@lru_cache(maxsize=4096)  # manifests of one fleet say many things alike
def _remembered(line: str) -> _Line | None:
    return _line(line)


def _line(line: str) -> _Line | None:
    """Return what a line says, or None when it says nothing."""
    if not line.isprintable():
        raise _NotPlain
    rest = line.lstrip(" ")
    if not rest or rest[0] == "#":
        return None
    column, inner = len(line) - len(rest), 0
    if rest.startswith("- "):
        rest = rest[2:].lstrip(" ")
        inner = len(line) - len(rest)
    if entry := _ENTRY.fullmatch(rest):
        key, rest = entry.groups()
        if key in UNUSUAL:
            raise _NotPlain
        if not rest or rest[0] == "#":
            return column, inner, key, _BELOW, None
        return column, inner, key, *_value(rest)
    if not inner:
        raise _NotPlain
    return column, inner, None, *_value(rest)


def _value(text: str) -> tuple[int, Any]:
    """Return what stands behind a colon or a dash."""
    sign = text[:1]
    if sign not in _SIGNS:
        return _SCALAR, _scalar(text.partition(" #")[0].rstrip(" "))
    if sign in "|>" and (sort := text.partition(" #")[0].rstrip(" ")) in _BLOCKS:
        return _BLOCK, sort
    if quoted := _IN_QUOTES.fullmatch(text):
        return _SCALAR, quoted[1][1:-1]
    if sign in "[{":
        value, at = _bracketed(text, 0, 0)
        if _AFTER.fullmatch(text, at):
            return _BRACKETS, value
    raise _NotPlain


def _bracketed(text: str, at: int, depth: int) -> tuple[Any, int]:
    """Return what begins at a place between brackets, or with a bracket, and where it ends."""
    item = _INSIDE.match(text, at)
    if item is None or depth > _MOST_BRACKETS:
        raise _NotPlain
    at = item.end()
    if item[1]:
        return item[1][1:-1] if item[1][0] in "\"'" else _scalar(item[1]), at
    found: Any = {} if item[2] == "{" else []
    end = "}" if item[2] == "{" else "]"
    if text.startswith(end, at):
        return found, at + 1
    sign = ","
    while sign == ",":
        if item[2] == "{":
            key = _INSIDE_KEY.match(text, at)
            if key is None or key[1] in found or key[1] in UNUSUAL:
                raise _NotPlain
            found[key[1]], at = _bracketed(text, key.end(), depth + 1)
        else:
            value, at = _bracketed(text, at, depth + 1)
            found.append(value)
        following = _INSIDE_NEXT.match(text, at)
        if following is None:
            raise _NotPlain
        sign, at = following[1], following.end()
    if sign != end:
        raise _NotPlain
    return found, at


def _copied(value: Any) -> Any:
    """Return brackets that no other document holds."""
    if value.__class__ is dict:
        return {key: _copied(each) for key, each in value.items()}
    return [_copied(each) for each in value] if value.__class__ is list else value


def _scalar(text: str) -> Any:
    """Return what a scalar without quotes means."""
    if text in UNUSUAL:
        if text in LOOK_ALIKES:
            raise _NotPlain
        return WORDS[text]
    if not (text[0].isalnum() or text[0] in _TEXT_STARTS) or ": " in text or text[-1] == ":":
        raise _NotPlain
    try:
        return number(text) if text[0] in NUMBER_STARTS else text
    except BadNumber:
        raise _NotPlain from None
