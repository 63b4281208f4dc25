"""Two servers on one Postgres: either may die, or stand still for a while and come back."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest

from .herd import Client, Herd, Plan, Server
from .lives import HEADERS
from .test_random_kills import lost, turns

pytestmark = [pytest.mark.crash, pytest.mark.postgres, pytest.mark.anyio]


class Two:
    """Two servers, and a client that talks to the one that it is told to."""

    def __init__(self, herd: Herd, url: str, http: httpx2.AsyncClient) -> None:
        self.first, self.second = herd.servers
        self._herd = herd
        self._url = url
        self._http = http

    async def begun(self) -> Client:
        """Return a client whose session waits for the model, run by the first server."""
        client = Client(self._herd, self._http, "interrupts")
        self.talk_to(self.first)
        await client.begin()
        await client.say()
        await client.is_asked()
        return client

    def talk_to(self, server: Server) -> None:
        self._herd.servers[:] = [server]

    async def forget(self, server: Server) -> None:
        """Let a server look as if it had been silent on another machine."""
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            await connection.execute(
                "UPDATE runners SET host = 'elsewhere', seen_at = '2026-01-01' WHERE process LIKE %s",
                (f"{server.pid} %",),
            )

    async def end(self) -> None:
        for each in (self.first, self.second):
            await asyncio.to_thread(each.kill)
        self._herd.servers.clear()


@asynccontextmanager
async def two(url: str, folder: Path) -> AsyncIterator[Two]:
    herd = Herd(Plan(url, folder), 2, random.Random(0))
    async with herd.alive(), httpx2.AsyncClient(headers=HEADERS, timeout=30) as http:
        both = Two(herd, url, http)
        try:
            yield both
        finally:
            await both.end()


@pytest.fixture
async def both(own_postgres: str, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Two]:
    async with two(own_postgres, tmp_path) as made:
        yield made


async def test_what_a_dead_server_ran_is_taken_over_when_something_comes_in(both: Two) -> None:
    client = await both.begun()
    both.first.kill()
    both.talk_to(both.second)
    await client.rest()
    log = await client.log()
    assert turns(log)
    assert lost(client.acknowledged, log) == []


async def test_what_comes_in_at_one_server_is_heard_by_the_other_that_runs_the_session(both: Two) -> None:
    client = await both.begun()
    both.talk_to(both.second)
    await client.rest()
    log = await client.log()
    assert turns(log)
    assert log[-1]["stop_reason"] == {"type": "end_turn"}


async def test_a_server_that_stood_still_writes_nothing_to_what_another_has_taken_and_serves_on(both: Two) -> None:
    client = await both.begun()
    both.first.signal(signal.SIGSTOP)
    await both.forget(both.first)
    both.talk_to(both.second)
    await client.rest()
    both.first.signal(signal.SIGCONT)
    both.talk_to(both.first)
    await client.say()
    await client.rest()
    log = await client.log()
    assert turns(log)
    assert lost(client.acknowledged, log) == []
