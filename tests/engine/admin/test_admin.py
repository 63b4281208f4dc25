"""The admin port: alive as long as the loop turns, ready only while requests are welcome."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import psycopg
import pytest
from psycopg_pool.base import AttemptWithBackoff

from agentops.base.clock import ManualClock
from agentops.base.errors import UsageError
from agentops.base.ids import RandomIds
from agentops.engine.admin import health, port
from agentops.engine.admin.port import AdminPort
from agentops.engine.instruments import Instruments
from agentops.engine.listener import Address
from agentops.engine.metrics import standing
from agentops.engine.metrics.families import Families
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from tests.conftest import made_database
from tests.engine.metrics.town import samples, town

pytestmark = pytest.mark.anyio
TURNS = [{"say": "Done."}]


async def test_a_server_that_runs_is_ready(settings: Settings, clock: ManualClock) -> None:
    async with town(settings, clock, TURNS) as there:
        assert (await there.http.get(f"{there.admin.address.url}/livez")).text == "ok\n"
        answer = await there.http.get(f"{there.admin.address.url}/readyz")
        assert answer.status_code == 200
        assert answer.json()["status"] == "ready"
        assert {name: each["ok"] for name, each in answer.json()["checks"].items()} == dict.fromkeys(
            ["draining", "database", "migrations", "sessions"], True
        )


async def test_it_is_not_ready_before_it_is_open_nor_after_it_is_closed(tmp_path: Path, clock: ManualClock) -> None:
    async with _shut(tmp_path, clock) as (engine, admin), httpx2.AsyncClient(base_url=admin.address.url) as http:
        assert (await _ready(http)) == (503, "starting")
        assert (await http.get("/livez")).status_code == 200
        assert "agentops_build_info" in (await http.get("/metrics")).text
        async with engine:
            assert (await _ready(http)) == (200, "ready")
            engine.retire()
            assert (await _ready(http)) == (503, "draining")
            assert "agentops_server_draining 1.0" in (await http.get("/metrics")).text
        assert (await _ready(http)) == (503, "draining")


@pytest.mark.postgres
async def test_a_postgres_that_is_lost_is_told_and_found_again(
    tmp_path: Path, clock: ManualClock, postgres_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AttemptWithBackoff, "INITIAL_DELAY", 0.05)  # doubled with each try that fails
    for each in (health, standing):
        monkeypatch.setattr(each, "_PATIENCE_S", 0.3)
    url = made_database(postgres_server)
    async with _open(tmp_path, clock, url) as (_, _, http):
        with _out_of_reach(postgres_server.get_uri(), url):
            assert await _seen(http) == (503, "failing", False, 0.0)
            assert (await http.get("/livez")).status_code == 200
        async with asyncio.timeout(60):
            # The pool of connections tries again when it does.
            while await _seen(http) != (200, "ready", True, 1.0):
                clock.advance(timedelta(minutes=1))


async def test_a_file_that_is_damaged_is_told_and_what_is_counted_here_still_is(
    tmp_path: Path, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with _open(tmp_path, clock) as (_, _, http):
        assert await _seen(http) == (200, "ready", True, 1.0)
        for each in ("engine.db", "engine.db-wal"):
            (tmp_path / each).write_bytes(b"mess" * 5_000)
        with (tmp_path / "engine.db-shm").open("r+b") as index:
            index.write(bytes(136))  # its header: whoever reads next believes no page that it still has
        clock.advance(timedelta(minutes=1))
        assert await _seen(http) == (503, "failing", False, 0.0)
        assert "agentops_sessions{" not in (answer := await http.get("/metrics")).text
        assert 'agentops_database_errors_total{kind="other"}' in answer.text
        assert "malformed" not in (await http.get("/readyz")).text
    assert "the file of the database cannot be used: " in caplog.text


async def test_nothing_is_told_of_a_database_that_is_closed(tmp_path: Path, clock: ManualClock) -> None:
    async with _shut(tmp_path, clock) as (engine, admin), httpx2.AsyncClient(base_url=admin.address.url) as http:
        async with engine:
            assert 'agentops_sessions{status="idle"} 0.0' in (await http.get("/metrics")).text
        closed = (await http.get("/metrics")).text
        assert "agentops_database_up 0.0" in closed
        assert "agentops_sessions{" not in closed


async def test_a_clock_that_is_set_back_keeps_no_old_numbers(tmp_path: Path, clock: ManualClock) -> None:
    async with _open(tmp_path, clock) as (_, admin, http):
        await http.get("/metrics")
        first = admin._exposition._standing._census
        clock.advance(timedelta(hours=-1))
        await http.get("/metrics")
        assert admin._exposition._standing._census is not first


async def test_who_connects_and_says_nothing_keeps_no_probe_out_for_long(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "_LIFE_S", 0.2)
    async with _shut(tmp_path, clock) as (_, admin), httpx2.AsyncClient(base_url=admin.address.url) as http:
        crowd = [await asyncio.open_connection("127.0.0.1", admin.address.port) for _ in range(100)]
        assert len(admin._server.server_state.connections) <= 32
        # Each is closed by the server, those over the limit at once: no more files are held than there is room for.
        async with asyncio.timeout(10):
            assert {await _end(reader) for reader, _ in crowd} == {b""}
        assert (await http.get("/livez")).status_code == 200
        for _, writer in crowd:
            writer.close()


async def test_those_who_scrape_at_once_share_a_text(tmp_path: Path, clock: ManualClock) -> None:
    async with _open(tmp_path, clock) as (_, admin, _):
        exposition = admin._exposition
        texts = [text for _, text in await asyncio.gather(*(exposition.told("") for _ in range(20)))]
        assert all(each is texts[0] for each in texts)
        assert (await exposition.told(""))[1] is not texts[0]
        assert (await exposition.told("application/openmetrics-text"))[1].endswith(b"# EOF\n")


async def test_scrapes_read_the_database_once_in_a_while(tmp_path: Path, clock: ManualClock) -> None:
    async with _open(tmp_path, clock) as (_, admin, http):
        before = admin._exposition._standing._looked_at
        await asyncio.gather(*(http.get("/metrics") for _ in range(20)))
        first = admin._exposition._standing._census
        clock.advance(timedelta(seconds=4))
        await http.get("/metrics")
        assert admin._exposition._standing._census is first
        clock.advance(timedelta(seconds=2))
        await http.get("/metrics")
        assert before is None
        assert admin._exposition._standing._census is not first


async def test_only_its_addresses_are_answered_and_only_read(tmp_path: Path, clock: ManualClock) -> None:
    async with _shut(tmp_path, clock) as (_, admin), httpx2.AsyncClient(base_url=admin.address.url) as http:
        assert (await http.get("/v1/agents")).status_code == 404
        assert (await http.post("/readyz")).status_code == 405
        answer = await http.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
        assert answer.headers["content-type"].startswith("application/openmetrics-text")
        assert answer.text.endswith("# EOF\n")


async def test_a_port_in_use_is_refused_by_name(tmp_path: Path, clock: ManualClock) -> None:
    async with _shut(tmp_path, clock) as (engine, admin):
        other = AdminPort(engine, Families((), "sqlite"), clock, admin.address)
        with pytest.raises(UsageError, match=f"127.0.0.1:{admin.address.port} cannot be listened on") as refused:
            await other.__aenter__()
        assert refused.value.hint.startswith("Choose another --admin-port ")


class _shut:  # noqa: N801 - reads as a sentence
    """A closed engine, and its admin port."""

    def __init__(self, folder: Path, clock: ManualClock, url: str = "") -> None:
        settings = Settings(url or f"sqlite:///{folder / 'engine.db'}", folder)
        families = Families((), settings.database.partition(":")[0])
        parts = Instruments(families)
        self.engine = build(settings, clock=clock, ids=RandomIds(), instruments=parts)
        self.admin = AdminPort(self.engine, families, clock, Address("127.0.0.1", 0))

    async def __aenter__(self) -> tuple[Engine, AdminPort]:
        return self.engine, await self.admin.__aenter__()

    async def __aexit__(self, *how: object) -> None:
        await self.admin.__aexit__(*how)


@asynccontextmanager
async def _open(
    folder: Path, clock: ManualClock, url: str = ""
) -> AsyncIterator[tuple[Engine, AdminPort, httpx2.AsyncClient]]:
    async with (
        _shut(folder, clock, url) as (engine, admin),
        engine,
        httpx2.AsyncClient(base_url=admin.address.url) as http,
    ):
        yield engine, admin, http


@contextmanager
def _out_of_reach(server: str, url: str) -> Iterator[None]:
    """Cut every connection to a database, and let nobody in until the end of the block."""
    name = urlsplit(url).path.removeprefix("/")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


async def _end(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def _seen(http: httpx2.AsyncClient) -> tuple[int, str, bool, float]:
    """Return what a probe and a scrape are told."""
    answer = await http.get("/readyz", timeout=30)
    scraped = await http.get("/metrics", timeout=30)
    assert scraped.status_code == 200
    up = samples(scraped.text)["agentops_database_up", ()]
    return answer.status_code, answer.json()["status"], answer.json()["checks"]["database"]["ok"], up


async def _ready(http: httpx2.AsyncClient) -> tuple[int, str]:
    answer = await http.get("/readyz")
    return answer.status_code, answer.json()["status"]
