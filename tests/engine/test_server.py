"""The assembly: opened once, closed once, with keys that mean what the settings say."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.base.errors import StorageError
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings

pytestmark = pytest.mark.anyio

BETA = {"anthropic-beta": "managed-agents-2026-04-01"}


async def status(engine: Engine, key: Secret | str) -> int:
    text = key if isinstance(key, str) else key.reveal()
    transport = httpx2.ASGITransport(app=engine.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://engine.test") as client:
        return (await client.get("/v1/agents", headers={**BETA, "x-api-key": text})).status_code


async def test_whoever_comes_first_opens_and_whoever_goes_last_closes(settings: Settings, clock: ManualClock) -> None:
    engine = build(settings, clock=clock, ids=RandomIds())
    async with engine:
        async with engine:
            assert await status(engine, engine.credential) == 200
        assert await status(engine, engine.credential) == 200
    transport = httpx2.ASGITransport(app=engine.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://engine.test") as client:
        answer = await client.get("/v1/agents", headers={**BETA, "x-api-key": engine.credential.reveal()})
    assert (answer.status_code, answer.json()["error"]["type"]) == (500, "api_error")


async def test_an_engine_that_could_not_open_can_be_tried_again(tmp_path: Path, clock: ManualClock) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("in the way")
    engine = build(Settings(f"sqlite:///{blocked}/x.db", tmp_path), clock=clock, ids=RandomIds())
    with pytest.raises(StorageError):
        await engine.__aenter__()
    blocked.unlink()
    async with engine:
        assert await status(engine, engine.credential) == 200


async def test_the_in_process_key_is_good_in_its_process_only(settings: Settings, clock: ManualClock) -> None:
    one, other = (build(settings, clock=clock, ids=RandomIds()) for _ in range(2))
    async with one, other:
        assert await status(one, one.credential) == 200
        assert await status(one, other.credential) == 401


async def test_the_first_key_is_made_once_and_found_again(settings: Settings, clock: ManualClock) -> None:
    async with build(settings, clock=clock, ids=RandomIds()) as engine:
        key = await engine.first_key()
        assert await status(engine, key) == 200
    async with build(settings, clock=clock, ids=RandomIds()) as engine:
        assert await status(engine, key) == 200
        assert await engine.first_key() == key
    assert (settings.data / "api-key").read_text().strip() == key.reveal()


async def test_a_configured_key_takes_the_place_of_every_other(settings: Settings, clock: ManualClock) -> None:
    async with build(settings, clock=clock, ids=RandomIds()) as engine:
        generated = await engine.first_key()
    first, second = Secret("the-first-configured-key"), Secret("the-second-configured-key")
    for key, void in ((first, [generated]), (second, [generated, first]), (first, [generated, second])):
        async with build(replace(settings, api_key=key), clock=clock, ids=RandomIds()) as engine:
            assert await engine.first_key() == key
            assert await status(engine, key) == 200
            assert [await status(engine, each) for each in void] == [401] * len(void)
    async with build(settings, clock=clock, ids=RandomIds()) as engine:
        assert await engine.first_key() == generated
        assert await status(engine, generated) == 200
        assert await status(engine, first) == 401


async def test_no_key_lies_in_the_database(tmp_path: Path, clock: ManualClock) -> None:
    settings = Settings(f"sqlite:///{tmp_path / 'engine.db'}", tmp_path / "data")
    async with build(settings, clock=clock, ids=RandomIds()) as engine:
        key = (await engine.first_key()).reveal()
    assert key.encode() not in (tmp_path / "engine.db").read_bytes()


async def test_the_author_of_a_memory_version_is_the_key_and_stays_it(settings: Settings, clock: ManualClock) -> None:
    authors = set()
    for _ in range(2):
        async with build(settings, clock=clock, ids=RandomIds()) as engine:
            key = await engine.first_key()
            transport = httpx2.ASGITransport(app=engine.app)
            headers = {**BETA, "authorization": f"Bearer {key.reveal()}"}
            async with httpx2.AsyncClient(transport=transport, base_url="http://e.test", headers=headers) as client:
                store = (await client.post("/v1/memory_stores", json={"name": "n"})).json()["id"]
                await client.post(f"/v1/memory_stores/{store}/memories", json={"path": "/a", "content": "x"})
                listed = (await client.get(f"/v1/memory_stores/{store}/memory_versions")).json()["data"]
                authors.add(json.dumps(listed[0]["created_by"]))
    assert len(authors) == 1
    assert '"api_key_id": "apikey_01' in authors.pop()


def test_in_process_use_loads_neither_uvicorn_nor_psycopg_nor_the_sdk() -> None:
    heavy = {"uvicorn", "psycopg", "anthropic", "httpx2", "cryptography", "agentops.engine.staff", "agentops.dreaming"}
    script = f"import sys, agentops.engine.server; print(*{heavy} & {{*sys.modules}})"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "\n"
