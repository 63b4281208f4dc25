"""Requests and answers over two pipes: many at once, each bounded, and an end that everybody hears of."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from agentops.base.threads import in_thread
from agentops.engine.core.json import Json, written
from agentops.engine.sandbox import lines
from agentops.engine.sandbox.lines import LINE_MAX, Garbled
from agentops.engine.sandbox.port import SandboxFailed

_BACKLOG_MAX = 1024 * 1024
"""What may wait to be read by a tool server before nobody interrupts it any more. Units: bytes."""

_UNWANTED_MAX = 1000
"""How many answers that nobody waits for may be owed before a tool server counts as silent."""

_LARGE = 1024 * 1024
"""What is longer is parsed off the event loop. Units: bytes."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What a channel's owner knows of its end."""

    words: Callable[[], str]
    """Say why a tool server is gone."""

    react: Callable[[], None]
    """Called once, when it cannot be spoken with any more."""


class Channel:
    """Speaks with one tool server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ending: Ending) -> None:
        """Take the pipes, and what there is to do and to say at the end."""
        self._reader = reader
        self._writer = writer
        self._ending = ending
        self._numbers = itertools.count(1)
        self._pending: dict[int, asyncio.Future[Json]] = {}
        self._unwanted: set[int] = set()
        self._writing = asyncio.Lock()
        self._end: str | None = None
        self._listening: asyncio.Task[None] | None = None

    async def greeted(self) -> None:
        """Wait until the tool server is ready, and listen to it from then on.

        Raises:
            SandboxFailed: it says something else, or nothing any more.
        """
        try:
            line = await self._reader.readuntil(b"\n")
            is_ready = lines.is_greeting(line)
        except (Garbled, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            is_ready = False
        if not is_ready:
            raise SandboxFailed("The tool server did not start.")
        self._listening = asyncio.create_task(self._listen())

    async def call(self, request: Json, timeout_s: float) -> Json:
        """Return the answer to a request.

        Raises:
            SandboxFailed: there will be none.
        """
        if self._end is not None:
            raise SandboxFailed(self._end)
        number = next(self._numbers)
        line = written({**request, "id": number}).encode(errors="replace") + b"\n"
        if len(line) > LINE_MAX:
            return {"error": f"the request is longer than {LINE_MAX // 1024 // 1024} MiB"}
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._pending[number] = future
        try:
            async with asyncio.timeout(timeout_s):
                await self._write(line)
                return await future
        except TimeoutError:
            self._pending.pop(number, None)
            self.end(f"The tool server did not answer within {timeout_s:g} s and was stopped.")
            raise SandboxFailed(self._end) from None
        except asyncio.CancelledError:
            self._interrupt(number)
            raise
        finally:
            self._pending.pop(number, None)

    def end(self, words: str) -> None:
        """Tell everybody who waits that there will be no answer; the first words count."""
        if self._end is not None:
            return
        self._end = words
        for each in self._pending.values():
            if not each.done():
                each.set_exception(SandboxFailed(words))
        if self._listening is not None:
            self._listening.cancel()
        self._ending.react()

    async def _write(self, line: bytes) -> None:
        async with self._writing:
            if self._end is None:
                self._writer.write(line)
                try:
                    await self._writer.drain()
                except ConnectionError:
                    self.end(self._ending.words())

    def _interrupt(self, number: int) -> None:
        """Ask for the end of a request, without waiting for it; whoever does not even read that is ended himself."""
        if self._end is not None:
            return
        if self._writer.transport.get_write_buffer_size() > _BACKLOG_MAX:
            self.end("The tool server does not read what it is sent and was stopped.")
            return
        if len(self._unwanted) >= _UNWANTED_MAX:
            self.end("The tool server does not answer what it is sent and was stopped.")
            return
        own = next(self._numbers)
        self._unwanted |= {number, own}
        self._writer.write(written({"id": own, "op": "cancel", "target": number}).encode() + b"\n")

    async def _listen(self) -> None:
        try:
            while True:
                line = await self._reader.readuntil(b"\n")
                self._take(*(await in_thread(lines.answer, line) if len(line) > _LARGE else lines.answer(line)))
        except asyncio.IncompleteReadError:
            self.end(self._ending.words())
        except asyncio.LimitOverrunError:
            self.end(f"The tool server wrote a line of more than {LINE_MAX // 1024 // 1024} MiB and was stopped.")
        except Garbled as garbled:
            self.end(f"The tool server said what it never says ({garbled}) and was stopped.")

    def _take(self, number: int, answer: Json) -> None:
        """Give an answer to who waits for it. One that nobody asked for could be one of a flood: it ends all.

        Raises:
            Garbled: nobody asked for it.
        """
        future = self._pending.pop(number, None)
        if future is not None:
            if not future.done():
                future.set_result(answer)
        elif number in self._unwanted:
            self._unwanted.discard(number)
        else:
            raise Garbled("an answer that nobody asked for")
