"""A real MCP server of the official SDK on a loopback port, with a doorkeeper who can be told what to do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import uvicorn
from mcp import types
from mcp.server.lowlevel.server import Server
from mcp.server.sse import SseServerTransport
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from agentops.engine.listener import bound

Kind = Literal["modern", "handshake", "sse"]
"""Without sessions as of 2026-07-28; with them as before; and as in 2024, over SSE."""

Answer = Callable[[dict[str, Any]], Awaitable[types.CallToolResult]]
Door = Callable[[Request], Awaitable[Response | None]]

ANYTHING = {"type": "object"}


def said(*words: str, **fields: Any) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=each) for each in words], **fields)


@dataclass
class McpServer:
    """What it offers, whom it lets in, and who came."""

    kind: Kind = "modern"
    tools: list[types.Tool] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    accepted: set[str] | None = None
    """Tokens; None lets everybody in."""

    door: Door | None = None
    """Answers instead of the server, where it wants to."""

    shown: list[str | None] = field(default_factory=list)
    """The `authorization` of each request."""

    url: str = ""
    _uvicorn: Any = None
    _serving: Any = None

    def tool(self, name: str, schema: dict[str, Any] | None = None, **fields: Any) -> Callable[[Answer], Answer]:
        self.tools.append(types.Tool(name=name, input_schema=schema or ANYTHING, **fields))

        def enter(answer: Answer) -> Answer:
            self.answers[name] = answer
            return answer

        return enter

    async def start(self, port: int = 0) -> None:
        listening = bound("127.0.0.1", port)
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
        config = uvicorn.Config(self._app(), log_config=None, access_log=False, timeout_graceful_shutdown=0)
        self._uvicorn = _Quiet(config)
        self._serving = asyncio.ensure_future(self._uvicorn.serve(sockets=[listening]))
        await self._uvicorn.is_up.wait()

    async def stop(self) -> None:
        """Die with everything that is open."""
        if self._uvicorn is not None:
            self._uvicorn.should_exit = True
            await self._serving
            self._uvicorn = None

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2].partition("/")[0])

    def _app(self) -> Any:
        server: Server[Any] = Server("tickets", on_list_tools=self._list, on_call_tool=self._call)
        inner = _over_sse(server) if self.kind == "sse" else server.streamable_http_app()

        async def app(scope: Any, receive: Any, send: Any) -> None:
            refusal = await self._judged(Request(scope, receive)) if scope["type"] == "http" else None
            await (refusal or inner)(scope, receive, send)

        return app

    async def _judged(self, request: Request) -> Response | None:
        shown = request.headers.get("authorization")
        self.shown.append(shown)
        if self.door is not None and (answer := await self.door(request)) is not None:
            return answer
        if self.accepted is not None and (shown or "").removeprefix("Bearer ") not in self.accepted:
            return PlainTextResponse(f"{shown} is not good", 401)
        # A server of before 2026 does not know the question that newer clients ask first.
        is_new = request.headers.get("mcp-protocol-version", "") >= "2026"
        return PlainTextResponse("what is that?", 400) if self.kind == "handshake" and is_new else None

    async def _list(self, _context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=self.tools)

    async def _call(self, _context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        return await self.answers[params.name](params.arguments or {})


class _Quiet(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    def install_signal_handlers(self) -> None:
        """Leave signals to the test."""


def _over_sse(server: Server[Any]) -> Starlette:
    transport = SseServerTransport("/messages/")

    async def stream(request: Request) -> Response:
        async with transport.connect_sse(request.scope, request.receive, request._send) as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())
        return Response()

    return Starlette(
        routes=[Route("/mcp", stream, methods=["GET"]), Mount("/messages/", transport.handle_post_message)]
    )


@asynccontextmanager
async def serving(kind: Kind = "modern", **fields: Any) -> AsyncIterator[McpServer]:
    server = McpServer(kind, **fields)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
