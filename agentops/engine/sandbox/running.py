"""A process with three pipes, and its end: without a thread for each, and without anything left behind."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import FileIO
from typing import Literal

from agentops.engine.sandbox.lines import LINE_MAX

_COMPLAINT_MAX = 1024 * 1024
"""What is read of the error stream before it is closed: nobody keeps the server busy with it. Units: bytes."""

_TAIL = 4096
_STOP_S = 10.0
_WORDS_S = 0.2


@dataclass(frozen=True, slots=True)
class Command:
    """What to start."""

    words: Sequence[str]
    environment: Mapping[str, str]
    descriptors: tuple[int, ...] = ()
    """Open ones that it is given under their numbers."""

    folder: str = "/"


class End(FileIO):
    """One end of a pipe, whose descriptor is closed once, whoever does it.

    An event loop that is done with a pipe closes it. That of libuv has closed the descriptor itself by then, and its
    number may be another file's already. Source: uvloop 0.23 `handles/handle.pyx`, `UVSocketHandle._close`.
    """

    def __init__(self, descriptor: int, mode: Literal["rb", "wb"]) -> None:
        """Take an open descriptor."""
        super().__init__(descriptor, mode, closefd=False)
        self._pipe = os.fstat(descriptor)

    def close(self) -> None:
        """Close it, unless that was done."""
        if self.closed:
            return
        descriptor = self.fileno()
        super().close()
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(descriptor), self._pipe):
                os.close(descriptor)


class Pipes:
    """Two pipes to speak with a process and one for its complaints: its ends, and the server's."""

    def __init__(self) -> None:
        """Open them."""
        self.requests, self.to_it = pipe()
        self.from_it, self.answers = pipe()
        self.of_errors, self.errors = pipe()

    def close(self) -> None:
        """Close the ends that are the process's: it has them by now."""
        self.requests.close()
        self.answers.close()
        self.errors.close()

    def close_all(self) -> None:
        """Close the server's ends too: nothing is to be said any more."""
        self.close()
        self.to_it.close()
        self.from_it.close()
        self.of_errors.close()


def pipe() -> tuple[End, End]:
    """Return the two ends of a new pipe: to read from, and to write to."""
    read, write = os.pipe()
    return End(read, "rb"), End(write, "wb")


class Running:
    """A process that was started, and everything in its process group."""

    def __init__(self, process: subprocess.Popen[bytes], reader: asyncio.StreamReader) -> None:
        """Take a process and the stream of what it writes."""
        self.pid = process.pid
        self.reader = reader
        self._process = process
        self._ended = asyncio.Event()
        self._tail = _Tail()
        self._transports: list[asyncio.BaseTransport] = []
        self._watch = os.pidfd_open(self.pid)
        asyncio.get_running_loop().add_reader(self._watch, self._reap)

    @classmethod
    async def start(cls, command: Command, pipes: Pipes, *, is_private: bool) -> "Running":
        """Return a process that can be spoken with.

        Private pipes are not its standard ones: whatever stands between it and the server is not to have them.
        It must be called on the event loop's own thread: the process dies with the thread that started it.
        Whoever opened the pipes closes them when it has ended.

        Raises:
            OSError: it cannot be started.
        """
        private = (pipes.requests.fileno(), pipes.answers.fileno()) if is_private else ()
        process = subprocess.Popen(  # noqa: ASYNC220, S603 - it returns at once; words of ours, and no shell
            command.words,
            env=command.environment,
            cwd=command.folder,
            pass_fds=(*command.descriptors, *private),
            stdin=subprocess.DEVNULL if is_private else pipes.requests,
            stdout=subprocess.DEVNULL if is_private else pipes.answers,
            stderr=pipes.errors,
            start_new_session=True,  # Ctrl-C at the server's terminal is for the server
        )
        pipes.close()
        running = cls(process, asyncio.StreamReader(limit=LINE_MAX))
        try:
            await running._connect(pipes)
        except BaseException:
            # Nobody else knows of it yet, so nobody else would end it.
            await running.kill()
            raise
        return running

    async def _connect(self, pipes: Pipes) -> None:
        loop = asyncio.get_running_loop()
        await self._listen(pipes.from_it, asyncio.StreamReaderProtocol(self.reader))
        await self._listen(pipes.of_errors, self._tail)
        flow = asyncio.streams.FlowControlMixin()
        to_it, _ = await loop.connect_write_pipe(lambda: flow, pipes.to_it)
        self._transports.append(to_it)
        self.writer = asyncio.StreamWriter(to_it, flow, None, loop)

    @property
    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self._ended.is_set()

    @property
    def last_words(self) -> str:
        """Return the end of what it wrote to its error stream."""
        return self._tail.words.decode(errors="replace").strip()

    async def ended(self) -> None:
        """Wait until the process is gone."""
        await self._ended.wait()

    async def kill(self) -> None:
        """Kill it and its process group, and wait until it is gone; doing it twice is fine."""
        if not self.has_ended:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):  # a process that the kernel holds on to is not waited for
            async with asyncio.timeout(_STOP_S):
                await self.ended()
        with contextlib.suppress(TimeoutError):  # somebody who got away may still hold it open
            async with asyncio.timeout(_WORDS_S):
                await self._tail.ended.wait()
        for each in self._transports:
            each.close()

    async def _listen(self, pipe: End, protocol: asyncio.Protocol) -> None:
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
        self._transports.append(transport)

    def _reap(self) -> None:
        if self._process.poll() is not None:
            asyncio.get_running_loop().remove_reader(self._watch)
            os.close(self._watch)
            self._ended.set()


class _Tail(asyncio.Protocol):
    """Keeps the end of the error stream, and stops reading when it is too much."""

    def __init__(self) -> None:
        self.words = b""
        self.ended = asyncio.Event()
        self._seen = 0
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self.words = (self.words + data)[-_TAIL:]
        self._seen += len(data)
        if self._seen > _COMPLAINT_MAX and self._transport is not None:
            self._transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        self.ended.set()
