"""What an agent's step costs, one model call and one tool call, kept in SQLite: ours, other frameworks, and floors.

Every side is a process of its own and asks the same instant model over HTTP. They take their turns one after the
other, round by round, so that a machine's moods meet them alike; what counts is the median, and the ratios of a round.
"""

import json
import sqlite3
import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from .sides import CannotRun, Kind, Side, instant_model, load, started

_WARM_UP = 3
_SHORT, _LONG = 50, (200, 2000)
_OURS, _TARGET = "agentops", "LangGraph"
_WIDTH = 46


_KINDS = (
    Kind("raw aiohttp loop, nothing kept", ("raw",)),
    Kind("raw aiohttp loop, two commits a step", ("raw", "durable")),
    Kind("official SDK loop, nothing kept", ("sdk",)),
    Kind(_OURS, ("agentops",)),
    Kind("agentops, followed by a client", ("agentops", "watched")),
    Kind("Pydantic AI on DBOS", ("pydantic_ai",), peer="pydantic-ai"),
    Kind(_TARGET, ("langgraph",), peer="langgraph"),
    Kind("Deep Agents", ("deepagents",), peer="deepagents"),
    Kind("OpenAI Agents", ("openai_agents",), peer="openai-agents"),
)
_LONG_TOO = frozenset(each.name for each in _KINDS if not each.peer)
"""What takes long turns as well."""


@dataclass(frozen=True, slots=True)
class _Cost:
    """Of one step. Units: ms, ms, bytes in the database."""

    wall_ms: float
    cpu_ms: float
    kept: float


@dataclass(slots=True)
class _Side:
    """A process that takes turns, and what they cost."""

    process: Side
    costs: dict[int, list[_Cost]] = field(default_factory=dict)
    """By the number of steps."""

    @property
    def name(self) -> str:
        """What the tables call it."""
        return self.process.name

    def turn(self, steps: int, model: HTTPConnection) -> _Cost:
        """Return what a turn costs.

        Raises:
            CannotRun: it broke, or did not take all steps.
        """
        folder = self.process.folder
        before = _kept(folder)
        _wanted(model, steps)
        said = self.process.turn(steps)
        if left := _wanted(model, 0):
            raise CannotRun(f"its turn ended {left} steps early")
        kept = (_kept(folder) - before) / steps
        return _Cost(1000 * said["wall_s"] / steps, 1000 * said["cpu_s"] / steps, kept)

    def middle(self, steps: int) -> _Cost:
        """Return the median of the turns with so many steps."""
        costs = self.costs[steps]
        return _Cost(*(statistics.median(getattr(each, name) for each in costs) for name in _Cost.__slots__))


def lines(folder: Path, rounds: int) -> Iterator[str]:
    """Yield the table, line by line."""
    folder.mkdir()
    with ExitStack() as stack:
        port = stack.enter_context(instant_model())
        model = stack.enter_context(closing(HTTPConnection("127.0.0.1", port)))
        sides = []
        for kind in _KINDS:
            try:
                sides.append(_begun(stack, kind, f"http://127.0.0.1:{port}", folder, model))
            except CannotRun as reason:
                yield f"  {kind.name}: cannot run: {reason}"
        yield from _short(sides, rounds, model)
        yield from _flat([each for each in sides if each.name in _LONG_TOO], rounds, model)


def _short(sides: Sequence[_Side], rounds: int, model: HTTPConnection) -> Iterator[str]:
    """Yield what a step of a short turn costs, side by side."""
    _take_turns(sides, _SHORT, rounds, model)
    yield f"One durable step of {_SHORT}: a model call over HTTP and a tool; median of {rounds} rounds, {load()}"
    yield f"  {'':<{_WIDTH}}{'ms':>8}{'CPU ms':>9}{'bytes kept':>12}{'times ours':>12}{'by CPU':>8}"
    ours = next(each for each in sides if each.name == _OURS)
    for side in sides:
        cost = side.middle(_SHORT)
        wall, cpu = _ratios(side, ours)
        yield (
            f"  {side.name:<{_WIDTH}}{cost.wall_ms:>8.2f}{cost.cpu_ms:>9.2f}{cost.kept:>12,.0f}{wall:>12.2f}{cpu:>8.2f}"
        )
    yield "  Every tool answers at once, in memory. agentops streams the replies; the others ask for them whole,"
    yield "  and write when they do by default. CPU is that of the whole process with the loop."


def _flat(sides: Sequence[_Side], rounds: int, model: HTTPConnection) -> Iterator[str]:
    """Yield what a step of longer and longer turns costs."""
    heads = "".join(f"{each:>11,} steps" for each in (_SHORT, *_LONG))
    yield f"\n  {'ms (CPU ms) a step as the session grows':<{_WIDTH}}{heads}"
    for steps in _LONG:
        _take_turns(sides, steps, rounds, model)
    for side in sides:
        costs = [side.middle(each) for each in (_SHORT, *_LONG)]
        told = "".join(f"{f'{each.wall_ms:.2f} ({each.cpu_ms:.2f})':>17}" for each in costs)
        yield f"  {side.name:<{_WIDTH}}{told}"
    yield f"  ({load()} at the end)"


def _take_turns(sides: Sequence[_Side], steps: int, rounds: int, model: HTTPConnection) -> None:
    """Have every side take a turn in every round."""
    for _ in range(rounds):
        for side in sides:
            side.costs.setdefault(steps, []).append(side.turn(steps, model))


def _ratios(side: _Side, ours: _Side) -> tuple[float, float]:
    """Return the medians of the rounds' ratios, wall and CPU: both sides of one met the same machine."""
    pairs = list(zip(side.costs[_SHORT], ours.costs[_SHORT], strict=True))
    return (
        statistics.median(one.wall_ms / other.wall_ms for one, other in pairs),
        statistics.median(one.cpu_ms / other.cpu_ms for one, other in pairs),
    )


def _begun(stack: ExitStack, kind: Kind, url: str, folder: Path, model: HTTPConnection) -> _Side:
    """Return a side that runs and has taken a short turn.

    Raises:
        CannotRun: it does not.
    """
    side = _Side(started(stack, kind, url, folder))
    side.process.answer()
    side.turn(_WARM_UP, model)
    return side


def _wanted(model: HTTPConnection, calls: int) -> int:
    """Say how many calls the next turn has, and return how many the last one left."""
    model.request("GET", f"/{calls}")
    return int(json.loads(model.getresponse().read())["left"])


def _kept(folder: Path) -> int:
    """Return how many bytes the databases in a folder have, with what is still in their logs. Units: bytes.

    The logs stay as long as they are: a database that is in use writes over what it has copied, which costs a fraction
    of making a file longer with each commit.
    """
    files = list(folder.glob("*.db"))
    for file in files:
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA wal_checkpoint(PASSIVE)")
    return sum(each.stat().st_size for each in files)
