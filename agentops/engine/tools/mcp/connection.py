"""One MCP server while it is talked to, by the official SDK: over streamable HTTP, else over SSE.

The module is loaded by the first session that has a server: the SDK takes a second of CPU to load.
Source: MCP 2025-11-25, transports, backwards compatibility; mcp 2.3.0 `client/client.py`.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from mcp import Client, types
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel, ValidationError

from agentops.base.secrets import masked
from agentops.engine.core.json import Json, parsed
from agentops.engine.dialling import Bearer, Dialling
from agentops.engine.outbound import Outbound
from agentops.engine.tools.mcp.port import TOOLS_MOST, CallFailed, NotConnected, Patience

# What goes wrong is told to whoever asked; the SDK would print each of it with a traceback besides.
logging.getLogger("mcp").setLevel(logging.CRITICAL)

_OF_THE_OLD: Final = (400, 404, 405, 406, 415)
"""How servers answer a POST that only know SSE."""

_EVENT_MAX: Final = 8 * 1024 * 1024
"""Units: bytes."""

_BROKEN: Final = (types.CONNECTION_CLOSED, types.REQUEST_TIMEOUT)
_PAGES_MOST: Final = 64
_GRACE_S: Final = 30.0
_SAID_MOST: Final = 2_000
_CLIENT: Final = types.Implementation(name="agentops", version="1")


class Connection:
    """An open connection; the SDK wants all of it opened and closed in one task, which is this one's own."""

    def __init__(self, url: str, outbound: Outbound, bearer: Bearer, patience: Patience) -> None:
        """Connect nowhere yet."""
        self._url = url
        self._outbound = outbound
        self._bearer = bearer
        self._patience = patience
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._client: Client
        self._line: Dialling
        self.listing: list[Json] = []
        """The tools that the server has, as it describes them."""

        self.is_lost = True

    async def open(self) -> None:
        """Connect, and ask for the tools.

        Raises:
            NotConnected: that failed.
        """
        try:
            await self._open(is_old=False)
        except NotConnected as error:
            if error.status not in _OF_THE_OLD:
                raise
            await self._open(is_old=True)

    async def refresh(self) -> None:
        """Ask for the tools again.

        Raises:
            NotConnected: the server does not know the connection any more.
        """
        try:
            self.listing = await self._listed(self._client)
        except (MCPError, ValidationError) as error:
            self.is_lost = True
            raise NotConnected(self._line.status, type(error).__name__) from None

    async def call(self, name: str, given: Mapping[str, Any]) -> Json:
        """Return what came of a call of a tool, as the protocol spells it; cancelling tells the server.

        Raises:
            CallFailed: nothing did.
        """
        params = types.CallToolRequestParams(name=name, arguments=dict(given))
        session = self._client.session
        try:
            # Without the client's own check against the tool's output schema: patterns in that are the server's, and
            # one could keep this process busy for ever.
            result = await session.send_request(
                types.CallToolRequest(params=params),
                types.CallToolResult,
                request_read_timeout_seconds=self._patience.call_s,
            )
            return _plain(result)
        except MCPError as error:
            is_refused = 400 <= self._line.status < 500
            is_broken = not is_refused and (error.code in _BROKEN or self._line.status >= 500 or self._is_gone)
            self.is_lost = self.is_lost or is_refused or is_broken
            raise CallFailed(self._shown(error.error.message), is_unknown=is_broken) from None
        except ValidationError:
            raise CallFailed("the answer was not what the protocol says", is_unknown=True) from None

    def mask(self, text: str) -> str:
        """Return a text of the server without the credentials that it was sent."""
        return masked(text, self._line.sent)

    async def close(self) -> None:
        """Hang up, without waiting long for the server to agree."""
        self.is_lost = True
        self._over.set()
        if self._task is None:
            return
        await asyncio.wait([self._task], timeout=self._patience.connect_s)
        self._task.cancel()
        await asyncio.wait([self._task])

    @property
    def _is_gone(self) -> bool:
        return self._task is None or self._task.done()

    async def _open(self, *, is_old: bool) -> None:
        self._line = self._outbound.dialling(self._bearer)
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.ensure_future(self._live(ready, is_old=is_old))
        try:
            await asyncio.wait(
                [self._task, ready], timeout=self._patience.connect_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            if not ready.done():
                self._task.cancel()
        if ready.done():
            return
        await asyncio.wait([self._task])
        raise NotConnected(self._line.status, self._why(self._task))

    def _why(self, task: asyncio.Task[None]) -> str:
        status = self._line.status
        if status >= 400 or self._line.problem:
            return self._line.problem or f"it answered {status}"
        if task.cancelled():
            return "it did not answer in time"
        error = task.exception()
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        return self._shown(error.error.message) if isinstance(error, MCPError) else type(error).__name__

    async def _live(self, ready: "asyncio.Future[None]", *, is_old: bool) -> None:
        try:
            async with Client(
                self._transport(is_old=is_old),
                mode="legacy" if is_old else "auto",
                read_timeout_seconds=self._patience.connect_s,
                client_info=_CLIENT,
                cache=None,
            ) as client:
                self._client = client
                self.listing = await self._listed(client)
                self.is_lost = False
                ready.set_result(None)
                await self._over.wait()
        finally:
            self.is_lost = True
            await self._line.aclose()

    def _transport(self, *, is_old: bool) -> AbstractAsyncContextManager[Any]:
        http = self._line.client(self._patience.call_s + _GRACE_S)
        if is_old:
            return sse_client(self._url, httpx_client_factory=lambda *_, **__: http)
        return streamable_http_client(self._url, http_client=http, max_sse_event_size=_EVENT_MAX)

    async def _listed(self, client: Client) -> list[Json]:
        found: list[Json] = []
        cursor = None
        for _ in range(_PAGES_MOST):
            page = await client.session.list_tools(params=types.PaginatedRequestParams(cursor=cursor))
            found += map(_plain, page.tools)
            cursor = page.next_cursor
            if cursor is None or len(found) >= TOOLS_MOST:
                break
        return found[:TOOLS_MOST]

    def _shown(self, text: str) -> str:
        return self.mask(text)[:_SAID_MOST]


def _plain(value: BaseModel) -> Json:
    return parsed(value.model_dump_json(by_alias=True, exclude_unset=True))
