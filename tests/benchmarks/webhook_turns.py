"""How long a session's turn takes, from what a person sends to the rest, beside five endpoints and beside none.

Each side has blocks of turns on engines of its own. The sides take turns in an order that moves on with each round, so
that a machine's moods meet all of them alike.
"""

import asyncio
import math
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import httpx2

from agentops.engine.core.sessions import watchers_topic
from agentops.engine.server import Engine
from agentops.wire.webhooks import WorkspaceEvent

from .webhook_engine import asked, endpoint_at, engine_in

_BAD = ("/hang", "/500", "http://127.0.0.1:1/", "/slow", "/close", "/redirect", "https://10.0.0.1/")
_EVENTS = tuple(each for each in get_args(WorkspaceEvent) if each.startswith("session."))
_TOOLS = {"type": "agent_toolset_20260401"}
_WIDTH = 36
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class _Work:
    """What a block consists of."""

    title: str
    delay_ms: int
    """How long the model takes to answer."""

    turns: int
    seconds: float = 0.0
    """How long a block takes at least; it ends with a turn."""

    rounds: int = 1


@dataclass(slots=True)
class _Side:
    """What was measured. Units: ms."""

    walls: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    """After the last turn of a block, until all was delivered to receivers that answer."""


def lines(folder: Path, port: int, runs: int) -> Iterator[str]:
    """Measure and yield what to print."""
    works = (
        _Work("a model that answers at once: no quiet moment", 0, turns=40, rounds=runs + 2),
        _Work("a model that takes 150 ms: deliveries go out meanwhile", 150, turns=6, rounds=runs),
        _Work("a session that never rests for 8 s", 0, turns=1, seconds=8.0, rounds=2),
    )
    for number, work in enumerate(works):
        yield f"A turn of two model calls and a tool beside five endpoints that hear all of it: {work.title}"
        yield from _table(asyncio.run(_rounds(folder / f"turns-{number}", port, work)))
        yield ""


async def _rounds(folder: Path, port: int, work: _Work) -> dict[str, _Side]:
    bad = [each if "://" in each else f"http://127.0.0.1:{port}{each}" for each in _BAD]
    good = [f"http://127.0.0.1:{port}/ok/{number}" for number in range(5)]
    sides = {"no endpoint": list[str](), "five that answer": good, f"{len(bad)} that misbehave": bad}
    found = {name: _Side() for name in sides}
    order = list(sides)
    for number in range(work.rounds):
        for name in order:
            await _block(folder / f"{number}-{name.replace(' ', '-')}", work, sides[name], found[name])
        order.append(order.pop(0))
    return found


async def _block(folder: Path, work: _Work, urls: Sequence[str], side: _Side) -> None:
    script = [
        {"when": {"tool_result": {"matches": "."}}, "say": "Done.", "times": "forever", "delay_ms": work.delay_ms},
        {
            "say": "One.", "call": [{"tool": "bash", "input": {"command": "one"}}], "times": "forever",
            "delay_ms": work.delay_ms,
        },
    ]  # fmt: skip
    async with engine_in(folder, {"turns": script}) as (engine, http):
        for url in urls:
            await endpoint_at(http, url, _EVENTS)
        session = await _session(http)
        await _turn(engine, http, session)
        used, began, walls = time.process_time(), time.perf_counter(), list[float]()
        while len(walls) < work.turns or time.perf_counter() - began < work.seconds:
            walls.append(await _turn(engine, http, session))
        side.cpu_ms.append((time.process_time() - used) / len(walls) * 1e3)
        side.walls += walls
        side.medians.append(statistics.median(walls))
        if urls and all("/ok" in each for each in urls):
            side.late_s.append(await _all_told(engine))


async def _session(http: httpx2.AsyncClient) -> str:
    agent = (await asked(http, "/v1/agents", name="a", model="m", tools=[_TOOLS]))["id"]
    environment = (await asked(http, "/v1/environments", name="e"))["id"]
    return str((await asked(http, "/v1/sessions", agent=agent, environment_id=environment))["id"])


async def _turn(engine: Engine, http: httpx2.AsyncClient, session: str) -> float:
    """Return how long it takes until the session rests. Units: ms."""
    text: dict[str, Any] = {"type": "user.message", "content": [{"type": "text", "text": "Go on."}]}
    before = await _rests(engine, session)
    with engine._news.listening(watchers_topic(session)) as told:
        began = time.perf_counter()
        await asked(http, f"/v1/sessions/{session}/events", events=[text])
        async with asyncio.timeout(_PATIENCE_S):
            while await _rests(engine, session) == before:
                await told.wait()
                told.clear()
        return (time.perf_counter() - began) * 1e3


async def _rests(engine: Engine, session: str) -> int:
    sql = """
        SELECT seq FROM session_events WHERE workspace_id = :workspace AND session_id = :session
        AND type = 'session.status_idle' ORDER BY seq DESC LIMIT 1"""
    params = {"workspace": engine.settings.workspace, "session": session}
    row = await engine.database.glance(lambda tx: tx.one(sql, params))
    return int(row[0]) if row else 0


async def _all_told(engine: Engine) -> float:
    """Return how long it takes until nothing waits any more. Units: s."""
    began = time.perf_counter()
    sql = "SELECT 1 FROM tellings UNION ALL SELECT 1 FROM deliveries WHERE status = 'pending' LIMIT 1"
    async with asyncio.timeout(_PATIENCE_S):
        while await engine.database.read(lambda tx: tx.one(sql)) is not None:  # noqa: ASYNC110 - another's, on disk
            await asyncio.sleep(0.02)
    return time.perf_counter() - began


def _table(sides: dict[str, _Side]) -> Iterator[str]:
    none = next(iter(sides.values()))
    for name, side in sides.items():
        p50, p99 = _at(side.walls, 0.5), _at(side.walls, 0.99)
        ratios = [own / other for own, other in zip(side.medians, none.medians, strict=True)]
        late = f", all told {statistics.median(side.late_s):.1f} s after the last" if side.late_s else ""
        yield (
            f"  {name:<{_WIDTH}}p50{p50:7.1f} ms ({p50 / _at(none.walls, 0.5):.2f}; rounds {min(ratios):.2f} to "
            f"{max(ratios):.2f})   p99{p99:7.1f} ms ({p99 / _at(none.walls, 0.99):.2f})   "
            f"{statistics.median(side.cpu_ms):5.1f} CPU-ms   {len(side.walls)} turns{late}"
        )


def _at(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]
