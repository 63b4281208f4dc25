"""One connection to a receiver of webhooks: a request goes out, and of its answer the status is wanted.

By hand, because next to nothing of HTTP is needed for that: no redirects, no cookies, no compression, no long bodies.
What is not understood ends the connection and nothing else.

Source: RFC 9112 (messages, their bodies and how connections last), RFC 9110 15 (statuses).
"""

import asyncio
import re
from typing import cast

_REST_BYTES = 4 * 1024
_REST_S = 1.0
"""How much of an answer's body is read, and for how long, so that the connection can be used again; no more matters."""

_HEAD_MAX = 64 * 1024
"""Units: bytes."""

_INTERIM_MAX = 8
"""Answers before the answer (1xx) that are passed over."""

_BEGINNING = b"HTTP/1."
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})[ \r\n]")
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r?\n", re.IGNORECASE)
_CODING = re.compile(rb"\ntransfer-encoding:[ \t]*(chunked[ \t]*\r?\n)?", re.IGNORECASE)
_IS_LAST = re.compile(rb"\nconnection:[^\n]*close", re.IGNORECASE)
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[^\r\n]*\r\n")


class NoAnswer(Exception):
    """What came is no answer, or nothing came."""


class Line(asyncio.Protocol):
    """A connection that is asked one thing at a time."""

    def __init__(self, address: str) -> None:
        """Wait to be connected to the address."""
        self.address = address
        self.free_since: float | None = None
        """Since when it can be asked the next thing, by the loop's time; None while it cannot."""

        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._got = bytearray()
        self._searched = 0
        self._interim = 0
        self._status = 0
        self._length: int | None = 0
        """Of the body; None where it comes in chunks."""

        self._is_last = False
        """Whether the connection ends with the answer."""

    async def ask(self, request: bytes) -> int:
        """Return the status of the answer.

        Raises:
            NoAnswer: there is none.
            OSError: the connection broke.
        """
        if self._transport is None:
            raise NoAnswer("the connection was closed without an answer")
        self.free_since, self._interim, self._status = None, 0, 0
        self._answer = self._loop.create_future()
        self._transport.write(request)
        try:
            return await self._answer
        finally:
            self._answer = None
            if self.free_since is None:
                self.hang_up()

    def hang_up(self) -> None:
        """End the connection at once, whatever is on it."""
        self.free_since = None
        self._forget()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be connected."""
        # Not every event loop's are of the class that says so: uvloop's are not.
        self._transport, self.free_since = cast("asyncio.Transport", transport), self._loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Be connected no more; an answer that had begun counts."""
        self._transport, self.free_since = None, None
        if self._status:
            self._close()
        else:
            self._fail(exc or NoAnswer("the connection was closed without an answer"))

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        if self._answer is None or self._answer.done():
            # Nobody asked: whatever it is, the next answer could be taken for it, or it for the next answer.
            self.hang_up()
            return
        self._got += data
        if self._status or self._take_heads():
            self._take_body()

    def _take_heads(self) -> bool:
        """Tell whether the head of the answer is there; those of interim ones are passed over."""
        while end := _HEAD_END.search(self._got, self._searched):
            head = bytes(self._got[: end.end()])
            del self._got[: end.end()]
            self._searched = 0
            found = _STATUS.match(head)
            if found is None:
                break
            status = int(found[2])
            if status == 101 or status >= 200:
                self._read(head, status, is_old=found[1] == b"0")
                return True
            self._interim += 1
            if self._interim > _INTERIM_MAX:
                self._fail(NoAnswer("answered nothing but 1xx"))
                return False
        else:
            # The end may have come in part.
            self._searched = max(0, len(self._got) - 3)
            if self._got[:7] == _BEGINNING[: len(self._got)] and len(self._got) <= _HEAD_MAX:
                return False
        self._fail(NoAnswer("the answer is not one of HTTP"))
        return False

    def _read(self, head: bytes, status: int, *, is_old: bool) -> None:
        """Note what the head says of the body and of the connection."""
        self._status = status
        length, coding = _LENGTH.search(head), _CODING.search(head)
        if coding is not None:
            self._length = None
        else:
            self._length = int(length[1]) if length else 0
        # Without either the body ends with the connection. A body where none is allowed would be taken for another
        # answer. Source: RFC 9112 6.3.
        is_bare = status in (204, 304)
        has_body = self._length is None or self._length > 0
        is_clear = not has_body if is_bare else (coding[1] is not None if coding else length is not None)
        self._is_last = is_old or status == 101 or not is_clear or bool(_IS_LAST.search(head))

    def _take_body(self) -> None:
        if self._is_last:
            self._close()
            return
        end = _end_of_chunks(self._got) if self._length is None else self._length
        if end is not None and len(self._got) >= end:
            self._close(is_free=len(self._got) == end)
        elif len(self._got) > _REST_BYTES or (end or 0) > _REST_BYTES:
            self._close()
        elif self._timer is None:
            self._timer = self._loop.call_later(_REST_S, self._close)

    def _close(self, *, is_free: bool = False) -> None:
        """Take the answer for complete, and keep the connection only if nothing more can come on it."""
        status = self._status
        self._forget()
        if is_free and self._transport is not None and not self._transport.is_closing():
            self.free_since = self._loop.time()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(status)

    def _fail(self, error: Exception) -> None:
        self._forget()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._got.clear()
        self._searched = self._status = 0


def _end_of_chunks(body: bytearray) -> int | None:
    """Return where a body in chunks ends; None where it goes on, or makes no sense."""
    at = 0
    while found := _CHUNK.match(body, at):
        size, at = int(found[1], 16), found.end()
        if size == 0:
            # Fields may follow; an empty line ends them.
            end = body.find(b"\r\n\r\n", at - 2)
            return end + 4 if end >= 0 else None
        at += size + 2
    return None
