"""A session as moves: each call of a tool with its result, which logs keep apart and sometimes under one id twice."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentops.base.canonical import canonical_json
from agentops.memory.evidence import Origin
from agentops.memory.transcripts import Event, Sort, Transcript

_SAYS_ERROR = re.compile(r"\s*(?:error|fatal|exception|traceback \(most recent call last\))\b\s*[:(\n]", re.IGNORECASE)

_WORD = re.compile(r"\w+")
_LONGEST_ARGUMENTS = 10_000


@dataclass(frozen=True, slots=True)
class Move:
    """One call and its result."""

    call: Event
    result: Event | None

    @property
    def tool(self) -> str:
        """Return the tool's name."""
        return self.call.tool

    @property
    def slot(self) -> tuple[str, str]:
        """Return the thread and the tool: what a retry has in common with what it retries."""
        return self.call.thread, self.call.tool

    @property
    def failed(self) -> bool:
        """Return whether the result is an error."""
        return self.result is not None and is_error(self.result)


def is_error(event: Event) -> bool:
    """Return whether a result is an error: marked as one, or beginning like one where logs mark nothing."""
    return event.sort is Sort.RESULT and (event.is_error or _SAYS_ERROR.match(event.text[:64]) is not None)


def is_retry(first: Move, then: Move) -> bool:
    """Return whether a call tries again what another one tried.

    Where the arguments are free text, it keeps one, or a third of its words: the next command is mostly another matter.
    """
    before, after = first.call.arguments, then.call.arguments
    is_text = any(isinstance(each, str) and " " in each.strip() for each in (*before.values(), *after.values()))
    if not is_text or any(key in after and after[key] == value for key, value in before.items()):
        return True
    one, other = _words(before), _words(after)
    return 3 * len(one & other) >= min(len(one), len(other))


def retried(transcript: Transcript) -> Iterator[tuple[Move, Move | None]]:
    """Yield each call with the one that tries it again, if the next call of its tool does."""
    made = tuple(moves(transcript))
    following: dict[tuple[str, str], Move] = {}
    found: list[tuple[Move, Move | None]] = []
    for move in reversed(made):
        then = following.get(move.slot)
        found.append((move, then if then and is_retry(move, then) else None))
        following[move.slot] = move
    return reversed(found)


def _words(arguments: Mapping[str, Any]) -> set[str]:
    """Return the words of all values."""
    return set(_WORD.findall(canonical_json(list(arguments.values()))[:_LONGEST_ARGUMENTS]))


def moves(transcript: Transcript) -> Iterator[Move]:
    """Yield the calls in their order, each with the result that answers it; what was recalled is left out."""
    events = [each for each in transcript.events if each.origin is not Origin.RECALLED]
    waiting: dict[str, int] = {}
    made: list[tuple[Event, Event | None]] = []
    for event in events:
        if event.sort is Sort.CALL:
            waiting[event.call] = len(made)
            made.append((event, None))
        elif event.sort is Sort.RESULT and (place := waiting.pop(event.call, None)) is not None:
            made[place] = (made[place][0], event)
    return (Move(call, result) for call, result in made)
