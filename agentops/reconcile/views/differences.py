"""Two values of a field as lines that differ: what both long texts and long lists come to."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from agentops.reconcile.views.values import lines

_COMPARED_LINES = 20_000
"""Texts with more lines are shown as one that goes and one that comes: comparing takes the square of them at worst."""

Line = tuple[str, str]
"""`+`, `-`, a space for what stays, or `@` for how much is left out; and the text."""

Lines = tuple[str, ...]


def differences(before: Any, after: Any, context_lines: int) -> tuple[Line, ...]:
    """Return the lines that go and come, with some of what stays around them; nothing where only the ends differ."""
    return _found(tuple(lines(before)), tuple(lines(after)), context_lines)


@lru_cache(maxsize=64)  # a comment that has to be short is written again and again, each time with less of the same
def _found(old: Lines, new: Lines, context_lines: int) -> tuple[Line, ...]:
    return tuple(_differences(old, new, context_lines))


def _differences(old: Lines, new: Lines, context_lines: int) -> Iterator[Line]:
    if len(old) + len(new) > _COMPARED_LINES:
        yield from (("-", each) for each in old)
        yield from (("+", each) for each in new)
        return
    shown = 0
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(context_lines):
        yield from _left_out(group[0][1] - shown)
        for tag, *(first, last, first_new, last_new) in group:
            if tag == "equal":
                yield from ((" ", each) for each in old[first:last])
            else:
                yield from (("-", each) for each in old[first:last])
                yield from (("+", each) for each in new[first_new:last_new])
        shown = group[-1][2]
    if old != new:
        yield from _left_out(len(old) - shown)


def _left_out(count: int) -> Iterator[Line]:
    if count:
        yield "@", f"({count} unchanged {'line' if count == 1 else 'lines'} hidden)"
