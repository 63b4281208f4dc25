"""Connections to one receiver of webhooks, kept while they are of use: each request goes to an address judged for it.

Loaded only where something is delivered: it needs the HTTP library at once.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import httpx2

Judge = Callable[[httpx2.URL], Awaitable[str]]
"""Returns the address to dial for a URL, or raises Unreachable."""

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
        limits = httpx2.Limits(
            max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=_IDLE_S
        )
        self._transport = httpx2.AsyncHTTPTransport(verify=tls, trust_env=False, limits=limits)

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> int:
        """Return the status of the answer, whatever it is; the caller says how long it may take.

        Raises:
            Unreachable: the address is not one to ask.
            httpx2.HTTPError: there is no answer.
        """
        wanted = httpx2.URL(url)
        address = await self._judge(wanted)
        request = httpx2.Request(
            "POST",
            wanted.copy_with(host=address, fragment=None),
            headers={**headers, "host": wanted.netloc.decode(), "accept-encoding": "identity"},
            content=content,
            extensions={"sni_hostname": wanted.raw_host.decode()},
        )
        response = await self._transport.handle_async_request(request)
        try:
            await _read_a_little(response)
        finally:
            await response.aclose()
        return response.status_code

    async def close(self) -> None:
        """Hang up."""
        await self._transport.aclose()


async def _read_a_little(response: httpx2.Response) -> None:
    """Read a short body to its end: only then the connection is good for another request. A long one costs it."""
    length = 0
    with suppress(httpx2.HTTPError, TimeoutError):
        async with asyncio.timeout(_REST_S):
            async for chunk in response.aiter_raw():
                length += len(chunk)
                if length > _REST_BYTES:
                    return
