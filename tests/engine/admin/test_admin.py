"""The admin port: alive as long as the loop turns, ready only while requests are welcome."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.base.errors import UsageError
from agentops.base.ids import RandomIds
from agentops.engine.admin.port import AdminPort
from agentops.engine.listener import Address
from agentops.engine.metrics.families import Families
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.port import Unreachable
from tests.engine.metrics.town import town

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


async def test_a_database_that_does_not_answer_is_told(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _open(tmp_path, clock) as (engine, _, http):
        async with _gone(engine, monkeypatch):
            answer = await http.get("/readyz")
            assert (answer.status_code, answer.json()["checks"]["database"]["ok"]) == (503, False)
            assert "agentops_database_up 0.0" in (await http.get("/metrics")).text
            assert (await http.get("/livez")).status_code == 200
        clock.advance(timedelta(minutes=1))
        assert (await _ready(http)) == (200, "ready")
        assert "agentops_database_up 1.0" in (await http.get("/metrics")).text


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
        with pytest.raises(UsageError, match=f"127.0.0.1:{admin.address.port} cannot be listened on"):
            await other.__aenter__()


class _shut:  # noqa: N801 - reads as a sentence
    """A closed engine, and its admin port."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.engine = build(Settings(f"sqlite:///{folder / 'engine.db'}", folder), clock=clock, ids=RandomIds())
        self.admin = AdminPort(self.engine, Families((), "sqlite"), clock, Address("127.0.0.1", 0))

    async def __aenter__(self) -> tuple[Engine, AdminPort]:
        return self.engine, await self.admin.__aenter__()

    async def __aexit__(self, *how: object) -> None:
        await self.admin.__aexit__(*how)


@asynccontextmanager
async def _open(folder: Path, clock: ManualClock) -> AsyncIterator[tuple[Engine, AdminPort, httpx2.AsyncClient]]:
    async with _shut(folder, clock) as (engine, admin), engine, httpx2.AsyncClient(base_url=admin.address.url) as http:
        yield engine, admin, http


class _gone:  # noqa: N801 - reads as a sentence
    """The database, out of reach for a while."""

    def __init__(self, engine: Engine, patch: pytest.MonkeyPatch) -> None:
        self.engine, self.patch = engine, patch

    async def __aenter__(self) -> None:
        async def read(_work: Any) -> Any:
            raise Unreachable("The database does not answer.")

        self.patch.setattr(self.engine.database, "read", read)

    async def __aexit__(self, *_how: object) -> None:
        self.patch.undo()


async def _ready(http: httpx2.AsyncClient) -> tuple[int, str]:
    answer = await http.get("/readyz")
    return answer.status_code, answer.json()["status"]
