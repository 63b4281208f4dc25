"""Server-sent events from bytes as they come, however they were cut. Source: WHATWG HTML, server-sent events."""

from collections.abc import Sequence


class EventStream:
    """Puts lines together and tells each event's data; names, ids and comments say nothing that the data does not."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._unfinished: list[bytes] = []
        self._data: list[bytes] = []
        self._is_after_return = False

    def fed(self, chunk: bytes) -> list[bytes]:
        """Return the data of the events that the chunk completes."""
        found = []
        for line in self._lines(chunk):
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line[5:6] == b" " else line[5:])
            elif not line:
                if self._data and (data := b"\n".join(self._data)):
                    found.append(data)
                self._data.clear()
            elif line == b"data":
                self._data.append(b"")
        return found

    def _lines(self, chunk: bytes) -> Sequence[bytes]:
        if self._is_after_return and chunk:
            chunk = chunk.removeprefix(b"\n")  # the second half of a line end whose first half ended a line already
            self._is_after_return = False
        if not chunk:
            return ()
        self._is_after_return = chunk.endswith(b"\r")
        self._unfinished.append(chunk)
        # A long line comes in many chunks: they are joined once, when it ends, not for each of them.
        if b"\n" not in chunk and b"\r" not in chunk:
            return ()
        text = b"".join(self._unfinished)
        # Of bytes these are the three ends of lines that the format knows, and no others.
        lines = text.splitlines()
        self._unfinished = [] if text.endswith((b"\n", b"\r")) else [lines.pop()]
        return lines
