"""Telling a supervisor how the server does: ready, alive, leaving; by datagrams, as systemd's `Type=notify` has it.

Source: sd_notify(3) and sd_watchdog_enabled(3). No library: it is one datagram with lines of text.
"""

import asyncio
import logging
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

_log = logging.getLogger("agentops.engine")


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Where it listens, and how often it wants a sign of life."""

    address: str
    """A socket's path, or a name after an `@` in the kernel's own name space."""

    watchdog_s: float | None = None
    """After how long a silent server is killed; None where nobody watches."""

    @classmethod
    def of(cls, environment: Mapping[str, str], process_id: int) -> "Supervisor | None":
        """Return who started this process and wants to hear of it, if anybody does."""
        address = environment.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            return None
        wanted, whose = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", str(process_id))
        is_watched = wanted.isdigit() and int(wanted) > 0 and whose == str(process_id)
        return cls(address, int(wanted) / 1_000_000 if is_watched else None)

    def tell(self, *lines: str) -> None:
        """Send lines; a supervisor that does not listen stops nobody."""
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.settimeout(0)
            try:
                out.sendto("\n".join(lines).encode(), address)
            except OSError as error:
                _log.warning("the supervisor does not listen: %s", error.strerror)


class Supervised:
    """Around a server's life: gives signs of it as long as the event loop turns."""

    def __init__(self, supervisor: Supervisor | None) -> None:
        """Tell the supervisor, if there is one."""
        self._supervisor = supervisor
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to give signs of life."""
        if self._supervisor is not None and self._supervisor.watchdog_s is not None:
            self._beating = asyncio.ensure_future(self._beat(self._supervisor, self._supervisor.watchdog_s / 2))
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Give none any more: the server has ended, or is as good as."""
        if self._beating is not None:
            self._beating.cancel()
            with suppress(asyncio.CancelledError):
                await self._beating

    def ready(self, url: str) -> None:
        """Say that requests are answered."""
        self._tell("READY=1", f"STATUS=Answering at {url}")

    def leaving(self) -> None:
        """Say that it was asked to go, and lets go of what it has in hand."""
        self._tell("STOPPING=1", "STATUS=Letting sessions stop where another server can go on")

    def _tell(self, *lines: str) -> None:
        if self._supervisor is not None:
            self._supervisor.tell(*lines)

    async def _beat(self, supervisor: Supervisor, every_s: float) -> None:
        while True:
            supervisor.tell("WATCHDOG=1")
            await asyncio.sleep(every_s)
