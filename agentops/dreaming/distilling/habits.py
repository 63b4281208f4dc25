"""What a session did, as traits that many sessions can share: calls, their order, and calls made twice."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agentops.memory.moves import Move, moves
from agentops.memory.transcripts import Event, Transcript

_LONGEST = 3
_MOST_CALLS = 2000
"""Calls of one session that are looked at."""

_READS = re.compile(
    r"^(?:get|list|search|find|read|view|show|describe|fetch|query|look|check|calculate|count|think|grep|glob|open|cat|ls)"
    r"(?![a-z])",
    re.IGNORECASE,
)
"""How the names of tools begin that change nothing."""


@dataclass(frozen=True, slots=True, order=True)
class Habit:
    """One trait of a session."""

    words: str
    """What the agent of such a session does, in a claim: `calls `x``."""

    size: int
    """How many calls it speaks of: of two habits of the same sessions the shorter one is told."""

    tool: str
    """The tool that it ends with."""


def habits(transcript: Transcript) -> Iterator[tuple[Habit, tuple[Event, ...]]]:
    """Yield each habit of a session once, with the events that show it."""
    made = list(moves(transcript))[:_MOST_CALLS]
    writes = [each for each in made if not _READS.match(each.tool)]
    seen: set[Habit] = set()
    for habit, events in (*_sequences(made, ""), *_sequences(writes, " among its changes"), *_repeats(made)):
        if habit not in seen:
            seen.add(habit)
            yield habit, events


def _sequences(made: Sequence[Move], among: str) -> Iterator[tuple[Habit, tuple[Event, ...]]]:
    """Yield the calls that follow each other."""
    for size in range(2 if among else 1, _LONGEST + 1):
        for at in range(len(made) - size + 1):
            window = made[at : at + size]
            tools = tuple(each.tool for each in window)
            yield Habit(f"{_chain(tools)}{among}", size, tools[-1]), tuple(each.call for each in window)


def _chain(tools: Sequence[str]) -> str:
    """Return the calls as a claim tells them."""
    if len(tools) > 1 and len(set(tools)) == 1:
        return f"calls `{tools[0]}` {('twice', 'three times')[len(tools) - 2]} in a row"
    return "calls " + ", then ".join(f"`{each}`" for each in tools)


def _repeats(made: Iterable[Move]) -> Iterator[tuple[Habit, tuple[Event, ...]]]:
    """Yield the calls that were made before with the same arguments."""
    return (
        (Habit(f"calls `{again.tool}` again with the same arguments", 1, again.tool), (again.call,))
        for _, again in repeated(made)
    )


def repeated(made: Iterable[Move]) -> Iterator[tuple[Move, Move]]:
    """Yield each call that was made before with the same arguments, after the one before."""
    last: dict[tuple[str, str, str], Move] = {}
    for move in made:
        key = (*move.slot, move.call.text)
        if before := last.get(key):
            yield before, move
        last[key] = move
