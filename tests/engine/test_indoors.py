"""An engine that listens for its own process alone."""

import stat
from pathlib import Path

import httpx2
import pytest

from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.engine.indoors import indoors
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    settings = Settings(database=f"sqlite:///{tmp_path / 'engine.db'}", data=tmp_path)
    return build(settings, clock=SystemClock(), ids=RandomIds())


async def test_it_answers_on_a_socket_that_nobody_else_can_reach_and_takes_it_along(engine: Engine) -> None:
    async with indoors(engine) as path:
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        transport = httpx2.AsyncHTTPTransport(uds=str(path))
        async with httpx2.AsyncClient(transport=transport, base_url="http://engine") as client:
            key = {"x-api-key": engine.credential.reveal(), "anthropic-beta": "managed-agents-2026-04-01"}
            assert (await client.get("/v1/agents", headers=key)).json()["data"] == []
            assert (await client.get("/v1/agents")).status_code == 401
    assert not path.parent.exists()


async def test_an_open_stream_does_not_keep_it(engine: Engine) -> None:
    async with indoors(engine) as path:
        transport = httpx2.AsyncHTTPTransport(uds=str(path))
        async with httpx2.AsyncClient(transport=transport, base_url="http://engine") as client:
            headers = {"x-api-key": engine.credential.reveal(), "anthropic-beta": "managed-agents-2026-04-01"}
            agent = (await client.post("/v1/agents", json={"name": "A", "model": "m"}, headers=headers)).json()
            place = (await client.post("/v1/environments", json={"name": "E"}, headers=headers)).json()
            body = {"agent": agent["id"], "environment_id": place["id"]}
            session = (await client.post("/v1/sessions", json=body, headers=headers)).json()
            request = client.build_request("GET", f"/v1/sessions/{session['id']}/events/stream", headers=headers)
            stream = await client.send(request, stream=True)
            engine.retire()
            assert [each async for each in stream.aiter_text()] == []
