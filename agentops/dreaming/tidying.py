"""A dream over the store itself: lines that say the same become one, lines that contradict each other are told."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from agentops.dreaming.candidates import LONGEST_REASON, shortened
from agentops.dreaming.clustering import NEAR, Known, Store
from agentops.memory.comparing.conflict import conflict
from agentops.memory.comparing.counts import uncounted
from agentops.memory.comparing.literals import literals
from agentops.memory.comparing.tfidf import Space
from agentops.memory.comparing.words import plain
from agentops.memory.evidence import Evidence, Origin, worst
from agentops.memory.files import notes_of
from agentops.memory.layout import kind_at
from agentops.memory.notes import Memory, NoteKind, Status, Trust
from agentops.memory.operations import Author, Operation, Verb
from agentops.memory.transcripts import Event, Sort, Transcript

STORE = "memory"
"""The session under which a store's own lines are cited, each by its anchor: `memory#n7k2`."""

_NEARLY_EQUAL = 0.9
_DATE = re.compile(r"^[\[(]?(\d{4}-\d\d-\d\d)[\])]?[:,]?\s+|\s+\((\d{4}-\d\d-\d\d)\)\.?$")
"""The day on which somebody wrote a line, before it or behind it."""

_OUT = frozenset({Status.DISPUTED, Status.QUARANTINED, Status.SUPERSEDED, Status.ARCHIVED})


def as_transcript(memory: Memory) -> Transcript:
    """Return a store as a session, so that its lines can be cited like events."""
    lines = (Event(each.anchor, Sort.MESSAGE, Origin.AGENT, each.text) for each in notes_of(memory))
    return Transcript(STORE, STORE, tuple(lines))


def operations(memory: Memory, author: Author, changed: Iterable[str] = ()) -> Iterator[Operation]:
    """Yield what tidies the store. Each note is changed once a night at most: not those that are changed already."""
    known = Store(memory).comparable
    notes = [each for each in known if each.record is None or each.record.status not in _OUT]
    space = Space([_undated(each) for each in notes])
    touched = set(changed)
    for one, other, alike in space.pairs(NEAR):
        pair = notes[one], notes[other]
        names = {each.note.anchor for each in pair}
        if not names & touched and _are_comparable(*pair) and (operation := _tidied(*pair, alike, author)):
            touched |= names
            yield operation


def _are_comparable(one: Known, other: Known) -> bool:
    """Return whether two notes could be about one thing: of one kind and one scope, and not known to be about two."""
    scopes = {each.record.scope for each in (one, other) if each.record}
    abouts = {each.record.about for each in (one, other) if each.record and each.record.about}
    kinds = {_kind(each) for each in (one, other)} - {None}
    return len(scopes) <= 1 and len(abouts) <= 1 and len(kinds) <= 1


def _kind(known: Known) -> NoteKind | None:
    """Return what a note is about, by its record or its folder."""
    return known.record.kind if known.record else kind_at(known.note.path)


def _tidied(one: Known, other: Known, alike: float, author: Author) -> Operation | None:
    """Return what becomes of two lines that look alike; None where they may well stand side by side."""
    if why := conflict(_undated(one), _undated(other)):
        return _settled(one, other, why, author)
    is_double = plain(_undated(one)) == plain(_undated(other))
    if not is_double and alike < _NEARLY_EQUAL:
        return None
    kept = _fuller(one, other)
    if kept is None:
        return None
    return _operation(Verb.MERGE, (one, other), author, texts=(kept.note.text,), reason="two lines say the same")


def _settled(one: Known, other: Known, why: str, author: Author) -> Operation:
    """Return which of two values goes: the older one where the order is known, else a question for a person."""
    first, second = _day(one), _day(other)
    if first and second and first != second and not any(each.record and each.record.pinned for each in (one, other)):
        old, new = (one, other) if first < second else (other, one)
        reason = f"a newer line holds: {why}"
        superseding = _operation(Verb.SUPERSEDE, (new, old), author, texts=(new.note.text,), reason=reason)
        return replace(superseding, evidence=_evidence(new))
    return _operation(Verb.DISPUTE, (one, other), author, texts=(), reason=f"which holds? {why}")


def _day(known: Known) -> str:
    """Return the day a line speaks of, or was last confirmed on; empty where nobody knows."""
    if written := _DATE.search(known.note.text):
        return written[1] or written[2]
    return str(known.record.last_seen) if known.record and known.record.last_seen else ""


def _undated(known: Known) -> str:
    """Return what a line says, without the day it was written on and without its counts."""
    return _DATE.sub(" ", uncounted(known.note.text)).strip()


def _fuller(one: Known, other: Known) -> Known | None:
    """Return the line that has every number and name of both, the longer one of two; None where neither has."""
    everything = {*literals(one.note.text), *literals(other.note.text)}
    full = [each for each in (one, other) if everything <= set(literals(each.note.text))]
    return max(full, key=lambda each: len(each.note.text), default=None)


def _operation(
    verb: Verb, pair: tuple[Known, Known], author: Author, *, texts: tuple[str, ...], reason: str
) -> Operation:
    """Return an operation about two notes, borne by what they rest on: their evidence, or their own lines."""
    first = pair[0]
    return Operation(
        verb=verb,
        author=author,
        targets=tuple(each.note.anchor for each in pair),
        texts=texts,
        path=first.note.path if texts else "",
        kind=_kind(first),
        trust=first.record.trust if first.record else Trust.OBSERVED,
        origin=worst(each.record.origin if each.record else Origin.AGENT for each in pair),
        scope=first.record.scope if first.record else "",
        about=next((each.record.about for each in pair if each.record and each.record.about), ""),
        evidence=tuple(sorted({cited for each in pair for cited in _evidence(each)})),
        reason=shortened(reason, LONGEST_REASON),
    )


def _evidence(known: Known) -> tuple[Evidence, ...]:
    """Return what a note rests on; a line without a record rests on itself."""
    if known.record and known.record.evidence:
        return known.record.evidence
    return (Evidence(STORE, known.note.anchor),)
