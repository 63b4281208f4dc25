"""A real token endpoint and a real MCP server behind it, on a loopback port, for credentials to be tried against."""

import asyncio
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from agentops.engine.listener import bound


@dataclass
class OAuthServer:
    """What it accepts, and what it was asked. Refresh tokens are good once, as OAuth 2.1 wants them."""

    url: str = ""
    access: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=set)
    client_secret: str = "secret-client: ü&"
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)

    def app(self) -> Starlette:
        routes = [
            Route("/mcp", self.mcp, methods=["POST"]),
            Route("/tools-refused", self.tools_refused, methods=["POST"]),
            Route("/token", self.token, methods=["POST"]),
            Route("/huge", huge, methods=["POST"]),
            Route("/echo/{status:int}", echo, methods=["POST"]),
            Route("/elsewhere", lambda _: RedirectResponse("/mcp", 307), methods=["POST"]),
        ]
        return Starlette(routes=routes)

    async def mcp(self, request: Request) -> Response:
        method = (await request.json())["method"]
        self.asked.append(method)
        if request.headers["authorization"].removeprefix("Bearer ") not in self.access:
            return JSONResponse({"error": "invalid_token"}, 401)
        if method != "initialize" and request.headers.get("mcp-session-id") != "session-1":
            return PlainTextResponse("no session", 400)
        return JSONResponse({"jsonrpc": "2.0", "id": 1, "result": {}}, headers={"mcp-session-id": "session-1"})

    async def tools_refused(self, request: Request) -> Response:
        refused = (await request.json())["method"] == "tools/list"
        return PlainTextResponse("not these tools", 403) if refused else Response(status_code=202)

    async def token(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        self.forms.append(form)
        secret = form.get("client_secret", [""])[0]
        if basic := request.headers.get("authorization"):
            name, _, secret = b64decode(basic.removeprefix("Basic ")).decode().partition(":")
            form["client_id"], secret = [name], parse_qs(f"s={secret}")["s"][0]
        if form["client_id"] != ["client"] or (secret and secret != self.client_secret):
            return JSONResponse({"error": "invalid_client"}, 401)
        old = form["refresh_token"][0]
        if old not in self.refresh:
            return JSONResponse({"error": "invalid_grant", "error_description": f"{old} is void"}, 400)
        self.refresh.remove(old)
        self.refresh.add(f"{old}+")
        self.access.add(f"{old}-access")
        return JSONResponse({"access_token": f"{old}-access", "refresh_token": f"{old}+", "expires_in": 3600})


async def huge(_request: Request) -> Response:
    """Answer with far more than anybody wants to read."""
    return PlainTextResponse("x" * 1024 * 1024, 500)


async def echo(request: Request) -> Response:
    """Answer with everything that was sent: what a careless server's error page does."""
    body = (await request.body()).decode()
    text = f"{request.headers.get('authorization')} {body} {'padding ' * 2000}"
    return PlainTextResponse(text, request.path_params["status"])


@contextmanager
def running() -> Iterator[OAuthServer]:
    """Run the server until the end of the block."""
    server = OAuthServer()
    listening = bound("127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        server.app(), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    run = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(run.serve(sockets=[listening])))
    thread.start()
    yield server
    run.should_exit = True
    thread.join()
