"""What delivering webhooks costs: a delivery beside a bare POST, and a session's turn while receivers misbehave.

The receiver is a process of its own. Rounds take turns, so that a machine's moods meet all sides alike.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
import httpx2

from agentops.base.clock import SystemClock, timestamp
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.core import happenings
from agentops.engine.core.happenings import TOPIC, Happening, Home
from agentops.engine.deliveries import signing
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.runner.means import Means
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.deliveries import Message, Outbox, Owner
from agentops.wire.problems import check
from agentops.wire.webhooks import WorkspaceEvent
from tests.engine.deliveries.receiver import receiving
from tests.forked import processes

from .session_server import Nothing

_MESSAGES = 300
_TURNS = 20
_WIDTH = 52
_AT_ONCE = 8
_BAD = ("/hang", "/500", "http://127.0.0.1:1/", "/slow", "/close")
_BETA = {"anthropic-beta": "managed-agents-2026-04-01"}
_TURN = [
    {"when": {"tool_result": {"matches": "."}}, "say": "Done.", "times": "forever"},
    {"say": "One thing.", "call": [{"tool": "bash", "input": {"command": "one"}}], "times": "forever"},
]


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
        yield f"A session of {_TURNS} turns (two model calls and a tool each), median of {runs} rounds"
        yield from asyncio.run(_sessions(folder, port, runs))
    finally:
        receiver.kill()


def _receive(told: Connection) -> None:
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
    async with _engine(folder / "deliveries", {}) as (engine, http):
        endpoint = await _endpoint(http, url, ["agent.updated"])
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


async def _sessions(folder: Path, port: int, runs: int) -> list[str]:
    bad = [each if "://" in each else f"http://127.0.0.1:{port}{each}" for each in _BAD]
    good = [f"http://127.0.0.1:{port}/ok/{number}" for number in range(5)]
    sides: dict[str, list[_Cost]] = {}
    for number in range(runs):
        for name, urls in (("no endpoint", []), ("five that answer", good), ("five that misbehave", bad)):
            async with _engine(folder / f"sessions-{number}-{name}", {"turns": _TURN}) as (_, http):
                for url in urls:
                    await _endpoint(http, url, list(_SESSION))
                sides.setdefault(name, []).append(await _measured(lambda http=http: _session(http), _TURNS))
    return _table(sides, "ms a turn", lambda each: each.wall_ms)


_SESSION = tuple(each for each in WorkspaceEvent.__args__ if each.startswith("session."))  # type: ignore[attr-defined]


async def _session(http: httpx2.AsyncClient) -> None:
    agent = (await _asked(http, "/v1/agents", name="a", model="m", tools=[_TOOLS]))["id"]
    environment = (await _asked(http, "/v1/environments", name="e"))["id"]
    session = (await _asked(http, "/v1/sessions", agent=agent, environment_id=environment))["id"]
    path = f"/v1/sessions/{session}"
    for number in range(_TURNS):
        text = {"type": "user.message", "content": [{"type": "text", "text": f"{number}"}]}
        await _asked(http, f"{path}/events", events=[text])
        while await _rests(http, path) <= number:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.001)


_TOOLS = {"type": "agent_toolset_20260401"}


async def _rests(http: httpx2.AsyncClient, path: str) -> int:
    found = await http.get(f"{path}/events", params={"types[]": "session.status_idle", "limit": "1000"})
    return len(found.json()["data"])


async def _asked(http: httpx2.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await http.post(path, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _endpoint(http: httpx2.AsyncClient, url: str, events: list[str]) -> str:
    return str((await _asked(http, "/v1/x-agentops/webhooks", url=url, events=events))["id"])


@asynccontextmanager
async def _engine(folder: Path, script: dict[str, Any]) -> AsyncIterator[tuple[Engine, httpx2.AsyncClient]]:
    folder.mkdir(parents=True)  # noqa: ASYNC240 - nobody waits meanwhile
    found, problems = check(Script, {"turns": [{"say": "Hello."}], **script})
    assert found, problems
    means = Means(Scripted(found, asyncio.sleep), Nothing(folder))
    loopback = (ip_network("127.0.0.0/8"),)
    settings = Settings(f"sqlite:///{folder / 'engine.db'}", folder, port=0, private_webhooks=loopback)
    engine = build(settings, clock=SystemClock(), ids=RandomIds(), means=means)
    async with engine:
        headers = {"x-api-key": engine.credential.reveal(), **_BETA}
        transport = httpx2.ASGITransport(app=engine.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as http:
            yield engine, http


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
