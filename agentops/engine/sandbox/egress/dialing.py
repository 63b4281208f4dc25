"""Connections to hosts of the internet: a name is resolved once, and the address that was judged is dialled."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from agentops.base.threads import in_thread
from agentops.engine.outbound import is_public
from agentops.engine.sandbox.egress.rules import Refused

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Resolve = Callable[[str, int], Awaitable[list[str]]]

_CONNECT_S = 10.0
_ADDRESSES_MAX = 4
_LOOKUPS = 64


class Dialer(Protocol):
    """Connects to hosts."""

    async def dial(self, host: str, port: int) -> Stream:
        """Return a connection.

        Raises:
            Refused: there is none, or there may be none.
        """


class PublicDialer:
    """Connects to public addresses only."""

    def __init__(self, resolve: Resolve | None = None) -> None:
        """Take what resolves names; None: the server's own machine does."""
        self._resolve = resolve or self._resolved
        # Threads of its own: nobody can call a lookup back, and late answers must hold up nobody else.
        self._threads = ThreadPoolExecutor(_LOOKUPS, "egress-names")

    async def judged(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host that has only public ones.

        Raises:
            Refused: it has none, or others.
        """
        try:
            async with asyncio.timeout(_CONNECT_S):
                addresses = await self._resolve(host, port)
        except (OSError, UnicodeError, TimeoutError):
            raise Refused("the name of the host leads nowhere") from None
        if not addresses or not all(map(is_public, addresses)):
            raise Refused("the host is not on the internet: private addresses cannot be reached")
        return addresses[:_ADDRESSES_MAX]

    async def _resolved(self, host: str, port: int) -> list[str]:
        return await in_thread(_addresses, host, port, executor=self._threads)

    async def dial(self, host: str, port: int) -> Stream:
        """Return a connection to the first address that answers.

        Raises:
            Refused: none does, or none may.
        """
        for address in await self.judged(host, port):
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_CONNECT_S):
                    return await asyncio.open_connection(address, port)
        raise Refused("the host does not answer")


def _addresses(host: str, port: int) -> list[str]:
    """Return what the machine's resolver says.

    Raises:
        OSError: the host has no address.
    """
    return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
