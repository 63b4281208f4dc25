"""What is decided together: candidates and notes that seem to be about one thing, with the pairs that contradict.

Likeness only brings them to one table, few enough for one question. That two things alike may yet differ, a rule says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from agentops.dreaming.candidates import Candidate
from agentops.dreaming.clustering import Known, Store
from agentops.memory.comparing.conflict import conflict
from agentops.memory.comparing.tfidf import Space
from agentops.memory.comparing.words import plain
from agentops.memory.layout import kind_at
from agentops.memory.notes import Memory

ALIKE = 0.35
"""From here two lines may be about one thing. Low: what is brought together wrongly is told apart by who decides."""

MOST_CANDIDATES = 12
MOST_NOTES = 12


@dataclass(frozen=True, slots=True)
class Topic:
    """One table."""

    candidates: tuple[Candidate, ...]
    known: tuple[Known, ...] = ()

    def conflicts(self) -> tuple[tuple[str, str, str], ...]:
        """Return the pairs that contradict, by the names that a question gives them, and why."""
        named = [(f"c{number}", each.text) for number, each in enumerate(self.candidates, 1)]
        notes = [(f"n{number}", each.note.text) for number, each in enumerate(self.known, 1)]
        pairs = [(one, other) for at, one in enumerate(named) for other in (*named[at + 1 :], *notes)]
        found = ((one[0], other[0], conflict(one[1], other[1])) for one, other in pairs)
        return tuple((one, other, why) for one, other, why in found if why)


def topics(candidates: Iterable[Candidate], memory: Memory) -> tuple[Topic, ...]:
    """Return every candidate at one table, in a stable order."""
    new = merged(candidates)
    known = Store(memory).comparable
    tables = _Tables(len(new), len(known))
    space = Space([*(each.text for each in new), *(each.note.text for each in known)])
    everyone: tuple[Candidate | Known, ...] = (*new, *known)
    for one, other, _ in sorted(space.pairs(ALIKE), key=lambda each: (-each[2], each[0], each[1])):
        if one < len(new) and _fit(new[one], everyone[other]):
            tables.join(one, other)
    return tuple(
        Topic(
            tuple(new[at] for at in table if at < len(new)),
            tuple(known[at - len(new)] for at in table if at >= len(new)),
        )
        for table in tables.with_candidates()
    )


def merged(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates in a stable order; those of the same words are one, with all of their witnesses."""
    found: dict[tuple[str, str, str], Candidate] = {}
    for each in sorted(candidates, key=lambda each: (each.path, each.about, each.text, each.evidence)):
        key = (each.kind, each.scope, plain(each.text))
        found[key] = joined(found[key], each) if key in found else each
    return tuple(found.values())


def joined(one: Candidate, other: Candidate) -> Candidate:
    """Return the first candidate with the witnesses of both."""
    witnesses = {each.evidence: each for each in (*one.witnesses, *other.witnesses)}
    return replace(
        one,
        witnesses=tuple(witnesses[each] for each in sorted(witnesses)),
        is_certain=one.is_certain or other.is_certain,
    )


def _fit(one: Candidate, other: Candidate | Known) -> bool:
    """Tell whether two lines can be about one thing at all; a line that people wrote freely can be about anything."""
    if isinstance(other, Candidate):
        return (one.kind, one.scope) == (other.kind, other.scope)
    kind = other.record.kind if other.record else kind_at(other.note.path)
    return kind in {one.kind, None} and (other.record is None or other.record.scope == one.scope)


class _Tables:
    """Candidates, then notes, by their places; each at a table of its own until two are joined."""

    def __init__(self, candidates: int, notes: int) -> None:
        self._candidates = candidates
        self._table: dict[int, list[int]] = {at: [at] for at in range(candidates + notes)}

    def join(self, one: int, other: int) -> None:
        """Bring two tables together, unless that is too many for one question."""
        mine, theirs = self._table[one], self._table[other]
        if mine is theirs or not self._is_room(mine + theirs):
            return
        mine += theirs
        for each in theirs:
            self._table[each] = mine

    def with_candidates(self) -> Sequence[Sequence[int]]:
        """Return the tables at which something is to be decided, each in order, by their first place."""
        tables: Mapping[int, list[int]] = {min(each): sorted(each) for each in self._table.values()}
        return [tables[first] for first in sorted(tables) if first < self._candidates]

    def _is_room(self, table: Sequence[int]) -> bool:
        new = sum(each < self._candidates for each in table)
        return new <= MOST_CANDIDATES and len(table) - new <= MOST_NOTES
