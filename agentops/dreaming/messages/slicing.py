"""Sessions cut to what one question holds: between turns, each slice begins with the last turns of the former."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agentops.base.canonical import canonical_json
from agentops.dreaming.messages.framing import shown
from agentops.dreaming.messages.spending import tokens_of
from agentops.memory.evidence import Origin
from agentops.memory.transcripts import Event, Sort, Transcript

SLICE_TOKENS = 25_000
OVERLAP_TURNS = 2

_ANSWERS = frozenset({Sort.RESULT, Sort.OUTCOME})


@dataclass(frozen=True, slots=True)
class Slice:
    """Some turns of a session, in order."""

    transcript: Transcript
    events: tuple[Event, ...]
    number: int
    """From 1."""

    of: int


def sliced(transcript: Transcript, tokens: int = SLICE_TOKENS) -> tuple[Slice, ...]:
    """Return a session as slices; none where nothing in it proves anything."""
    told = [each for each in transcript.events if each.origin is not Origin.RECALLED]
    parts = _parts(_fitting(_turns(told), tokens), tokens)
    return tuple(Slice(transcript, part, number, len(parts)) for number, part in enumerate(parts, 1))


def size(events: Iterable[Event]) -> int:
    """Return a guess of how much a model reads. Units: tokens."""
    return sum(tokens_of(canonical_json(shown(each))) for each in events)


def _turns(events: Sequence[Event]) -> list[list[Event]]:
    """Return the events by turns: calls stay with their results, and a call with the words before it."""
    turns: list[list[Event]] = []
    before: Event | None = None
    for event in events:
        follows = before is not None and (
            event.sort in _ANSWERS or (event.sort is Sort.CALL and before.sort not in _ANSWERS)
        )
        if follows:
            turns[-1].append(event)
        else:
            turns.append([event])
        before = event
    return turns


def _fitting(turns: Iterable[list[Event]], tokens: int) -> list[list[Event]]:
    """Return the turns, those that are too long for one slice event by event."""
    fitting: list[list[Event]] = []
    for turn in turns:
        fitting += [turn] if size(turn) <= tokens else [[each] for each in turn]
    return fitting


def _parts(turns: Sequence[list[Event]], tokens: int) -> list[tuple[Event, ...]]:
    parts, start = [], 0
    sizes = [size(each) for each in turns]
    while start < len(turns):
        end, taken = start + 1, sizes[start]
        while end < len(turns) and taken + sizes[end] <= tokens:
            taken += sizes[end]
            end += 1
        parts.append(tuple(event for turn in turns[start:end] for event in turn))
        if end == len(turns):
            break
        start = max(_overlapping(sizes, end, tokens), start + 1)
    return parts


def _overlapping(sizes: Sequence[int], end: int, tokens: int) -> int:
    """Return where the next slice begins: the overlap leaves it half of its room and the next turn at least."""
    start = end
    room = min(tokens // 2, tokens - sizes[end])
    while start > max(end - OVERLAP_TURNS, 0) and sum(sizes[start - 1 : end]) <= room:
        start -= 1
    return start
