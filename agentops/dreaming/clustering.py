"""The fifth stage: which candidates are one claim, and which notes they meet.

Likeness proposes, the conflict rule splits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from agentops.dreaming.candidates import Candidate
from agentops.memory.comparing.conflict import conflict
from agentops.memory.comparing.counts import uncounted
from agentops.memory.comparing.tfidf import Space
from agentops.memory.comparing.words import plain
from agentops.memory.files import notes_of
from agentops.memory.layout import kind_at
from agentops.memory.notes import Memory, Note, NoteKind, Record, Status, Trust

ALIKE = 0.72
"""The likeness from which two lines may say the same: of fifty paraphrases half reach it, of unrelated lines none."""

NEAR = 0.55
"""The likeness from which two lines may be about one thing: changed values reach it, the same topic alone does not."""

_WAYS = frozenset({NoteKind.FACT, NoteKind.PLAYBOOK})
"""Kinds between which a way of working moves when it proves itself."""

_VALUED = frozenset({NoteKind.PREFERENCE, NoteKind.FACT})
"""Kinds whose claims are worded by people: what is about another thing may still say the same."""


class Meeting(Enum):
    """How a candidate meets a note."""

    SAME = auto()
    CHANGED = auto()


@dataclass(frozen=True, slots=True)
class Known:
    """A note of the store, with what is known about it."""

    note: Note
    record: Record | None

    @property
    def is_disputed(self) -> bool:
        """Return whether it is flagged already."""
        return self.record is not None and self.record.status is Status.DISPUTED


@dataclass(frozen=True, slots=True)
class Met:
    """A candidate beside the note that it meets."""

    known: Known
    meeting: Meeting
    why: str = ""


_LONGEST_COMPARED = 2_000
"""A longer line is no lesson, and is held against no other: that takes the square of its length. Units: characters."""


class Store:
    """The notes of a store, as candidates find them."""

    def __init__(self, memory: Memory) -> None:
        """Look at every note once."""
        records = memory.ledger.records
        self.notes = tuple(Known(each, records.get(each.anchor)) for each in notes_of(memory))
        self._by_about: dict[str, list[Known]] = {}
        self._by_text: dict[str, list[Known]] = {}
        for each in self.notes:
            self._by_text.setdefault(_plain(each.note.text), []).append(each)
            if each.record and each.record.about:
                self._by_about.setdefault(each.record.about, []).append(each)

    @property
    def comparable(self) -> tuple[Known, ...]:
        """Return the notes that are held against others."""
        return tuple(each for each in self.notes if len(each.note.text) <= _LONGEST_COMPARED)

    def met(self, candidates: Sequence[Candidate]) -> list[Met | None]:
        """Return the note that each candidate meets, or None for one that nobody knew."""
        near = self._near(candidates)
        return [
            self._named(each) or (self._closest(each, near[place]) if near[place] else None)
            for place, each in enumerate(candidates)
        ]

    def _named(self, candidate: Candidate) -> Met | None:
        """Return the note that says the same, or is about the same with another value."""
        texts = [each for each in self._by_text.get(_plain(candidate.text), ()) if _fits(candidate, each)]
        if texts:
            return Met(texts[0], Meeting.SAME)
        about = [each for each in self._by_about.get(candidate.about, ()) if _fits(candidate, each)]
        same = next((each for each in about if _has_value(each.note.text, candidate)), None)
        if same or not about:
            return Met(same, Meeting.SAME) if same else None
        return Met(about[0], Meeting.CHANGED, f"now {candidate.value}" if candidate.value else "")

    def _near(self, candidates: Sequence[Candidate]) -> list[list[tuple[Known, float]]]:
        """Return for each candidate the notes that look like it, the likest first."""
        notes = self.comparable
        free = [each for each in notes if not each.record or not each.record.about or _is_worded(each.record)]
        space = Space([*(uncounted(each.note.text) for each in free), *(uncounted(each.text) for each in candidates)])
        found: list[list[tuple[float, int]]] = [[] for _ in candidates]
        for one, other, alike in space.pairs(NEAR, start=len(free)):
            if one < len(free) and candidates[other - len(free)].trust is not Trust.INFERRED:
                found[other - len(free)].append((-alike, one))
        return [[(free[place], -alike) for alike, place in sorted(each)] for each in found]

    def _closest(self, candidate: Candidate, near: Iterable[tuple[Known, float]]) -> Met | None:
        """Return the likest note that fits: it says the same, unless it is in conflict."""
        for each, alike in near:
            if not _fits(candidate, each):
                continue
            why = conflict(each.note.text, candidate.text)
            if not why and alike >= ALIKE:
                return Met(each, Meeting.SAME)
            if why and not _are_two_things(candidate, each.record):
                return Met(each, Meeting.CHANGED, why)
        return None


def clustered(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    """Return the candidates in groups: what says the same is one, what is about one thing stands together."""
    one_each = _joined(_merged(candidates))
    groups: dict[tuple[str, str, str], list[Candidate]] = {}
    for each in one_each:
        groups.setdefault((each.kind, each.scope, each.about), []).append(each)
    return [groups[key] for key in sorted(groups)]


def _merged(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates, those with one value for one thing as one."""
    groups: dict[tuple[str, str, str, str], list[Candidate]] = {}
    for each in candidates:
        groups.setdefault((each.kind, each.scope, each.about, each.value or _plain(each.text)), []).append(each)
    return [_one(groups[key]) for key in sorted(groups)]


def _joined(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates, those that look alike as one where nothing is in conflict, else as about one thing."""
    worded = [each for each in candidates if _is_worded(each)]
    groups = [[place] for place in range(len(worded))]
    abouts = [each.about for each in worded]
    for one, other, alike in Space([each.text for each in worded]).pairs(NEAR):
        mine, theirs = groups[one], groups[other]
        if mine is theirs or not _are_comparable(worded[one], worded[other]):
            continue
        is_free = not any(conflict(worded[left].text, worded[right].text) for left in mine for right in theirs)
        if is_free and alike >= ALIKE:
            mine += theirs
            for place in theirs:
                groups[place] = mine
        elif not is_free and not _are_slotted(worded[one], worded[other]):
            for place in theirs:
                abouts[place] = abouts[mine[0]]
    own = (each for place, each in enumerate(groups) if each[0] == place)
    joined = (replace(_one([worded[place] for place in each]), about=abouts[each[0]]) for each in own)
    return [*(each for each in candidates if not _is_worded(each)), *joined]


def _is_worded(claim: Candidate | Record) -> bool:
    """Return whether people or tools worded a claim. What code words looks alike and is about what it says it is."""
    return claim.kind in _VALUED and claim.trust is not Trust.INFERRED


def _are_comparable(one: Candidate, other: Candidate) -> bool:
    """Return whether kind and scope match, and neither is the other value of the same thing."""
    return (one.kind, one.scope) == (other.kind, other.scope) and one.about != other.about


def _are_slotted(one: Candidate, other: Candidate) -> bool:
    """Return whether both name the thing that they are about: what differs are two things then, not two values."""
    return bool(one.value and other.value)


def _are_two_things(candidate: Candidate, record: Record | None) -> bool:
    """Return whether a candidate and a note each name the thing that they are about, and not the same."""
    about = record.about if record else ""
    return bool(candidate.value) and " | " in about and about != candidate.about


def _one(same: Sequence[Candidate]) -> Candidate:
    """Return several candidates as one: the most frequent wording, the shorter one of two."""
    texts = [each.text for each in same]
    first = min(same, key=lambda each: (-texts.count(each.text), len(each.text), each.text, each.path))
    witnesses = {each.evidence: each for candidate in same for each in candidate.witnesses}
    ordered = tuple(witnesses[cited] for cited in sorted(witnesses))
    return replace(first, witnesses=ordered, is_certain=any(each.is_certain for each in same))


def _fits(candidate: Candidate, known: Known) -> bool:
    """Return whether kind and scope match; a line that nobody classified takes any."""
    kind = known.record.kind if known.record else kind_at(known.note.path)
    scope = known.record.scope if known.record else candidate.scope
    kinds = {kind, candidate.kind}
    return scope == candidate.scope and (kind is None or len(kinds) == 1 or kinds == _WAYS)


def _has_value(text: str, candidate: Candidate) -> bool:
    """Return whether a note about the same thing says the same of it."""
    return f" {candidate.value} " in f" {_plain(text)} " if candidate.value else True


def _plain(text: str) -> str:
    """Return a line as two nights spell it alike."""
    return plain(uncounted(text))
