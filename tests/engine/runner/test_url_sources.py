"""Where a session's agent learned of addresses, also when it asks twice at once."""

import asyncio
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.engine.core.web_rules import spelling
from agentops.engine.mounting.desk import Desk
from agentops.engine.runner import url_sources
from agentops.engine.runner.url_sources import LogSources
from agentops.engine.server import Engine
from agentops.engine.store.runners import Place
from tests.engine.mounting.conftest import backing_of

pytestmark = pytest.mark.anyio

URL = "https://a.example/x"
SAYS = {"type": "user.message", "content": [{"type": "text", "text": f"See {URL}"}]}


async def a_session(http: httpx2.AsyncClient) -> str:
    async def made(path: str, **body: Any) -> str:
        answer = await http.post(f"/v1/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    agent, environment = await made("agents", name="a", model="claude-opus-5-5"), await made("environments", name="e")
    return await made("sessions", agent=agent, environment_id=environment, initial_events=[SAYS])


async def test_who_asks_while_the_log_is_read_waits_until_it_is(
    http: httpx2.AsyncClient, engine: Engine, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(engine.settings.workspace, await a_session(http))
    is_reading, may_read, read = asyncio.Event(), asyncio.Event(), url_sources.in_thread

    async def the_first_slowly(*work: Any) -> Any:
        if not is_reading.is_set():
            is_reading.set()
            await may_read.wait()
        return await read(*work)

    monkeypatch.setattr(url_sources, "in_thread", the_first_slowly)
    sources = LogSources(Desk(backing_of(engine, clock), place))
    first = asyncio.ensure_future(sources())
    await is_reading.wait()
    second = asyncio.ensure_future(sources())
    for _ in range(5):
        # As long as it takes to ask the database and be done.
        await engine._database.read(lambda _: None)
    may_read.set()
    assert [spelling(URL) in found.user_input for found in (await first, await second)] == [True, True]
