"""How notes fade: what is not seen again is asked about, then put away. Pure functions of records and the day."""

from collections.abc import Iterator
from datetime import date, timedelta

from agentops.memory.files import bullets_of
from agentops.memory.linting import says_it_fails
from agentops.memory.notes import Memory, Note, NoteKind, Record, Status, Trust
from agentops.memory.operations import Author, Operation, Verb

_HALF_LIVES = {
    NoteKind.PREFERENCE: 180,
    NoteKind.DECISION: 120,
    NoteKind.PLAYBOOK: 120,
    NoteKind.PITFALL: 90,
    NoteKind.FACT: 60,
    NoteKind.REFERENCE: 60,
}
"""Units: days. Source: dreaming note, section 4; a reference is a fact about where something is."""

_GROWTH = 1.5
_LONGEST = 365.0
_SHORTEST = 1.0
_ASK_BELOW = 0.25
_RETIRE_BELOW = 0.1
_SHORT_REVIEW = 30
_AUTHOR = Author("lexical")


def half_life(record: Record) -> float:
    """Return how long a note takes to lose half of its strength. Units: days.

    Each day on which it was seen again makes it longer; each session that speaks against it halves it.
    """
    base = _HALF_LIVES[record.kind] * _GROWTH ** min(max(record.support.days - 1, 0), 20)
    return max(min(base, _LONGEST) * 0.5 ** min(record.support.against, 20), _SHORTEST)


def strength(record: Record, today: date) -> float:
    """Return how strong a note still is, 1 on the day it was last seen; one that nobody dated does not fade."""
    if record.last_seen is None:
        return 1.0
    age = max((today - record.last_seen).days, 0)
    return float(2 ** (-age / half_life(record)))


def review_day(record: Record, text: str) -> date | None:
    """Return the day after which a note should be asked about. What is said not to work is asked about soon."""
    if record.last_seen is None:
        return None
    days = half_life(record)
    return record.last_seen + timedelta(days=round(min(days, _SHORT_REVIEW) if says_it_fails(text) else days))


def due(memory: Memory, today: date) -> tuple[Operation, ...]:
    """Return what fading asks for: `retire` for what is all but gone, `noop` with a question for what is weak.

    What people stated or pinned is never retired silently: it is asked about.
    """
    return tuple(_due(memory, today))


def _due(memory: Memory, today: date) -> Iterator[Operation]:
    for _, bullet in bullets_of(memory):
        record = memory.ledger.records.get(bullet.note.anchor)
        if record is None or record.status in {Status.SUPERSEDED, Status.ARCHIVED}:
            continue
        left = strength(record, today)
        is_kept = record.pinned or record.trust is Trust.STATED
        if left < _RETIRE_BELOW and not is_kept:
            yield _operation(Verb.RETIRE, bullet.note, f"not seen since {record.last_seen}")
        elif left < _ASK_BELOW:
            yield _operation(Verb.NOOP, bullet.note, f"not seen since {record.last_seen}: does it still hold?")


def _operation(verb: Verb, note: Note, reason: str) -> Operation:
    return Operation(verb, _AUTHOR, targets=(note.anchor,), path=note.path if verb is Verb.NOOP else "", reason=reason)
