"""Where things stand: offsets in a text, turned into lines and columns when somebody asks."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from agentops.base.diagnostics import Span
from agentops.base.paths import Path

MASK_CHARACTER = "•"
"""Stands for each character of a secret, so that columns stay where they are."""

_NOT_A_LINE_END = re.compile(r"[^\r\n]")
_LINE_END = re.compile(r"\r\n|\n|\r")


class Text:
    """A file's text under the name that people see; lines are found only when a place is wanted."""

    __slots__ = ("_hidden", "_names_files", "_shown", "_starts", "file", "text")

    def __init__(self, file: str, text: str) -> None:
        """Hold the text; a byte order mark must already be gone."""
        self.file = file
        self.text = text
        self._starts: list[int] | None = None
        self._hidden: list[tuple[int, int]] = []
        self._shown: str | None = None
        self._names_files: bool | None = None

    @property
    def names_files(self) -> bool:
        """Tell whether a `{file: …}` may stand in the text; most texts have none, and need not be searched twice."""
        if self._names_files is None:
            self._names_files = "file" in self.text
        return self._names_files

    def hide(self, start: int, end: int) -> None:
        """Mask a secret in every line that is shown from now on. Units: offsets in characters."""
        self._hidden.append((start, end))
        self._shown = None

    def span(self, start: int, end: int) -> Span:
        """Return the place between two offsets. Units: characters."""
        line, column = self._place(start)
        end_line, end_column = self._place(max(start, end))
        return Span(self.file, line, column, end_line, end_column)

    def line(self, number: int) -> str:
        """Return a line as it may be shown, without its end; nothing when there are fewer. Units: counts from 1."""
        starts = self._line_starts()
        if not 0 < number <= len(starts):
            return ""
        first = starts[number - 1]
        last = starts[number] if number < len(starts) else len(self.text)
        return self._masked()[first:last].rstrip("\r\n")

    def _masked(self) -> str:
        if self._shown is None:
            pieces: list[str] = []
            at = 0
            for start, end in sorted(self._hidden):
                pieces += (self.text[at:start], _NOT_A_LINE_END.sub(MASK_CHARACTER, self.text[max(at, start) : end]))
                at = max(at, end)
            self._shown = "".join((*pieces, self.text[at:]))
        return self._shown

    def _place(self, offset: int) -> tuple[int, int]:
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *(each.end() for each in _LINE_END.finditer(self.text))]
        return self._starts


class Marks:
    """The places of one document's nodes: a start and an end for each, in the order they were read.

    Keys are nodes too. The order of reading is the order of the data, so a path is found by counting, and a
    document that nobody asks about costs two numbers a node.
    """

    __slots__ = ("_data", "_offsets", "_text")

    def __init__(self, text: Text, data: Any, offsets: "array[int]") -> None:
        """Hold the data as it was read, and the offsets that belong to it."""
        self._text = text
        self._data = data
        self._offsets = offsets

    @property
    def start(self) -> int:
        """Return where the document begins. Units: offset in characters."""
        return self._offsets[0]

    def span(self, path: Path) -> Span:
        """Return the place of the value at a path, or of the nearest value around it."""
        return self._span(*self._find(path)[1:])

    def key_span(self, path: Path) -> Span:
        """Return the place of the key that a path ends with, or of the value when it ends with none."""
        key, node, value = self._find(path)
        return self._span(node, value) if key is None else self._span(key, "")

    def hide(self, path: Path) -> None:
        """Mask the value at a path wherever its text is shown."""
        self._text.hide(*self._offsets_of(*self._find(path)[1:]))

    def _find(self, path: Path) -> tuple[int | None, int, Any]:
        key, node, value = None, 0, self._data
        for step in path:
            if not _holds(value, step):
                return None, node, value
            if isinstance(value, dict):
                key, node, value = _entry(value, node, step)
            else:
                assert isinstance(step, int)
                node += 1 + sum(size(each) for each in value[:step])
                key, value = None, value[step]
        return key, node, value

    def _span(self, node: int, value: Any) -> Span:
        return self._text.span(*self._offsets_of(node, value))

    def _offsets_of(self, node: int, value: Any) -> tuple[int, int]:
        start, text = self._offsets[2 * node], self._text.text
        # A block collection ends where the next token begins; people see it end with its last value.
        while value and isinstance(value, (dict, list)) and text[self._offsets[2 * node]] not in "{[":
            last = value[-1] if isinstance(value, list) else value[next(reversed(value))]
            node, value = node + size(value) - size(last), last
        end = self._offsets[2 * node + 1]
        while end > start + 1 and text[end - 1].isspace():
            end -= 1
        return start, end


class LaterMarks(Marks):
    """The places of a document whose text is read again only when somebody asks: most are never asked about."""

    __slots__ = ("_found", "_read", "_start")

    def __init__(self, start: int, read: Callable[[], Marks]) -> None:
        """Know where the document begins, and how to find the rest."""
        self._start = start
        self._read = read
        self._found: Marks | None = None

    @property
    def start(self) -> int:
        """Return where the document begins. Units: offset in characters."""
        return self._start

    def span(self, path: Path) -> Span:
        """Return the place of the value at a path, or of the nearest value around it."""
        return self._there().span(path)

    def key_span(self, path: Path) -> Span:
        """Return the place of the key that a path ends with, or of the value when it ends with none."""
        return self._there().key_span(path)

    def hide(self, path: Path) -> None:
        """Mask the value at a path wherever its text is shown."""
        self._there().hide(path)

    def _there(self) -> Marks:
        if self._found is None:
            self._found = self._read()
        return self._found


def size(value: Any) -> int:
    """Return how many nodes a value is made of, keys included."""
    count, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        count += 1
        if isinstance(each, dict):
            count += len(each)
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return count


def _holds(value: Any, step: str | int) -> bool:
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value)


def _entry(mapping: dict[str, Any], node: int, wanted: str | int) -> tuple[int, int, Any]:
    at = node + 1
    for key, value in mapping.items():
        if key == wanted:
            return at, at + 1, value
        at += 1 + size(value)
    raise KeyError(wanted)
