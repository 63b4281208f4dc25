"""The wire between the servers of one Postgres: LISTEN and NOTIFY, on connections apart from those of requests.

NOTIFY is no part of the transaction that it tells of: one that notifies waits for every other that does at its commit.
Source: PostgreSQL 15 `src/backend/commands/async.c`, `PreCommit_Notify` takes a lock of the whole cluster.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any
from zlib import crc32

import psycopg
from psycopg import sql

_log = logging.getLogger("agentops.engine")

APPLICATION = "agentops wire"
"""How the connections call themselves in `pg_stat_activity`."""

_Connection = psycopg.AsyncConnection[tuple[Any, ...]]

_PAYLOAD_MAX = 7_900
"""Source: PostgreSQL 15 documentation, NOTIFY: a payload must be shorter than 8000 bytes."""

_TOPIC_MAX = 1_000
"""Characters; ours have a hundred."""

_WAITING_MAX = 10_000
"""How many topics wait to be sent; the others' own looks find what is dropped."""

_PACE_S = 0.002
"""How long topics gather after a payload was sent: a busy server sends hundreds of payloads a second, not thousands."""

_PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Between attempts to connect; the last for ever."""

_CONNECT_TIMEOUT_S = 10
_FAREWELL_S = 1.0


class PostgresWire:
    """One connection that listens, and one that tells."""

    def __init__(self, url: str, name: str) -> None:
        """Name the database, and the server among those that use it."""
        self._url = url
        self._name = name
        self._waiting: dict[str, None] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._has_some, self._is_empty = asyncio.Event(), asyncio.Event()
        self._can_speak = False

    def open(self, hear: Callable[[Collection[str]], None], missed: Callable[[], None]) -> None:
        """Begin to connect."""

        async def listen(connection: _Connection, channel: str) -> None:
            await self._listen(connection, channel, hear, missed)

        self._has_some, self._is_empty = asyncio.Event(), asyncio.Event()
        self._is_empty.set()
        self._tasks = [asyncio.ensure_future(self._keep(each)) for each in (listen, self._speak)]

    def send(self, topics: Collection[str]) -> None:
        """Have the others told, soon."""
        room = _WAITING_MAX - len(self._waiting)
        self._wait(tuple(each for each in topics if len(each) <= _TOPIC_MAX)[:room])

    async def close(self) -> None:
        """Send what waits, unless that takes long, and let go."""
        if self._can_speak:
            with suppress(TimeoutError):
                async with asyncio.timeout(_FAREWELL_S):
                    await self._is_empty.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, use: Callable[[_Connection, str], Awaitable[None]]) -> None:
        """Use a connection for ever, another one whenever it breaks."""
        attempt = 0
        while True:
            try:
                async with self._connected() as (connection, channel):
                    attempt = 0
                    await use(connection, channel)
            except (psycopg.Error, OSError) as error:
                if attempt == 0:
                    # The URL may hold a password, and so may what psycopg says of it.
                    _log.warning("other servers are not told at once for now: %s", type(error).__name__)
            await asyncio.sleep(_PAUSES_S[min(attempt, len(_PAUSES_S) - 1)])
            attempt += 1

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[_Connection, str]]:
        # Who only listens would never notice without keep-alives that the other side is gone.
        connection = await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            connect_timeout=_CONNECT_TIMEOUT_S,
            application_name=APPLICATION,
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
        )
        async with connection:
            # Whoever notifies commits, and would wait for the disk: what is told is worth nothing after a crash.
            await connection.execute("SET synchronous_commit = off")
            # Installations that share a database, each in a schema of its own, have nothing to tell each other.
            row = await (await connection.execute("SELECT current_schema()")).fetchone()
            yield connection, f"agentops_{crc32(repr(row).encode()):08x}"

    async def _listen(
        self,
        connection: _Connection,
        channel: str,
        hear: Callable[[Collection[str]], None],
        missed: Callable[[], None],
    ) -> None:
        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        missed()
        async for note in connection.notifies():
            sender, *topics = note.payload.split("\n")
            if sender != self._name:
                hear(topics)

    async def _speak(self, connection: _Connection, channel: str) -> None:
        self._can_speak = True
        while True:
            await self._has_some.wait()
            topics = self._taken()
            try:
                await connection.execute("SELECT pg_notify(%s, %s)", (channel, "\n".join((self._name, *topics))))
            except psycopg.Error:
                self._can_speak = False
                self._wait(topics)
                raise
            if not self._waiting:
                self._is_empty.set()
            await asyncio.sleep(_PACE_S)

    def _wait(self, topics: Collection[str]) -> None:
        self._waiting.update(dict.fromkeys(topics))
        if self._waiting:
            self._has_some.set()
            self._is_empty.clear()

    def _taken(self) -> list[str]:
        """Take the topics that wait longest, as many as one payload holds."""
        taken, size = [], len(self._name.encode())
        for each in self._waiting:
            size += 1 + len(each.encode())
            if size > _PAYLOAD_MAX:
                break
            taken.append(each)
        for each in taken:
            del self._waiting[each]
        if not self._waiting:
            self._has_some.clear()
        return taken
