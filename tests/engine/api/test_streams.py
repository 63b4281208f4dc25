"""Streams of one session beside each other: a slow one, one that comes late, one that goes, and another server's."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.base.ids import RandomIds
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings

pytestmark = pytest.mark.anyio

BETA = b"managed-agents-2026-04-01"


class Stream:
    """A client that takes what the server sends, unless it is held up."""

    def __init__(self, engine: Engine, session_id: str) -> None:
        self.events: list[dict[str, Any]] = []
        self.is_open, self.may_go_on = asyncio.Event(), asyncio.Event()
        self.may_go_on.set()
        self._grown = asyncio.Condition()
        self._has_asked = False
        key = engine.credential.reveal().encode()
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "path": f"/v1/sessions/{session_id}/events/stream",
            "raw_path": b"",
            "query_string": b"",
            "headers": [(b"x-api-key", key), (b"anthropic-beta", BETA), (b"anthropic-version", b"2023-06-01")],
        }
        self.task = asyncio.ensure_future(engine.app(self._scope, self._receive, self._send))

    async def reached(self, count: int) -> list[str]:
        """Wait for so many events, and return their ids."""
        async with self._grown:
            await self._grown.wait_for(lambda: len(self.events) >= count)
        return [each["id"] for each in self.events]

    async def _receive(self) -> Any:
        if not self._has_asked:
            self._has_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        return await asyncio.get_running_loop().create_future()

    async def _send(self, message: Any) -> None:
        self.is_open.set()
        await self.may_go_on.wait()
        async with self._grown:
            for line in message.get("body", b"").splitlines():
                if line.startswith(b"data: "):
                    self.events.append(json.loads(line[6:]))
            self._grown.notify_all()


@asynccontextmanager
async def streams(engine: Engine, session_id: str, count: int) -> AsyncIterator[list[Stream]]:
    """Open streams, and cut them off at the end: nothing is left of them."""
    opened = [Stream(engine, session_id) for _ in range(count)]
    for each in opened:
        await each.is_open.wait()
    try:
        yield opened
    finally:
        for each in opened:
            each.task.cancel()
        await asyncio.gather(*(each.task for each in opened), return_exceptions=True)
    assert not engine._feeds._feeds
    assert not engine._news._topics


@pytest.fixture
async def session_id(http: httpx2.AsyncClient) -> str:
    agent = (await http.post("/v1/agents", json={"name": "a", "model": "claude-sonnet-5-5"})).json()
    place = (await http.post("/v1/environments", json={"name": "e"})).json()
    made = await http.post("/v1/sessions", json={"agent": agent["id"], "environment_id": place["id"]})
    return str(made.json()["id"])


async def send(http: httpx2.AsyncClient, session_id: str, count: int = 1) -> list[str]:
    message = {"type": "user.message", "content": [{"type": "text", "text": "Go on."}]}
    answer = await http.post(f"/v1/sessions/{session_id}/events", json={"events": [message] * count})
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["data"]]


async def test_a_slow_reader_gets_what_the_others_get_and_holds_nobody_up(
    engine: Engine, http: httpx2.AsyncClient, session_id: str
) -> None:
    async with streams(engine, session_id, 3) as (slow, *fast):
        slow.may_go_on.clear()
        sent = [each for _ in range(30) for each in await send(http, session_id, 10)]
        for each in fast:
            assert await each.reached(len(sent)) == sent
        assert not slow.events
        slow.may_go_on.set()
        assert await slow.reached(len(sent)) == sent


async def test_who_joins_while_others_read_gets_what_comes_from_then_on(
    engine: Engine, http: httpx2.AsyncClient, session_id: str
) -> None:
    async with streams(engine, session_id, 1) as (first,):
        sent = await send(http, session_id, 3)
        second = Stream(engine, session_id)
        await second.is_open.wait()
        sent += await send(http, session_id)
        assert await first.reached(4) == sent
        assert await second.reached(1) == sent[3:]
        second.task.cancel()
        await asyncio.gather(second.task, return_exceptions=True)
        sent += await send(http, session_id)
        assert await first.reached(5) == sent


async def test_every_stream_of_a_session_that_is_deleted_says_so_and_ends(
    engine: Engine, http: httpx2.AsyncClient, session_id: str
) -> None:
    async with streams(engine, session_id, 3) as opened:
        await send(http, session_id)
        assert (await http.delete(f"/v1/sessions/{session_id}")).status_code == 200
        await asyncio.gather(*(each.task for each in opened))
        assert [[event["type"] for event in each.events][-1:] for each in opened] == [["session.deleted"]] * 3


@pytest.mark.postgres
async def test_what_is_sent_to_one_server_is_seen_at_another(
    postgres_tables: tuple[str, Any], tmp_path: Path, clock: ManualClock
) -> None:
    url, empty = postgres_tables
    settings = Settings(database=url, data=tmp_path, port=0)
    async with (
        build(settings, clock=clock, ids=RandomIds()) as one,
        build(settings, clock=clock, ids=RandomIds()) as other,
    ):
        headers = {
            "x-api-key": one.credential.reveal(),
            "anthropic-beta": BETA.decode(),
            "anthropic-version": "2023-06-01",
        }
        transport = httpx2.ASGITransport(app=one.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://engine.test", headers=headers) as http:
            agent = (await http.post("/v1/agents", json={"name": "a", "model": "claude-sonnet-5-5"})).json()
            place = (await http.post("/v1/environments", json={"name": "e"})).json()
            made = await http.post("/v1/sessions", json={"agent": agent["id"], "environment_id": place["id"]})
            async with streams(one, made.json()["id"], 2) as near, streams(other, made.json()["id"], 2) as far:
                sent = [each for _ in range(5) for each in await send(http, made.json()["id"], 2)]
                assert [await each.reached(10) for each in (*near, *far)] == [sent] * 4
    empty()
