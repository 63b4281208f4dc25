"""Sandboxes without walls for the tools, and a web server of this machine for the web."""

import asyncio
import itertools
import json
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import agentops.engine.sandbox.inside as program
from agentops.engine.core.json import Json
from agentops.engine.outbound import Outbound
from agentops.engine.sandbox.port import Isolation, SandboxFailed, SandboxSpec
from agentops.engine.tools.builtin import BuiltinTools, Web
from agentops.engine.tools.port import Invocation, Outcome
from agentops.engine.tools.search import WebSearch
from agentops.engine.tools.web import WebFetch

PROGRAM = Path(program.__file__).parent / "__main__.py"


class Unwalled:
    """The tool server as a plain child process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._numbers = itertools.count(1)
        self._pending: dict[Any, asyncio.Future[Json]] = {}
        self._hearing = asyncio.create_task(self._hear())

    async def call(self, request: Json, *, timeout_s: float) -> Json:
        number = next(self._numbers)
        future = self._pending[number] = asyncio.get_running_loop().create_future()
        self._say({**request, "id": number})
        try:
            return await asyncio.wait_for(future, timeout_s)
        except asyncio.CancelledError:
            self._say({"id": f"cancel {number}", "op": "cancel", "target": number})
            raise

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self._hearing

    def _say(self, request: Json) -> None:
        if self.process.returncode is not None:
            raise SandboxFailed("it is gone")
        assert self.process.stdin
        self.process.stdin.write(json.dumps(request).encode() + b"\n")

    async def _hear(self) -> None:
        assert self.process.stdout
        while line := await self.process.stdout.readline():
            answer = json.loads(line)
            future = self._pending.pop(answer.get("id"), None)
            if future and not future.done():
                future.set_result(answer)
        for each in self._pending.values():
            if not each.done():
                each.set_exception(SandboxFailed("it died"))


@dataclass
class Sandboxes:
    """Starts them, as long as it is told that it can."""

    problem: str = ""
    started: list[Unwalled] = field(default_factory=list)

    async def start(self, spec: SandboxSpec) -> Unwalled:
        if self.problem:
            raise SandboxFailed(self.problem)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", str(PROGRAM), stdin=-1, stdout=-1, limit=64 * 1024 * 1024,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "AGENTOPS_ROOT": str(spec.folder)},
        )  # fmt: skip
        assert process.stdout
        assert json.loads(await process.stdout.readline()) == {"ready": True}
        self.started.append(Unwalled(process))
        return self.started[-1]

    async def isolation(self) -> Isolation:
        return Isolation("none", {})


@dataclass
class Kit:
    """A toolbox and what is behind it."""

    tools: BuiltinTools
    sandboxes: Sandboxes
    root: Path

    async def run(self, name: str, given: object = None, /, *, thread: str = "one", **fields: Any) -> Outcome:
        return await self.tools.run(Invocation("sevt_1", name, fields if given is None else given, thread_id=thread))

    async def said(self, name: str, **fields: Any) -> str:
        outcome = await self.run(name, **fields)
        assert [each["type"] for each in outcome.content] == ["text"]
        return str(outcome.content[0]["text"])


@pytest.fixture
async def kit(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Kit]:
    sandboxes = Sandboxes()
    spec = SandboxSpec("sesn_1", tmp_path)
    tools = BuiltinTools(sandboxes, spec, lambda _agent: Web(WebFetch(Outbound(allow_loopback=True)), WebSearch()))
    yield Kit(tools, sandboxes, tmp_path)
    await tools.close()


Answering = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """A web server and what it answers at each path: status, headers, body."""

    url: str
    pages: dict[str, tuple[int, dict[str, str], bytes]]
    asked: list[tuple[str, dict[str, str]]]


@pytest.fixture
def site() -> Iterator[Site]:
    pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            status, headers, body = pages.get(self.path.partition("?")[0], (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # whoever asked has read enough
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", pages, asked)
    server.shutdown()
    thread.join()
    server.server_close()
