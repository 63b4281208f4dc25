"""The MCP servers of one session: connected to at the start of a turn, called, and left out when they cannot be had."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agentops.base.secrets import Secret
from agentops.base.threads import in_thread
from agentops.engine.core.json import Json
from agentops.engine.outbound import Outbound
from agentops.engine.tools.mcp.port import CallFailed, Credentials, NotConnected, Patience
from agentops.engine.tools.port import Invocation, Offer, Outcome, text
from agentops.wire.networks import host_of, is_blocked
from agentops.wire.wording import quoted

if TYPE_CHECKING:
    from agentops.engine.tools.mcp.connection import Connection

_REFUSED = (401, 403)
_UNKNOWN = " It is not known what the call did; find out before you call it again."


@dataclass(slots=True)
class _Server:
    """One of them; its tools are known as long as the connection stands."""

    url: str
    connecting: asyncio.Lock = field(default_factory=asyncio.Lock)
    connection: "Connection | None" = None
    tools: Sequence[Json] = ()


@dataclass(frozen=True, slots=True)
class _Bearer:
    """What the session's vaults hold for one server."""

    url: str
    credentials: Credentials

    async def token(self) -> Secret | None:
        return await self.credentials.token(self.url)

    async def renewed(self, refused: Secret) -> Secret | None:
        return await self.credentials.renewed(self.url, refused)


class McpServers:
    """Those that the session's agent names."""

    def __init__(self, outbound: Outbound, credentials: Credentials, patience: Patience | None = None) -> None:
        """Connect to none yet; `know` tells which there are."""
        self._outbound = outbound
        self._credentials = credentials
        self._patience = patience or Patience()
        self._networking: Json | None = None
        self._known: dict[str, _Server] = {}
        self._former: list[_Server] = []

    def know(self, agent: Json, networking: Json | None) -> None:
        """Take which servers the agent has by now, and where its environment lets it connect to."""
        urls = {each["name"]: each["url"] for each in agent["mcp_servers"]}
        self._networking = networking
        known = {name: each for name, each in self._known.items() if urls.get(name) == each.url}
        self._former += [each for name, each in self._known.items() if name not in known]
        self._known = {name: known.get(name) or _Server(url) for name, url in urls.items()}

    async def offer(self) -> Offer:
        """Return what the servers offer; who cannot be asked, or was lost, is tried again the next time."""
        await self._leave_former()
        names = list(self._known)
        found = await asyncio.gather(*(self._asked(each) for each in names))
        troubles = tuple(each for each in found if not isinstance(each, list))
        return Offer({name: each for name, each in zip(names, found, strict=True) if isinstance(each, list)}, troubles)

    async def run(self, invocation: Invocation) -> Outcome:
        """Return what came of a call of a server's tool."""
        name = str(invocation.mcp_server_name)
        given = invocation.input if isinstance(invocation.input, Mapping) else {}
        try:
            connection = await self._connected(name)
            result = await connection.call(invocation.name, given)
        except NotConnected as error:
            return text(
                f"The MCP server {quoted(name)} cannot be reached: {error}. The call did not run.", is_error=True
            )
        except CallFailed as error:
            end = _UNKNOWN if error.is_unknown else ""
            return text(f"The MCP server {quoted(name)} gave no result: {error}.{end}", is_error=True)
        # Decoding a large image takes long enough that others would notice.
        return await in_thread(_content, result, connection)

    async def close(self) -> None:
        """Hang up."""
        self._former += self._known.values()
        self._known = {}
        await self._leave_former()

    async def _leave_former(self) -> None:
        former, self._former = self._former, []
        await asyncio.gather(*(each.connection.close() for each in former if each.connection is not None))

    async def _asked(self, name: str) -> list[Json] | Json:
        """Return the server's tools, or the error that says why there are none."""
        try:
            await self._connected(name, is_new_turn=True)
        except NotConnected as error:
            kind = "mcp_authentication_failed_error" if error.status in _REFUSED else "mcp_connection_failed_error"
            told = f"The MCP server {quoted(name)} could not be used: {error}. The session goes on without its tools."
            return {"type": kind, "message": told, "mcp_server_name": name}
        return list(self._known[name].tools)

    async def _connected(self, name: str, *, is_new_turn: bool = False) -> "Connection":
        server = self._known.get(name)
        if server is None:
            raise NotConnected(0, "the agent does not have it any more")
        if is_blocked(server.url, self._networking):
            raise NotConnected(0, f"the network of the environment does not let the agent reach {host_of(server.url)}")
        async with server.connecting:
            connection = server.connection
            if connection is not None and is_new_turn and not connection.is_lost:
                with suppress(NotConnected):
                    await connection.refresh()
                    server.tools = await in_thread(_listed, connection.listing)
            if connection is None or connection.is_lost:
                connection = await self._connect(server)
            return connection

    async def _connect(self, server: _Server) -> "Connection":
        if server.connection is not None:
            await server.connection.close()
        made = await in_thread(_speaker)
        connection = made(server.url, self._outbound, _Bearer(server.url, self._credentials), self._patience)
        server.connection = connection
        await connection.open()
        server.tools = await in_thread(_listed, connection.listing)
        return connection


def _speaker() -> "type[Connection]":
    from agentops.engine.tools.mcp.connection import Connection  # noqa: PLC0415 - most sessions have no servers

    return Connection


def _listed(tools: Sequence[Json]) -> list[Json]:
    from agentops.engine.tools.mcp.listing import definitions  # noqa: PLC0415 - as above

    return definitions(tools)


def _content(result: Json, connection: "Connection") -> Outcome:
    from agentops.engine.tools.mcp.content import outcome  # noqa: PLC0415 - as above

    return outcome(result, connection.mask)
