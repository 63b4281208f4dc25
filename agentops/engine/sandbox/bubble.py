"""One running sandbox of bubblewrap: everything that belongs to it, and how all of it ends together."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable

from agentops.base.threads import in_thread
from agentops.engine.core.json import Json
from agentops.engine.sandbox.bounds.cgroups import Group
from agentops.engine.sandbox.channel import Channel, Ending
from agentops.engine.sandbox.egress.proxy import Proxy
from agentops.engine.sandbox.running import Running

_STOP_S = 10.0
_REMOVALS = 20
_REMOVAL_S = 0.05


class Belongings:
    """What one sandbox has of the host, given back when it ends, also when it never really began."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.running: Running | None = None
        self.first: int | None = None
        """A descriptor of the process that all others inside come from: when it is gone, so are they."""
        self.group: Group | None = None
        self.listener: socket.socket | None = None
        """What listens inside until a proxy has it."""
        self.proxy: Proxy | None = None
        self._also: list[Callable[[], object]] = []
        self._ending: asyncio.Task[None] | None = None

    def also(self, give_back: Callable[[], object]) -> None:
        """Remember what else is to be done at the end."""
        self._also.append(give_back)

    async def end(self) -> None:
        """Kill everything inside, wait until it is gone, and give back what was lent; doing it twice is fine."""
        self._ending = self._ending or asyncio.create_task(self._end())
        await asyncio.shield(self._ending)

    async def _end(self) -> None:
        if self.group is not None:
            self.group.kill()
        if self.first is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.first, signal.SIGKILL)
        if self.running is not None:
            await self.running.kill()
        if self.first is not None:
            await _gone(self.first)
            os.close(self.first)
        if self.listener is not None:
            self.listener.close()
        if self.proxy is not None:
            await self.proxy.close()
        await self._remove_group()
        for each in self._also:
            each()

    async def _remove_group(self) -> None:
        """Remove the group; the kernel counts a process for a moment after it is gone."""
        for _attempt in range(_REMOVALS):
            if self.group is None or await in_thread(self.group.remove):
                return
            await asyncio.sleep(_REMOVAL_S)


class Bubble:
    """A sandbox that is ready once it was greeted."""

    def __init__(self, belongings: Belongings, memory_mib: int) -> None:
        """Take what belongs to it; the process runs."""
        assert belongings.running is not None
        self._belongings = belongings
        self._memory_mib = memory_mib
        self._running = belongings.running
        self._channel = Channel(self._running.reader, self._running.writer, Ending(self._words, self._failed))
        self._ending: asyncio.Task[None] | None = None
        self._watching = asyncio.create_task(self._watch())
        belongings.also(self._watching.cancel)

    async def greeted(self) -> None:
        """Wait until the tool server inside is ready.

        Raises:
            SandboxFailed: it does not start.
        """
        await self._channel.greeted()

    async def call(self, request: Json, *, timeout_s: float) -> Json:
        """Return the answer of the tool server inside.

        Raises:
            SandboxFailed: it died, or does not answer in time.
        """
        return await self._channel.call(request, timeout_s)

    async def stop(self) -> None:
        """Kill everything inside; doing it twice is fine."""
        self.fail("The sandbox was stopped.")
        await self._belongings.end()

    def fail(self, words: str) -> None:
        """End it, and tell everybody who waits why."""
        self._channel.end(words)

    def _failed(self) -> None:
        self._ending = asyncio.create_task(self._belongings.end())

    async def _watch(self) -> None:
        await self._running.ended()
        self.fail(self._words())

    def _words(self) -> str:
        group = self._belongings.group
        if group is not None and group.ran_out_of_memory():
            return f"The sandbox died after its memory of {self._memory_mib} MiB had run out."
        return f"The sandbox died. {self._running.last_words[-500:]}".strip()


async def _gone(descriptor: int) -> None:
    """Wait until a process is gone, though not for one that the kernel holds on to."""
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    loop.add_reader(descriptor, gone.set)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_STOP_S):
            await gone.wait()
    loop.remove_reader(descriptor)
