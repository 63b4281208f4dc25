"""A session as moves: each call of a tool with its result, which logs keep apart and sometimes under one id twice."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentops.memory.evidence import Origin
from agentops.memory.transcripts import Event, Sort, Transcript

_SAYS_ERROR = re.compile(r"\s*(?:error|fatal|exception|traceback \(most recent call last\))\b\s*[:(\n]", re.IGNORECASE)


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
