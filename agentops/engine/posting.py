"""Connections to one receiver of webhooks, kept while they are of use: each request goes to an address judged for it.

Over aiohttp, as to models: a POST takes a sixth of the computing that httpx2 needs for it, and sessions want the rest.
Loaded only where something is delivered.
"""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from yarl import URL

Judge = Callable[[str, int, str], Awaitable[str]]
"""Returns the address to dial for a host, a port and a scheme, or raises Unreachable."""

_IDLE_S = 4.0
"""How long a connection waits for the next message: less than the five seconds after which common servers hang up."""

_REST_BYTES = 4 * 1024
_REST_S = 1.0
"""How much of an answer's body is read, and for how long, so that the connection can be used again; no more matters."""


_HEAD_MAX = 64 * 1024
"""What is longer is left to the library, which refuses it. Units: bytes."""

_INTERIM_MAX = 8
"""Answers before the answer (1xx) that are passed over. The library would go on with them, and hold up everybody."""

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})")
_HAS_BODY = re.compile(rb"\n(content-length:[ \t]*0*[1-9]|transfer-encoding:)", re.IGNORECASE)


class Reception(ResponseHandler):
    """What is told on a connection, as far as the library is to hear it.

    A body where none is allowed would be taken for another answer that makes no sense, and spoil the one before it.
    Source: RFC 9110 15.3.5.
    """

    _head = b""
    _is_behind = False
    """Whether the head is complete."""

    _interim = 0
    _is_deaf = False

    def set_response_params(self, **params: Any) -> None:
        """Expect an answer."""
        self._head, self._is_behind, self._interim = b"", False, 0
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        if self._is_behind or not data:
            if not self._is_deaf:
                super().data_received(data)
            return
        self._head += data
        while end := _HEAD_END.search(self._head):
            self._take(self._head[: end.end()], self._head[end.end() :])
        if len(self._head) > _HEAD_MAX:
            self._pass(self._head)

    def _take(self, head: bytes, rest: bytes) -> None:
        found = _STATUS.match(head)
        status = int(found[1]) if found else 0
        if status == 101 or not (100 <= status < 200):
            is_short = status in (204, 304)
            self._is_deaf = is_short and bool(rest or _HAS_BODY.search(head))
            self._pass(head if is_short else head + rest)
            if self._is_deaf:
                self.force_close()
            return
        self._head, self._interim = rest, self._interim + 1
        if self._interim > _INTERIM_MAX:
            self._head, self._is_behind, self._is_deaf = b"", True, True
            self._hang_up()

    def _pass(self, data: bytes) -> None:
        self._head, self._is_behind = b"", True
        super().data_received(data)

    def _hang_up(self) -> None:
        # Whoever waits for the answer learns it by that.
        if self.transport is not None:
            self.transport.close()


class _Connector(aiohttp.TCPConnector):
    """Connections that are listened to as above; the library has no other way to say so."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._factory: Any = partial(Reception, asyncio.get_running_loop())


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
            connector = _Connector(limit=self._connections, keepalive_timeout=_IDLE_S)
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
