"""MCP servers of every age, connected to, called, and survived: real ones of the official SDK."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from mcp import types
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agentops.base.secrets import Secret
from agentops.engine.core.json import Json
from agentops.engine.outbound import Outbound
from agentops.engine.tools.mcp.port import Patience
from agentops.engine.tools.mcp.servers import McpServers
from agentops.engine.tools.port import Invocation, Offer, Outcome
from tests.mcp_server import McpServer, said, serving

pytestmark = pytest.mark.anyio


@dataclass
class Vault:
    """What is sent, and what comes in place of what was refused."""

    sent: str | None = None
    fresh: str | None = None
    asked: list[str] = field(default_factory=list)

    async def token(self, url: str) -> Secret | None:
        self.asked.append(url)
        return Secret(self.sent) if self.sent else None

    async def renewed(self, url: str, refused: Secret) -> Secret | None:
        assert refused.reveal() == self.sent
        self.sent = self.fresh
        return Secret(self.fresh) if self.fresh else None


@dataclass
class Session:
    """The servers of one session."""

    servers: McpServers

    async def offer(self) -> Offer:
        return await self.servers.offer()

    async def call(self, tool: str, **given: Any) -> Outcome:
        return await self.servers.run(Invocation("sevt_1", tool, given, "tickets"))

    async def told(self, tool: str, **given: Any) -> str:
        outcome = await self.call(tool, **given)
        return ("! " if outcome.is_error else "") + "\n".join(
            each.get("text", each["type"]) for each in outcome.content
        )

    async def trouble(self) -> Json:
        (trouble,) = (await self.offer()).troubles
        assert trouble["mcp_server_name"] == "tickets"
        return trouble


@asynccontextmanager
async def session(
    url: str,
    vault: Vault | None = None,
    patience: Patience | None = None,
    networking: Json | None = None,
    outbound: Outbound | None = None,
) -> AsyncIterator[Session]:
    servers = McpServers(outbound or Outbound(allow_loopback=True), vault or Vault(), patience)
    servers.know({"mcp_servers": [{"name": "tickets", "url": url}]}, networking)
    yield Session(servers)
    await servers.close()


def with_close(server: McpServer) -> McpServer:
    schema = {"type": "object", "properties": {"ticket": {"type": "integer"}}, "required": ["ticket"]}

    @server.tool("close", schema, description="Close a ticket.")
    async def close(given: dict[str, Any]) -> types.CallToolResult:
        return said(f"closed {given['ticket']}")

    return server


@pytest.mark.parametrize("kind", ["modern", "handshake", "sse"])
async def test_tools_are_listed_and_called_whatever_the_server_speaks(kind: Any) -> None:
    async with serving(kind, accepted={"token"}) as server, session(with_close(server).url, Vault("token")) as mine:
        offer = await mine.offer()
        assert offer.troubles == ()
        ((tool,),) = offer.tools.values()
        assert (tool["name"], tool["description"]) == ("close", "Close a ticket.")
        assert tool["input_schema"]["required"] == ["ticket"]
        assert await mine.told("close", ticket=7) == "closed 7"
        assert (await mine.told("open")).startswith('! The MCP server "tickets" gave no result: ')
        assert set(server.shown) == {"Bearer token"}


async def test_a_call_connects_by_itself() -> None:
    """A call that a person agreed to comes before the turn's first request."""
    async with serving() as server, session(with_close(server).url) as mine:
        assert await mine.told("close", ticket=7) == "closed 7"
        assert set(server.shown) == {None}


@pytest.mark.parametrize("kind", ["modern", "handshake"])
async def test_a_server_that_died_is_told_of_and_found_again(kind: Any) -> None:
    async with serving(kind) as server, session(with_close(server).url) as mine:
        assert (await mine.offer()).tools
        await server.stop()
        assert (await mine.told("close", ticket=7)).startswith("! The MCP server")
        assert (await mine.trouble())["type"] == "mcp_connection_failed_error"
        assert "cannot be reached" in await mine.told("close", ticket=7)
        await server.start(server.port)
        assert (await mine.offer()).troubles == ()
        assert await mine.told("close", ticket=7) == "closed 7"


async def test_the_tools_are_asked_for_again_at_each_turn() -> None:
    async with serving("handshake") as server, session(with_close(server).url) as mine:
        await mine.offer()
        server.tool("open")(server.answers["close"])
        assert [each["name"] for each in (await mine.offer()).tools["tickets"]] == ["close", "open"]


async def test_a_server_that_hangs_is_waited_for_only_so_long() -> None:
    async def hang(_given: Any) -> Any:
        await asyncio.Event().wait()

    async def shut(_request: Request) -> Response | None:
        await asyncio.Event().wait()
        return None

    async with serving() as server:
        server.tool("hang")(hang)
        async with session(server.url, patience=Patience(call_s=0.2)) as mine:
            told = await mine.told("hang")
            assert told.endswith("It is not known what the call did; find out before you call it again.")
        server.door = shut
        async with session(server.url, patience=Patience(connect_s=0.2)) as mine:
            assert "it did not answer in time" in (await mine.trouble())["message"]


@pytest.mark.parametrize("kind", ["modern", "handshake", "sse"])
async def test_a_call_that_is_cancelled_is_cancelled_there_too(kind: Any) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def work(_given: Any) -> Any:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with serving(kind) as server, session(with_close(server).url) as mine:
        server.tool("work")(work)
        calling = asyncio.ensure_future(mine.call("work"))
        await began.wait()
        calling.cancel()
        await ended.wait()
        assert await mine.told("close", ticket=7) == "closed 7"


async def test_a_refused_credential_is_told_of_without_it() -> None:
    async with serving(accepted={"good"}) as server, session(with_close(server).url, Vault("bad-token")) as mine:
        trouble = await mine.trouble()
        assert trouble["type"] == "mcp_authentication_failed_error"
        assert trouble["message"] == (
            'The MCP server "tickets" could not be used: it answered 401. The session goes on without its tools.'
        )
        assert "bad-token" not in await mine.told("close", ticket=7)
        assert len(server.shown) == 4, "a refusal is no reason to try the old way"


async def test_a_refused_credential_is_renewed_once_and_the_call_goes_on() -> None:
    async with serving(accepted={"good"}) as server, session(with_close(server).url, Vault("old", "good")) as mine:
        assert (await mine.offer()).troubles == ()
        server.accepted = {"better"}
        mine.servers._credentials.fresh = "better"  # type: ignore[attr-defined]  # a Vault of this file
        assert await mine.told("close", ticket=7) == "closed 7"


async def test_a_credential_that_the_server_repeats_is_masked() -> None:
    async def repeat(_given: Any) -> types.CallToolResult:
        return said(f"you sent {server.shown[-1]}", is_error=True)

    async with serving() as server, session(server.url, Vault("secret-token")) as mine:
        server.tool("repeat")(repeat)
        assert await mine.told("repeat") == "! you sent Bearer •••"


@pytest.mark.parametrize(
    ("networking", "problem"),
    [
        ({"type": "limited", "allow_mcp_servers": True, "allowed_hosts": []}, None),
        ({"type": "limited", "allow_mcp_servers": False, "allowed_hosts": ["127.0.0.1"]}, None),
        (
            {"type": "limited", "allow_mcp_servers": False, "allowed_hosts": ["example.com"]},
            "the network of the environment does not let the agent reach 127.0.0.1",
        ),
    ],
)
async def test_the_network_of_the_environment_holds(networking: Json, problem: str | None) -> None:
    async with serving() as server, session(with_close(server).url, networking=networking) as mine:
        if problem is None:
            assert (await mine.offer()).tools
        else:
            assert problem in (await mine.trouble())["message"]
            assert problem in await mine.told("close", ticket=7)
            assert not server.shown


async def test_only_public_addresses_are_dialled() -> None:
    async with serving() as server, session(with_close(server).url, Vault("token"), outbound=Outbound()) as mine:
        assert "it is not a public address" in (await mine.trouble())["message"]
        assert not server.shown


async def test_nobody_is_led_elsewhere() -> None:
    async def away(_request: Request) -> Response | None:
        return RedirectResponse(other.url, 307)

    async with serving() as other, serving(door=away) as server, session(server.url, Vault("token")) as mine:
        assert (await mine.trouble())["type"] == "mcp_connection_failed_error"
        assert not other.shown


async def test_an_answer_is_read_to_a_bound() -> None:
    async def door(request: Request) -> Response | None:
        is_call = request.headers.get("mcp-method") == "tools/call"
        return Response(b" " * 9 * 1024 * 1024, media_type="application/json") if is_call else None

    async with serving(door=door) as server, session(with_close(server).url) as mine:
        assert "longer than 8388608 bytes" in await mine.told("close", ticket=7)
        server.door = None
        assert await mine.told("close", ticket=7) == "closed 7"


async def test_a_compressed_answer_is_not_unpacked() -> None:
    async def door(_request: Request) -> Response | None:
        return Response(b"\x1f\x8b", headers={"content-encoding": "gzip"}, media_type="application/json")

    async with serving(door=door) as server, session(server.url) as mine:
        assert "DecodingError" in (await mine.trouble())["message"]


async def test_what_a_tool_answers_against_its_own_schema_is_told_all_the_same() -> None:
    """Its patterns are the server's, and matching one may take for ever."""
    hostile = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}

    async def lie(_given: Any) -> types.CallToolResult:
        return types.CallToolResult(content=[], structured_content={"a": "a" * 64 + "!"})

    async with serving() as server, session(server.url) as mine:
        server.tool("lie", output_schema=hostile)(lie)
        assert (await mine.told("lie")).startswith('{"a":"aaa')


async def test_an_agent_that_changes_has_other_servers() -> None:
    async with serving() as server, serving() as other, session(with_close(server).url) as mine:
        await mine.offer()
        mine.servers.know({"mcp_servers": [{"name": "notes", "url": with_close(other).url}]}, None)
        assert list((await mine.offer()).tools) == ["notes"]
        assert "does not have it any more" in await mine.told("close", ticket=7)
