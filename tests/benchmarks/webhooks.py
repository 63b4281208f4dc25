"""What delivering webhooks costs: a delivery beside a bare POST, and a session's turn beside deliveries.

The receiver is a process of its own. Rounds take turns, so that a machine's moods meet all sides alike.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
import httpx2

from agentops.base.clock import SystemClock, timestamp
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.core import happenings
from agentops.engine.core.happenings import TOPIC, Happening, Home
from agentops.engine.deliveries import signing
from agentops.engine.server import Engine
from agentops.engine.store.deliveries import Message, Outbox, Owner
from tests.engine.deliveries.receiver import receiving
from tests.forked import processes

from . import webhook_turns
from .webhook_engine import endpoint_at, engine_in

_MESSAGES = 300
_WIDTH = 52
_AT_ONCE = 8


def lines(folder: Path, runs: int) -> Iterator[str]:
    """Measure and yield what to print."""
    folder.mkdir(parents=True)
    ours, theirs = processes.Pipe()
    receiver = processes.Process(target=_receive, args=(theirs,), daemon=True)
    receiver.start()
    port = ours.recv()
    try:
        yield f"Deliveries of {_MESSAGES:,} messages to one receiver, {_AT_ONCE} at once, median of {runs} rounds"
        yield from asyncio.run(_deliveries(folder, port, runs))
        yield ""
        yield from webhook_turns.lines(folder, port, runs)
    finally:
        receiver.kill()


def _receive(told: Connection) -> None:
    # Receivers have machines of their own: here they get what the engine leaves of this one.
    os.nice(19)

    async def serve() -> None:
        async with receiving() as receiver:
            told.send(receiver.port)
            await asyncio.Event().wait()

    asyncio.run(serve())


@dataclass(frozen=True, slots=True)
class _Cost:
    """Of one unit. Units: ms."""

    wall_ms: float
    cpu_ms: float


async def _measured(work: Callable[[], Awaitable[None]], units: int) -> _Cost:
    began, used = time.perf_counter(), time.process_time()
    await work()
    return _Cost((time.perf_counter() - began) / units * 1e3, (time.process_time() - used) / units * 1e3)


async def _deliveries(folder: Path, port: int, runs: int) -> list[str]:
    url = f"http://127.0.0.1:{port}/ok"
    secret = Secret("whsec_" + "YWdlbnRvcHM=")
    body = "x" * 220
    sides: dict[str, list[_Cost]] = {}
    async with engine_in(folder / "deliveries", {}) as (engine, http):
        endpoint = await endpoint_at(http, url, ["agent.updated"])
        for _ in range(runs):
            for name, side in (
                ("aiohttp, signed, nothing kept", lambda: _with_aiohttp(url, body, secret)),
                ("httpx2, signed, nothing kept", lambda: _with_httpx2(url, body, secret)),
                ("agentops, from the outbox to its log", lambda: _delivered(engine, endpoint)),
            ):
                sides.setdefault(name, []).append(await _measured(side, _MESSAGES))
    return _table(sides, "a second", lambda each: 1e3 / each.wall_ms)


async def _side_by_side(send: Callable[[str], Awaitable[None]]) -> None:
    left = iter(range(_MESSAGES))

    async def work() -> None:
        for number in left:
            await send(f"whe_{number}")

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))


async def _with_aiohttp(url: str, body: str, secret: Secret) -> None:
    async with aiohttp.ClientSession() as session:

        async def send(event_id: str) -> None:
            headers = dict(signing.headers(secret, event_id, datetime.now(UTC), body))
            async with session.post(url, data=body.encode(), headers=headers) as answer:
                await answer.read()

        await _side_by_side(send)


async def _with_httpx2(url: str, body: str, secret: Secret) -> None:
    async with httpx2.AsyncClient(trust_env=False) as client:

        async def send(event_id: str) -> None:
            headers = dict(signing.headers(secret, event_id, datetime.now(UTC), body))
            await client.post(url, content=body.encode(), headers=headers)

        await _side_by_side(send)


async def _delivered(engine: Engine, endpoint: str) -> None:
    settings, ids = engine.settings, RandomIds()
    at = timestamp(SystemClock().now())
    messages = []
    for number in range(_MESSAGES):
        event_id = ids.new("whe")
        home = Home(settings.organization, settings.workspace)
        body = happenings.body(Happening("agent.updated", f"agent_{number}"), home, event_id, at)
        messages.append(Message(ids.new("whd"), endpoint, event_id, "agent.updated", body, at))
    await engine.database.write(lambda tx: Outbox(tx, Owner.WORKSPACE, settings.workspace).put(messages))
    engine._news.tell([TOPIC])
    while await _waits(engine):  # noqa: ASYNC110 - what is waited for is another's, in the database
        await asyncio.sleep(0.02)


async def _waits(engine: Engine) -> bool:
    sql = "SELECT 1 FROM deliveries WHERE status = 'pending' LIMIT 1"
    return await engine.database.read(lambda tx: tx.one(sql)) is not None


def _table(sides: dict[str, list[_Cost]], unit: str, shown: Callable[[_Cost], float]) -> list[str]:
    first = next(iter(sides.values()))
    return [
        f"  {name:<{_WIDTH}}{statistics.median(map(shown, costs)):9.1f} {unit}"
        f"{statistics.median(each.cpu_ms for each in costs):8.2f} CPU-ms each   "
        f"{_ratio(costs, first):.2f} of the first's time"
        for name, costs in sides.items()
    ]


def _ratio(costs: list[_Cost], first: list[_Cost]) -> float:
    """Return the median of the rounds' own ratios."""
    return statistics.median(each.wall_ms / one.wall_ms for each, one in zip(costs, first, strict=True))
