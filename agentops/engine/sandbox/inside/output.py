"""What a command prints, however much: the beginning and the end to show, all of it in a file when it is long."""

from __future__ import annotations

import codecs
import os
import re
from typing import Callable

from .fields import Json

SHOWN_WHOLE = 100_000
"""Longer output goes to a file. Units: characters. Source: documented limit of the toolset's output."""
_PREVIEW = 10_000
"""Of long output, so much of its beginning and as much of its end. Units: characters."""
_SPILL_MOST = 16 * 1024 * 1024
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")


class Output:
    """The output of one command; nothing in it grows without bound."""

    def __init__(self, new_spill: Callable[[], tuple[str, int]]) -> None:
        """Make a file by `new_spill` when there is too much to show."""
        self._new_spill = new_spill
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._raw: list[bytes] = []
        self._head = ""
        self._tail = ""
        self._total = 0
        self._spill = -1
        self._path = ""
        self._spilled = 0

    def add(self, data: bytes) -> None:
        """Take some more."""
        words = self._decoder.decode(data)
        self._total += len(words)
        if not self._path and self._total <= SHOWN_WHOLE:
            self._raw.append(data)
            self._head += words
            return
        if not self._path:
            self._begin_spill()
        self._keep(data)
        self._tail = (self._tail + words)[-_PREVIEW:]

    def told(self) -> Json:
        """Return what to show, and where the rest is; nothing can be added afterwards."""
        if self._spill >= 0:
            os.close(self._spill)
            self._spill = -1
        shown = self._head
        if self._path:
            where = self._path if self._path != "-" else ""
            left_out = max(self._total - 2 * _PREVIEW, 0)
            shown = f"{self._head}\n[… {left_out} characters are left out here …]\n{self._tail}"
            return {
                "output": plain(shown),
                "total": self._total,
                "path": where,
                "is_cut": self._spilled >= _SPILL_MOST,
            }
        return {"output": plain(shown), "total": self._total}

    def _begin_spill(self) -> None:
        try:
            self._path, self._spill = self._new_spill()
        except OSError:
            self._path = "-"
        for each in self._raw:
            self._keep(each)
        self._raw = []
        self._tail = self._head[_PREVIEW:][-_PREVIEW:]
        self._head = self._head[:_PREVIEW]

    def _keep(self, data: bytes) -> None:
        room = _SPILL_MOST - self._spilled
        if self._spill < 0 or room <= 0:
            return
        self._spilled += min(len(data), room)
        try:
            os.write(self._spill, data[:room])
        except OSError:
            # The disk is full or the file too long: what is shown has to do.
            os.close(self._spill)
            self._spill = -1


_COMPLAINT = re.compile(r"^bash: \[\d+: \d+ \(\d+\)\] tcsetattr: .*\n", re.MULTILINE)
"""What an interactive bash without a terminal says when a command was killed."""


def plain(words: str) -> str:
    """Return the words without what only a terminal understands, and without NUL, which no database takes."""
    return _COMPLAINT.sub("", _ESCAPES.sub("", words)).replace("\0", "\ufffd")
