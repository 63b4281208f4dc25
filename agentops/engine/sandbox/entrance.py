"""The first words with a sandbox: what its first program is told to do, what it found, and whether that is enough."""

import asyncio
import socket
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from agentops.engine.core.json import Json, written
from agentops.engine.sandbox.lines import Garbled, parsed
from agentops.engine.sandbox.port import SandboxFailed

_REPORT_MAX = 65_536


@dataclass(frozen=True, slots=True)
class Order:
    """What the first program inside is to do."""

    pipes: tuple[int, int]
    """The descriptors of what becomes its standard input and output."""

    program: str
    """The path inside of what it becomes; empty for nothing."""

    python: str
    """The path inside of what starts another Python."""

    limits: Mapping[str, int]
    nice: int
    port: int | None
    """Where to listen for the proxy."""


class Entrance:
    """A pair of sockets: one end for the server, one for the first program inside."""

    def __init__(self, order: Order) -> None:
        """Leave the order where it is found."""
        self._outer, self.inner = socket.socketpair()
        self._outer.setblocking(False)  # noqa: FBT003 - the standard library's
        self._outer.send(written(asdict(order)).encode())

    async def report(self) -> tuple[Json, socket.socket | None]:
        """Return what was found inside, and the socket that listens there.

        Raises:
            SandboxFailed: nothing was, or it is not enough.
        """
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._outer, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._outer)
        try:
            data, rights, _flags, _address = socket.recv_fds(self._outer, _REPORT_MAX, 1)
            found = parsed(data)
        except (OSError, Garbled):
            raise SandboxFailed("The sandbox was not entered.") from None
        listener = socket.socket(fileno=rights[0]) if rights else None
        missing = "; ".join(faults(found))
        if missing:
            if listener is not None:
                listener.close()
            raise SandboxFailed(f"The walls of the sandbox do not hold: {missing}.")
        return found, listener

    def close(self) -> None:
        """Close both ends."""
        self._outer.close()
        self.inner.close()


def faults(found: Json) -> Iterator[str]:
    """Yield what is wrong with the walls, as they were seen from inside; what was not looked at is wrong."""
    wanted: tuple[tuple[str, object, str], ...] = (
        ("strays", 0, "files of the server are open inside"),
        ("capabilities", 0, "there are capabilities inside"),
        ("has_new_privileges", False, "privileges can be gained inside"),
        ("filters_calls", True, "system calls are not filtered"),
        ("writes_kernel_settings", False, "the kernel's settings can be written inside"),
        ("writes_root", False, "the system's own folders can be written inside"),
    )
    for name, value, words in wanted:
        if found.get(name) != value or type(found.get(name)) is not type(value):
            yield words
    if not found.get("uid"):
        yield "the user inside is root"
