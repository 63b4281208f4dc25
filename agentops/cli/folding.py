"""Lines that are as long as the terminal is wide: broken between words, and what follows is set in."""

import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from unicodedata import combining, east_asian_width

from agentops.cli.output import write_lines

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WORD = re.compile(r"\s*(?:\x1b\[[0-9;]*m|\S)+")
_SET_IN = 4
_NARROWEST = 40
"""A terminal that is narrower breaks lines by itself: what is left beside the indent would be a word a line."""


def write_folded(lines: Iterable[str]) -> None:
    """Print lines of text; a pipe gets each as it is, for programs look for them."""
    width = _width()
    write_lines(lines if width is None else (part for line in lines for part in folded(line, width)))


def folded(line: str, width: int) -> Iterator[str]:
    """Yield the line in parts that fit; a word that is longer, which may be a path to copy, stays whole.

    Units: columns.
    """
    if _columns(line) <= width:
        yield line
        return
    bare = _COLOUR.sub("", line)
    indent = " " * (len(bare) - len(bare.lstrip()) + _SET_IN)
    part, used = "", 0
    for word in _WORD.findall(line):
        if part.strip() and used + _columns(word) > width:
            yield part
            part = indent + word.lstrip()
            used = _columns(part)
        else:
            part, used = part + word, used + _columns(word)
    yield part


def _width() -> int | None:
    """Return how many columns there are to fill; None in a pipe, whatever COLUMNS says: many a parent exports it."""
    if not sys.stdout.isatty():
        return None
    width = shutil.get_terminal_size((0, 0)).columns
    return width if width >= _NARROWEST else None


def _columns(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    bare = _COLOUR.sub("", text)
    return len(bare) if bare.isascii() else sum(map(_columns_of, bare))


def _columns_of(letter: str) -> int:
    if combining(letter):
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1
