"""Waiting for work: woken at once, holding nothing meanwhile, and looking once more at the end."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock, timestamp
from agentops.base.ids import RandomIds
from agentops.engine.api.routes import work as routes
from agentops.engine.news import News
from agentops.engine.operations import work
from agentops.engine.operations.call import Call
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.port import Transaction

pytestmark = pytest.mark.anyio

WOKEN = routes.woken
CROWD = 20
"""More than either database has readers."""


class Place:
    """A self-hosted environment with a key of its workers."""

    def __init__(self, http: httpx2.AsyncClient, made: dict[str, Any], key: str) -> None:
        self._http = http
        self.id = made["id"]
        self._headers = {"authorization": f"Bearer {key}", "x-api-key": ""}

    async def poll(self, query: str = "block_ms=999", http: httpx2.AsyncClient | None = None) -> Any:
        path = f"/v1/environments/{self.id}/work/poll?{query}"
        answer = await (http or self._http).get(path, headers=self._headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def a_session(self) -> str:
        agent = await self._http.post("/v1/agents", json={"name": "a", "model": "claude-opus-5-5"})
        sent = {"agent": agent.json()["id"], "environment_id": self.id}
        answer = await self._http.post("/v1/sessions", json=sent)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])


@pytest.fixture
async def place(http: httpx2.AsyncClient) -> Place:
    made = (await http.post("/v1/environments", json={"name": "e", "config": {"type": "self_hosted"}})).json()
    key = (await http.post(f"/v1/x-agentops/environments/{made['id']}/keys", json={})).json()["key"]
    return Place(http, made, key)


class Patience:
    """Lets polls wait for as long as the test wants, unless they are woken, and tells of each one that begins to."""

    def __init__(self) -> None:
        self.begun: asyncio.Queue[None] = asyncio.Queue()
        self._is_over = asyncio.Event()

    async def woken(self, arrived: asyncio.Event, patience_s: float) -> None:
        self.begun.put_nowait(None)
        either = [asyncio.ensure_future(each.wait()) for each in (arrived, self._is_over)]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        for each in either:
            each.cancel()
        if self._is_over.is_set():
            await WOKEN(arrived, patience_s)
        arrived.clear()

    async def until_waiting(self, *polls: "asyncio.Task[Any]") -> None:
        for _ in polls:
            await self.begun.get()

    def end(self) -> None:
        self._is_over.set()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Patience:
    made = Patience()
    monkeypatch.setattr(routes, "woken", made.woken)
    return made


async def test_work_wakes_who_waits_for_it(place: Place, patience: Patience) -> None:
    poll = asyncio.create_task(place.poll())
    await patience.until_waiting(poll)
    session_id = await place.a_session()
    assert (await poll)["data"] == {"type": "session", "id": session_id}


async def test_a_crowd_that_waits_stands_in_nobodys_way(place: Place, patience: Patience) -> None:
    polls = [asyncio.create_task(place.poll()) for _ in range(CROWD)]
    await patience.until_waiting(*polls)
    # Each of these asks the database several times, while every poll waits.
    sessions = [await place.a_session() for _ in range(3)]
    patience.end()
    found = [each["data"]["id"] for each in await asyncio.gather(*polls) if each]
    while (left := await place.poll("")) is not None:
        found.append(left["data"]["id"])
    assert sorted(found) == sorted(sessions)


async def test_work_of_another_environment_wakes_nobody() -> None:
    news = News()
    with news.listening("work a") as first, news.listening("work b") as second, news.listening("work a") as third:
        news.tell({"work a", "work c"})
        assert [each.is_set() for each in (first, second, third)] == [True, False, True]
    news.tell({"work a"})


async def test_the_end_of_a_wait_looks_once_more(
    place: Place, engine: Engine, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def arrive(tx: Transaction) -> None:
        nothing: Any = None
        call = Call(tx, "o", engine.settings.workspace, "k", timestamp(clock.now()), RandomIds(), nothing)
        work.enqueue(call, place.id, "sesn_01FromAnotherEngine")

    async def woken(_arrived: asyncio.Event, _patience_s: float) -> None:
        await engine._database.write(arrive)

    monkeypatch.setattr(routes, "woken", woken)
    assert (await place.poll())["data"]["id"] == "sesn_01FromAnotherEngine"


async def test_nothing_is_null(place: Place) -> None:
    assert await place.poll("block_ms=1") is None
    assert await place.poll("") is None


@pytest.fixture
async def other(settings: Settings, clock: ManualClock, engine: Engine) -> AsyncIterator[httpx2.AsyncClient]:
    """The way to a second engine on the same database."""
    headers = {"anthropic-beta": "managed-agents-2026-04-01"}
    async with build(settings, clock=clock, ids=RandomIds()) as second:
        transport = httpx2.ASGITransport(app=second.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://engine.test", headers=headers) as client:
            yield client


async def test_two_engines_never_hand_out_one_item_twice(place: Place, other: httpx2.AsyncClient) -> None:
    sessions = {await place.a_session() for _ in range(8)}
    polls = [place.poll("", http) for _ in range(6) for http in (None, other)]
    found = [each["data"]["id"] for each in await asyncio.gather(*polls) if each]
    assert len(found) == len(set(found))
    assert set(found) == sessions
