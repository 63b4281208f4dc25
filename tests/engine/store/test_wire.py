"""What is told in one server of a Postgres is heard in the others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager

import psycopg
import pytest

from agentops.engine.news import News
from agentops.engine.store.choice import wire
from agentops.engine.store.postgres_wire import APPLICATION

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]


class Ear:
    """A server's end of the wire."""

    def __init__(self, url: str, name: str) -> None:
        self.wire = wire(url, name)
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.begun: asyncio.Queue[None] = asyncio.Queue()

    def hear(self, topics: Collection[str]) -> None:
        for each in topics:
            self.heard.put_nowait(each)

    def missed(self) -> None:
        self.begun.put_nowait(None)


Listen = Callable[[str], Awaitable[Ear]]


@pytest.fixture
async def listen(postgres: str) -> AsyncIterator[Listen]:
    ears: list[Ear] = []

    async def listening(name: str, url: str = postgres) -> Ear:
        ear = Ear(url, name)
        ears.append(ear)
        ear.wire.open(ear.hear, ear.missed)
        await ear.begun.get()
        return ear

    yield listening
    for each in ears:
        await each.wire.close()


@asynccontextmanager
async def backends(url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        yield connection


async def test_others_hear_it_and_who_told_it_does_not(listen: Listen) -> None:
    one, other, third = await listen("one"), await listen("other"), await listen("third")
    one.wire.send(["inbox a b", "session b"])
    for ear in (other, third):
        assert [await ear.heard.get() for _ in range(2)] == ["inbox a b", "session b"]
    other.wire.send(["the end"])
    assert await one.heard.get() == "the end"


async def test_many_topics_travel_in_several_letters_and_none_is_too_long(listen: Listen) -> None:
    one, other = await listen("one"), await listen("other")
    topics = [f"session sesn_{number:0100d}" for number in range(500)]
    one.wire.send(["x" * 8_000, *topics])
    assert [await other.heard.get() for _ in topics] == topics


async def test_a_lost_connection_is_made_again_and_says_that_something_may_be_missed(
    listen: Listen, postgres: str
) -> None:
    one, other = await listen("one"), await listen("other")
    async with backends(postgres) as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            (APPLICATION,),
        )
    await one.begun.get()
    await other.begun.get()
    one.wire.send(["again"])
    assert await other.heard.get() == "again"


async def test_what_waits_at_the_end_is_sent_before_the_wire_is_let_go(listen: Listen) -> None:
    one, other = await listen("one"), await listen("other")
    one.wire.send(["hello"])
    assert await other.heard.get() == "hello"  # before its connection is made nobody can say farewell
    one.wire.send(["farewell"])
    await one.wire.close()
    assert await other.heard.get() == "farewell"


async def test_a_database_that_cannot_be_reached_is_in_nobodys_way() -> None:
    unreachable = wire("postgresql://nobody@127.0.0.1:1/none", "one")
    unreachable.open(lambda _: None, lambda: None)
    unreachable.send(["nobody hears it"])
    await unreachable.close()


async def test_what_is_in_this_process_only_is_not_carried_away() -> None:
    news, carried = News(), list[str]()
    news.carried_by(carried.extend)
    with news.listening("session a") as arrived:
        news.nudge("session a")
        assert arrived.is_set()
        arrived.clear()
        news.hear(["session a"])
        assert arrived.is_set()
    assert carried == []
    news.tell(["session a"])
    assert carried == ["session a"]
