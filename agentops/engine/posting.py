"""Connections to one receiver of webhooks, kept while they are of use: each request goes to an address judged for it.

By hand, over asyncio: a POST takes a third of the computing that aiohttp needs for it, and sessions want the rest.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from yarl import URL

from agentops.engine.line import Line

Judge = Callable[[str, int, str], Awaitable[str]]
"""Returns the address to dial for a host, a port and a scheme, or raises Unreachable."""

_IDLE_S = 4.0
"""How long a connection waits for the next message: less than the five seconds after which common servers hang up."""


@dataclass(frozen=True, slots=True)
class _Target:
    """What a URL means."""

    host: str
    port: int
    scheme: str
    beginning: bytes
    """Of every request."""


class Posting:
    """The way to one receiver."""

    def __init__(self, judge: Judge, tls: ssl.SSLContext) -> None:
        """Connect nowhere yet. Nobody shares connections: those to one name are not verified for another."""
        self._judge = judge
        self._tls = tls
        self._url = ""
        self._target: _Target | None = None
        self._free: list[Line] = []
        """Those used last at the end."""

        self._asked: set[Line] = set()
        self._sweep: asyncio.TimerHandle | None = None

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> int:
        """Return the status of the answer, whatever it is; the caller says how long it may take.

        Raises:
            Unreachable: the address is not one to ask.
            NoAnswer: there is none.
            OSError: there is no connection.
            ValueError: no host can be called so.
        """
        if self._target is None or url != self._url:
            self._target, self._url = _target(url), url
        target = self._target
        address = await self._judge(target.host, target.port, target.scheme)
        line = self._kept(address) or await self._dialled(target, address)
        self._asked.add(line)
        try:
            return await line.ask(_request(target, headers, content))
        finally:
            self._asked.discard(line)
            if line.free_since is not None:
                self._keep(line)

    def close(self) -> None:
        """Hang up."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for each in (*self._free, *self._asked):
            each.hang_up()
        self._free.clear()

    def _kept(self, address: str) -> Line | None:
        """Return a connection to the address that can be used again; those to others are of no use any more."""
        while self._free:
            line = self._free.pop()
            if line.address == address and line.free_since is not None:
                return line
            line.hang_up()
        return None

    def _keep(self, line: Line) -> None:
        self._free.append(line)
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(_IDLE_S, self._swept)

    def _swept(self) -> None:
        """Hang up where nothing was sent for a while."""
        loop = asyncio.get_running_loop()
        self._sweep = None
        free, self._free = self._free, []
        for each in free:
            if each.free_since is not None and each.free_since > loop.time() - _IDLE_S:
                self._free.append(each)
            else:
                each.hang_up()
        if self._free:
            oldest = min(each.free_since or 0.0 for each in self._free)
            self._sweep = loop.call_at(oldest + _IDLE_S, self._swept)

    async def _dialled(self, target: _Target, address: str) -> Line:
        is_secret = target.scheme == "https"
        _, line = await asyncio.get_running_loop().create_connection(
            lambda: Line(address),
            address,
            target.port,
            ssl=self._tls if is_secret else None,
            server_hostname=target.host if is_secret else None,
        )
        return line


def _target(url: str) -> _Target:
    wanted = URL(url)
    # A name with characters of its own is written in ASCII, and so is the path: none of it can end a line.
    beginning = f"POST {wanted.raw_path_qs} HTTP/1.1\r\nhost: {wanted.host_port_subcomponent}\r\n"
    return _Target(wanted.raw_host or "", wanted.port or 0, wanted.scheme, beginning.encode("ascii"))


def _request(target: _Target, headers: Mapping[str, str], content: bytes) -> bytes:
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    ending = f"accept: */*\r\naccept-encoding: identity\r\ncontent-length: {len(content)}\r\n\r\n"
    return target.beginning + fields.encode("ascii") + ending.encode("ascii") + content
