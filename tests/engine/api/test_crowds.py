"""Ten thousand requests at once: as many as may wait are answered, the others are told to come again."""

import asyncio
import threading
from collections import Counter

import httpx2
import pytest

from agentops.engine.api import queue
from agentops.engine.server import Engine
from agentops.engine.store.port import Transaction

pytestmark = pytest.mark.anyio

WAITING = 8
CROWD = 20


async def test_who_comes_when_too_many_wait_is_sent_away_and_nobody_else_is(
    http: httpx2.AsyncClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "WAITING_MAX", WAITING)
    gate = threading.Event()
    began = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(_: Transaction) -> None:
        loop.call_soon_threadsafe(began.set)
        gate.wait()

    # On Postgres the eight threads, on SQLite the one writer: nobody else gets through.
    holders = [asyncio.ensure_future(engine._database.write(hold)) for _ in range(8)]
    await began.wait()
    crowd = [asyncio.ensure_future(http.post("/v1/environments", json={"name": "e"})) for _ in range(CROWD)]
    waiting = set(crowd)
    while len(waiting) > WAITING:
        _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    gate.set()
    await asyncio.gather(*holders)
    answers = [await each for each in crowd]
    assert Counter(each.status_code for each in answers) == {200: WAITING, 529: CROWD - WAITING}
    assert {each.json()["error"]["type"] for each in answers if each.status_code == 529} == {"overloaded_error"}
