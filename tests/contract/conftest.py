"""Servers to test against: SQLite and Postgres, each by the sync SDK over a socket and by the async SDK in process."""

import asyncio
import os
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

import httpx2
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from agentops.base.clock import ManualClock, SystemClock, timestamp
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.core.memories import Content, Memory
from agentops.engine.listener import Address, Listener
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.memories import Memories
from agentops.engine.store.port import Transaction
from tests.conftest import empty_postgres, made_database

from .repertoire import PLAYS
from .sdk import Api, Door, open_async, open_sync
from .stage import Stage, opened

KEY = "sk-contract-tests-0123456789"
VAULT_KEY = Secret(b64encode(b"contract tests share a database.").decode())
"""Engines of one database seal with one key, whatever their data folders."""

RESTORED = os.environ.get("AGENTOPS_CONTRACT_DATA", "")
"""A server's data to hold against the suite, in a copy, in place of an empty database: what a backup came to, say."""

WAYS = {
    "default": ("sync-sqlite", "async-postgres"),
    "every_way": ("sync-sqlite", "async-sqlite", "sync-postgres", "async-postgres"),
    "stateless": ("sync-sqlite", "async-sqlite"),
    "in_process": ("async-sqlite", "async-postgres"),
}
"""Which ways a test takes, by its marker; transport and database do not know of each other, so each is met once."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "every_way: takes each transport to each database")
    config.addinivalue_line(
        "markers", "stateless: about requests and answers, so one database is enough, and rows take turns"
    )
    config.addinivalue_line("markers", "in_process: sends so much that one transport is enough")


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> Iterator[None]:
    """Send the rows of a table about requests and answers by turns over one transport and the other.

    What refuses a row is the same code behind both; that each transport carries refusals is seen by its half.
    """
    if "api" in metafunc.fixturenames:
        mark = next(filter(metafunc.definition.get_closest_marker, WAYS), "default")
        marked = [pytest.param(way, marks=[pytest.mark.postgres] if "postgres" in way else []) for way in WAYS[mark]]
        metafunc.parametrize("api", marked, indirect=True)
    yield
    if metafunc.definition.get_closest_marker("stateless"):
        metafunc._calls[:] = [call for call in metafunc._calls if _has_its_turn(call.id, call.params)]


def _has_its_turn(call: str, params: Mapping[str, object]) -> bool:
    if len(params) == 1:
        return True
    way = str(params["api"])
    row = call.replace(way, "")  # its turn is its own: a row that is run alone goes the same way
    return WAYS["stateless"].index(way) == crc32(row.encode()) % 2


@pytest.fixture(scope="session")
def clock() -> ManualClock:
    """The clock of every server; it only moves forward, and begins when all that there is has been made."""
    if RESTORED:
        return ManualClock(SystemClock().now() + timedelta(days=1))
    return ManualClock(datetime(2026, 11, 21, 12, tzinfo=UTC))


@dataclass(frozen=True)
class Server:
    """One engine, with the two ways to it."""

    engine: Engine
    over_socket: Door
    in_process: Door


class Servers:
    """The engines of a test run, each opened on first use, in a thread with an event loop of its own."""

    def __init__(self, stack: ExitStack, start: Callable[[str], AbstractAsyncContextManager[Server]]) -> None:
        self._stack = stack
        self._start = start
        self._portal = stack.enter_context(start_blocking_portal())
        self._servers: dict[str, Server] = {}
        self._apis: dict[str, Api] = {}

    def run(self, work: Any) -> Any:
        """Return what the coroutine returns."""
        return self._portal.call(lambda: work)

    def server(self, way: str) -> Server:
        database = way.rpartition("-")[2]
        if database not in self._servers:
            starting = self._portal.wrap_async_context_manager(self._start(database))
            self._servers[database] = self._stack.enter_context(starting)
        return self._servers[database]

    def api(self, way: str) -> Api:
        if way not in self._apis:
            server = self.server(way)
            is_sync = way.startswith("sync")
            api, close = open_sync(server.over_socket) if is_sync else open_async(server.in_process, self.run)
            self._stack.callback(close)
            self._apis[way] = api
        return self._apis[way]


@pytest.fixture(scope="session")
def servers(
    request: pytest.FixtureRequest, clock: ManualClock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Servers]:
    """Every server of this run; all of them close with it."""
    with ExitStack() as stack:
        yield new_servers(stack, request, clock, tmp_path_factory)


def new_servers(
    stack: ExitStack, request: pytest.FixtureRequest, clock: ManualClock, folders: pytest.TempPathFactory
) -> Servers:
    """Return servers, each with a database of its own once it is asked for."""

    def start(database: str) -> AbstractAsyncContextManager[Server]:
        folder = folders.mktemp(database)
        vault_key = VAULT_KEY
        if database == "sqlite":
            url = f"sqlite:///{folder}/engine.db"
        else:
            url = made_database(request.getfixturevalue("postgres_server"))
        if RESTORED and database == "sqlite":
            shutil.copytree(RESTORED, folder, dirs_exist_ok=True)
            vault_key = None
        settings = Settings(
            database=url, data=folder, port=0, api_key=Secret(KEY), vault_key=vault_key, allow_loopback=True
        )
        return served(settings, clock)

    return Servers(stack, start)


@asynccontextmanager
async def served(settings: Settings, clock: ManualClock) -> AsyncIterator[Server]:
    """Run one engine, on a loopback port too."""
    engine = build(settings, clock=clock, ids=RandomIds())
    started: asyncio.Future[Address] = asyncio.get_running_loop().create_future()
    listener = Listener(engine, started.set_result)
    async with engine:
        serving = asyncio.create_task(listener.run_until_stopped())
        either: list[asyncio.Future[Any]] = [serving, started]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
        address = await started
        in_process = Door("http://engine.test", KEY, httpx2.ASGITransport(app=engine.app))
        yield Server(engine, Door(address.url, KEY), in_process)
        listener.stop()
        await serving


@pytest.fixture
def api(request: pytest.FixtureRequest, servers: Servers, clock: ManualClock) -> Api:
    """One way to one server; what a test makes is newer than anything made before it."""
    clock.advance(timedelta(seconds=1))
    found = servers.api(request.param)
    found.exchanges.clear()
    return found


@pytest.fixture
def crowd(request: pytest.FixtureRequest, api: Api, servers: Servers, clock: ManualClock) -> Callable[[str, int], None]:
    """Return what fills a store with memories, `/0.md` and on, below the API: thousands of requests would take long."""
    engine = servers.server(request.node.callspec.params["api"]).engine

    def fill(store_id: str, count: int) -> None:
        def work(tx: Transaction) -> None:
            there = Memories(tx, engine.settings.workspace, store_id)
            now, empty = timestamp(clock.now()), Content.of("")
            for number in range(count):
                name = (f"mem_{store_id}_{number}", f"/{number}.md", f"memver_{store_id}_{number}")
                there.insert(Memory(*name, empty.sha256, empty.size_bytes, now, now, empty.json))

        servers.run(engine._database.write(work))

    return fill


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """A thread with an event loop, for engines that run sessions and for those who watch them."""
    with start_blocking_portal() as running:
        yield running


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def stage(
    request: pytest.FixtureRequest, portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory, clock: ManualClock
) -> Iterator[Stage]:
    """A server that runs sessions, one for each database, which it shares with nobody."""
    data = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{data}/engine.db"
        else:
            url = stack.enter_context(empty_postgres(request.getfixturevalue("postgres")))
        settings = Settings(database=url, data=data, port=0, vault_key=VAULT_KEY, allow_loopback=True)
        yield stack.enter_context(portal.wrap_async_context_manager(opened(settings, clock, list(PLAYS.values()))))
