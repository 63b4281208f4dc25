"""What it costs to divide the work: a lead, 25 specialists at once, 20 steps each, and a model that takes 50 ms.

Nobody can be faster than the longest chain of requests: the lead's two, and a specialist's steps and last answer.
Every side is a process of its own and asks the same model over HTTP, which plays the lead and the specialists. They
take their turns one after the other, round by round; what counts is the median, and the ratios of a round.
"""

import json
import os
import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from .agents.turns import SPECIALISTS
from .sides import CannotRun, Kind, Side, instant_model, load, started

_PACE_S = 0.05
_STEPS, _WARM_UP = 20, 3
_IDEAL_S = _PACE_S * (2 + _STEPS + 1)
_WIDTH = 46
_FLOOR = "raw aiohttp, nothing kept"

_KINDS = (
    Kind(_FLOOR, ("raw_team",)),
    Kind("official SDK, nothing kept", ("sdk_team",)),
    Kind("agentops, durable", ("agentops_team",)),
    Kind("Pydantic AI, delegation, nothing kept", ("pydantic_ai_team",), peer="pydantic-ai"),
    Kind("LangGraph, agents in tools, nothing kept", ("langgraph_team",), peer="langgraph"),
    Kind("LangGraph, agents in tools, SQLite", ("langgraph_team", "durable"), peer="langgraph"),
    Kind("Deep Agents, subagents, nothing kept", ("deepagents_team",), peer="deepagents"),
    Kind("Deep Agents, subagents, SQLite", ("deepagents_team", "durable"), peer="deepagents"),
    Kind("OpenAI Agents, agents as tools, nothing kept", ("openai_agents_team",), peer="openai-agents"),
)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one turn of a team cost, and how late the model was in it. Units: ms of the model's."""

    wall_s: float
    cpu_s: float
    late_ms: float
    latest_ms: float
    model_cpu_ms: float


@dataclass(slots=True)
class _Team:
    """A side, what its lead calls, and what its turns cost."""

    side: Side
    lead: Any
    turns: list[_Turn] = field(default_factory=list)

    def turn(self, steps: int, model: HTTPConnection) -> _Turn:
        """Return what a turn costs.

        Raises:
            CannotRun: it broke, or the model was not asked as often as such a team asks.
        """
        _posted(model, {"pace_s": _PACE_S, "steps": steps, "lead": self.lead})
        said = self.side.turn(steps)
        told = _posted(model, {})
        wanted = 1 + len(self.lead) + SPECIALISTS * (steps + 1)
        if told["answers"] != wanted:
            raise CannotRun(f"it asked the model {told['answers']} times, where such a team asks {wanted} times")
        return _Turn(said["wall_s"], said["cpu_s"], told["late_ms"], told["latest_ms"], told["cpu_ms"])


def lines(folder: Path, rounds: int) -> Iterator[str]:
    """Yield the table, line by line."""
    folder.mkdir()
    yield (
        f"{SPECIALISTS} specialists at once, {_STEPS} steps each, a model that takes {1000 * _PACE_S:.0f} ms: "
        f"ideal {_IDEAL_S:.2f} s; median of {rounds}; {os.cpu_count()} CPUs, {load()}"
    )
    with ExitStack() as stack:
        port = stack.enter_context(instant_model())
        model = stack.enter_context(closing(HTTPConnection("127.0.0.1", port)))
        teams = []
        for kind in _KINDS:
            try:
                teams.append(_begun(stack, kind, f"http://127.0.0.1:{port}", folder, model))
            except CannotRun as reason:
                yield f"  {kind.name}: cannot run: {reason}"
        for team in [each for _ in range(rounds) for each in teams]:
            team.turns.append(team.turn(_STEPS, model))
        yield from _table(teams)


def _table(teams: Sequence[_Team]) -> Iterator[str]:
    """Yield what the turns cost, side by side."""
    yield f"  {'':<{_WIDTH}}{'wall s':>8}{'CPU s':>8}{'of ideal':>10}{'of raw':>8}{'late ms':>10}{'worst':>8}"
    floor = next(each for each in teams if each.side.name == _FLOOR)
    for team in teams:
        wall, cpu, late, latest = (_middle(team.turns, each) for each in ("wall_s", "cpu_s", "late_ms", "latest_ms"))
        ratio = statistics.median(one.wall_s / raw.wall_s for one, raw in zip(team.turns, floor.turns, strict=True))
        yield (
            f"  {team.side.name:<{_WIDTH}}{wall:>8.2f}{cpu:>8.2f}{wall / _IDEAL_S:>10.2f}{ratio:>8.2f}"
            f"{late:>10.1f}{latest:>8.0f}"
        )
    cpu_ms = statistics.median(each.model_cpu_ms for team in teams for each in team.turns)
    yield f"  The model is a process of its own: {cpu_ms:.2f} CPU ms an answer, and late by so many ms (median, worst)."
    yield f"  Every tool answers at once, in memory. CPU is that of the whole process of a side; {load()} at the end."


def _middle(turns: Sequence[_Turn], name: str) -> float:
    return float(statistics.median(getattr(each, name) for each in turns))


def _begun(stack: ExitStack, kind: Kind, url: str, folder: Path, model: HTTPConnection) -> _Team:
    """Return a team that runs and has taken a short turn.

    Raises:
        CannotRun: it does not.
    """
    side = started(stack, kind, url, folder)
    team = _Team(side, side.answer()["lead"])
    team.turn(_WARM_UP, model)
    return team


def _posted(model: HTTPConnection, team: dict[str, Any]) -> dict[str, float]:
    """Have the model be a team, and return what the one before came to."""
    model.request("POST", "/team", json.dumps(team))
    told: dict[str, float] = json.loads(model.getresponse().read())
    return told
