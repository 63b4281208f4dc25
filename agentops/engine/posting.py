"""Connections to one receiver of webhooks, kept while they are of use: each request goes to an address judged for it.

Over aiohttp, as to models: a POST takes a sixth of the computing that httpx2 needs for it, and sessions want the rest.
Loaded only where something is delivered.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import aiohttp
from yarl import URL

Judge = Callable[[str, int, str], Awaitable[str]]
"""Returns the address to dial for a host, a port and a scheme, or raises Unreachable."""

_IDLE_S = 4.0
"""How long a connection waits for the next message: less than the five seconds after which common servers hang up."""

_REST_BYTES = 4 * 1024
_REST_S = 1.0
"""How much of an answer's body is read, and for how long, so that the connection can be used again; no more matters."""


class Posting:
    """The way to one receiver."""

    def __init__(self, judge: Judge, tls: ssl.SSLContext, connections: int) -> None:
        """Connect nowhere yet. Nobody shares connections: those to one name are not verified for another."""
        self._judge = judge
        self._tls = tls
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> int:
        """Return the status of the answer, whatever it is; the caller says how long it may take.

        Raises:
            Unreachable: the address is not one to ask.
            aiohttp.ClientError: there is no answer.
            OSError: there is no connection.
            ValueError: no host can be called so.
        """
        wanted = URL(url).with_fragment(None)
        host = wanted.raw_host or ""
        address = await self._judge(host, wanted.port or 0, wanted.scheme)
        is_plain = wanted.scheme == "http"
        async with self._opened().post(
            wanted.with_host(address),
            data=content,
            headers={**headers, "host": wanted.raw_authority, "accept-encoding": "identity"},
            allow_redirects=False,
            ssl=self._tls,
            server_hostname=None if is_plain else host,
        ) as response:
            await _read_a_little(response)
            return response.status

    async def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        # Made where the loop runs, as it has to be.
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_IDLE_S)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                auto_decompress=False,
            )
        return self._session


async def _read_a_little(response: aiohttp.ClientResponse) -> None:
    """Read a short body to its end: only then the connection is good for another request. A long one costs it."""
    left = _REST_BYTES
    with suppress(aiohttp.ClientError, OSError, TimeoutError):
        async with asyncio.timeout(_REST_S):
            while left > 0 and (chunk := await response.content.read(left)):
                left -= len(chunk)
    if not response.content.at_eof():
        response.close()
