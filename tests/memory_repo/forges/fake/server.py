"""The fake forge: a server on a loopback port that speaks three vendors' APIs and git, over one state.

::

    async with fake_forge(tmp_path) as forge:            # or the fixture `forge`
        forge.kept.commit("main", {"README.md": "hello\\n"})
        forge.url, forge.token                           # for git
        async with forge.speaking("github") as port:     # the Forge port, as production makes it
            ...
        forge.naps                                       # what it has waited, without anybody waiting
        forge.faults.plan(Lost(), on="open")             # deeds: see `faults`
        forge.kept.pulls, forge.kept.statuses            # what there is
        forge.requests                                   # what was asked, and how it was answered
"""

import asyncio
import json
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx2
import uvicorn

from agentops.base.clock import ManualClock
from agentops.base.secrets import Secret
from agentops.engine.listener import bound
from agentops.memory_repo.forges import finding
from agentops.memory_repo.forges.hosted import HostedForge
from agentops.memory_repo.forges.http import Client
from tests.memory_repo.forges.fake.answering import Answering
from tests.memory_repo.forges.fake.faults import Dropped, Faults
from tests.memory_repo.forges.fake.repository import Kept
from tests.memory_repo.forges.fake.speech import Reply

FACES = ("github", "gitea", "gitlab")
TOKEN = "t0ken-of-the-fake-forge-9f3a"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request, and how it was answered."""

    deed: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int


@dataclass(slots=True)
class FakeForge:
    """One repository on the forge, and all that a test plans and looks at."""

    kept: Kept
    where: str
    """`http://127.0.0.1:PORT`."""

    clock: ManualClock
    faults: Faults = field(default_factory=Faults)
    token: Secret = field(default_factory=lambda: Secret(TOKEN))
    requests: list[Seen] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    """Where a request or an answer is not as the vendor's document says."""

    is_slow: Callable[[], None] = lambda: None
    """Told when an answer will never come, so that nobody waits for real."""

    naps: list[float] = field(default_factory=list)
    """What a client of `speaking` has waited, without anybody waiting."""

    @property
    def url(self) -> str:
        """Return the address of the repository."""
        return f"{self.where}/{self.kept.path}.git"

    @property
    def deeds(self) -> list[str]:
        """Return what was asked for, in order."""
        return [each.deed for each in self.requests]

    @asynccontextmanager
    async def speaking(self, face: str, *, token: Secret | None = None) -> AsyncIterator[HostedForge]:
        """Open the port on a face of the forge; what is planned to be slow is given up at once."""
        place = finding.place_of(self.url, face)
        site = finding.site_of(place, token or self.token)
        impatient = Impatient()
        self.is_slow = impatient.give_up
        async with Client(site, sleep=self._nap, clock=self.clock, transport=impatient) as client:
            yield HostedForge(client, finding.dialect_of(place))

    async def _nap(self, seconds: float) -> None:
        self.naps.append(seconds)


class Impatient(httpx2.AsyncHTTPTransport):
    """A connection that times out when it is told to, not when a clock says so: a busy machine changes nothing."""

    def __init__(self) -> None:
        """Open nothing."""
        super().__init__(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self._loop = asyncio.get_running_loop()
        self._given_up = self._loop.create_future()

    def give_up(self) -> None:
        """Let the request that is under way time out. May be called from another thread."""
        self._loop.call_soon_threadsafe(lambda: self._given_up.done() or self._given_up.set_result(None))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it, and wait for the answer or for the end of patience."""
        self._given_up = self._loop.create_future()
        sending = asyncio.ensure_future(super().handle_async_request(request))
        await asyncio.wait({sending, self._given_up}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            return sending.result()
        sending.cancel()
        await asyncio.wait({sending})
        raise httpx2.ReadTimeout("nothing came", request=request)


class Server:
    """The forge's server, in a thread with a loop of its own; any number of repositories live there."""

    def __init__(self) -> None:
        """Take a port; nobody answers there yet."""
        self._socket = bound("127.0.0.1", 0)
        self.where = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.forges: dict[str, FakeForge] = {}
        self.moved: dict[str, str] = {}
        """Where repositories are that were renamed."""

        self._answering = Answering(self.forges, self.moved)
        config = uvicorn.Config(
            self._app,
            interface="asgi3",
            lifespan="off",
            log_level="critical",
            access_log=False,
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._uvicorn = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._uvicorn.serve(sockets=[self._socket])))

    def __enter__(self) -> Self:
        """Answer."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._uvicorn.should_exit = True
        self._thread.join()
        self._socket.close()

    def add(self, folder: Path, clock: ManualClock, *, owner: str = "acme", name: str = "") -> FakeForge:
        """Return a new, empty repository in a folder."""
        kept = Kept(owner, name or f"memory-{len(self.forges)}", folder)
        self.forges[kept.path] = forge = FakeForge(kept, self.where, clock)
        return forge

    def rename(self, forge: FakeForge, name: str) -> None:
        """Give a repository another name; the old one redirects."""
        old = forge.kept.path
        del self.forges[old]
        forge.kept.name = name
        self.forges[forge.kept.path] = forge
        self.moved[old] = forge.kept.path

    async def _app(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        path = scope["raw_path"].decode()
        query = scope["query_string"].decode()
        try:
            answered = await self._answering.to(scope["method"], path, query, headers, body)
        except Exception as error:  # noqa: BLE001 - a test must fail with it, not with what the client makes of a 500
            answered = self._answering.failed(error)
        if answered.forge:
            answered.forge.requests.append(
                Seen(answered.deed, scope["method"], path, headers, body, answered.reply.status)
            )
        if answered.dropped is Dropped.NEVER_ANSWERED and answered.forge:
            answered.forge.is_slow()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await _say(send, answered.reply, is_cut=answered.dropped is Dropped.CLOSED)


async def _say(send: Any, reply: Reply, *, is_cut: bool) -> None:
    """Send an answer; one that is cut announces what never comes, so that the server closes the connection."""
    content = reply.content
    if content is None:
        content = b"" if reply.data is None else json.dumps(reply.data).encode()
    kind = {} if reply.content is not None or reply.data is None else {"content-type": "application/json"}
    size = {"content-length": str(len(content) + 1000 if is_cut else len(content))}
    headers = [(name.encode(), value.encode()) for name, value in {**kind, **reply.headers, **size}.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if not is_cut:
        await send({"type": "http.response.body", "body": content})


@contextmanager
def forge_server() -> Iterator[Server]:
    """Run a server until the end of the block."""
    with Server() as running:
        yield running


@asynccontextmanager
async def fake_forge(folder: Path, clock: ManualClock | None = None) -> AsyncIterator[FakeForge]:
    """Run a server with one repository, `acme/memory`, with a first commit on main.

    A test that wants many of them takes the fixtures `forge_server` and `forge`, which share one server.
    """
    from tests.conftest import NOW

    with forge_server() as server:
        forge = server.add(folder / "acme-memory.git", clock or ManualClock(NOW), name="memory")
        forge.kept.commit("main", {"README.md": "Memory.\n"}, "Begin")
        yield forge
        assert not forge.violations, forge.violations
