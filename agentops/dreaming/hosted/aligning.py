"""Which line of a rewritten store is which of the old one: by anchor, then by words, then by likeness.

Likeness pairs lines and never says what a pair means: a changed value looks more alike than a paraphrase.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agentops.dreaming.hosted.reading import Line
from agentops.memory.comparing.conflict import conflict
from agentops.memory.comparing.tfidf import Space, likeness

ALIKE = 0.5
"""From here a line without an anchor may be an old one in other words."""

_STILL = 0.45
"""Below, and without a conflict, a line that has an old anchor says something else: the anchor was given away."""

_DOUBLE = 0.6
"""From here an old line that is gone may be said by another one."""


_COMPARED = 1_000
"""A longer line is no claim: it is the same one or another one. Units: characters."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """What became of each line."""

    pairs: tuple[tuple[Line, Line], ...]
    """Old and new, in the order of the new store."""

    added: tuple[Line, ...]
    gone: tuple[Line, ...]
    joined: tuple[tuple[Line, Line], ...] = ()
    """Old lines that are gone, each with the new line that says the same."""


def aligned(before: Sequence[Line], after: Sequence[Line]) -> Alignment:
    """Return the alignment; each line has a place in exactly one part of it."""
    table = _Table(before, after)
    table.pair(_by_anchor(before, after))
    table.pair(_by_words(table.old, table.new))
    table.pair(_by_likeness(table.old, table.new))
    joined = _joined(table.old, after)
    said = {id(old) for old, _ in joined}
    return Alignment(
        tuple(table.pairs[id(each)] for each in after if id(each) in table.pairs),
        tuple(table.new),
        tuple(each for each in table.old if id(each) not in said),
        joined,
    )


class _Table:
    """Lines that are still to be paired."""

    def __init__(self, before: Sequence[Line], after: Sequence[Line]) -> None:
        self.old = list(before)
        self.new = list(after)
        self.pairs: dict[int, tuple[Line, Line]] = {}

    def pair(self, found: Iterable[tuple[Line, Line]]) -> None:
        """Take pairs, the first of those that want the same line."""
        old, new = {id(each) for each in self.old}, {id(each) for each in self.new}
        for one, other in found:
            if id(one) in old and id(other) in new:
                old.remove(id(one))
                new.remove(id(other))
                self.pairs[id(other)] = one, other
        self.old = [each for each in self.old if id(each) in old]
        self.new = [each for each in self.new if id(each) in new]


def _by_anchor(before: Sequence[Line], after: Sequence[Line]) -> Iterable[tuple[Line, Line]]:
    named = {each.anchor: each for each in before if each.is_named}
    for each in after:
        old = named.get(each.anchor)
        if old is not None and _is_still(old, each):
            yield old, each


def _is_still(old: Line, new: Line) -> bool:
    if old.words == new.words or not _are_short(old, new):
        return old.words == new.words
    return likeness(old.said, new.said) >= _STILL or bool(conflict(old.said, new.said))


def _are_short(*each: Line) -> bool:
    return all(len(line.said) <= _COMPARED for line in each)


def _by_words(before: Sequence[Line], after: Sequence[Line]) -> Iterable[tuple[Line, Line]]:
    """Yield lines of the same words: first those in the same file, then those that moved."""
    for is_same_file in (True, False):
        known: dict[tuple[str, str], list[Line]] = {}
        for each in before:
            known.setdefault((each.path if is_same_file else "", each.words), []).append(each)
        for each in after:
            for old in known.get((each.path if is_same_file else "", each.words), ()):
                yield old, each


def _by_likeness(before: Sequence[Line], after: Sequence[Line]) -> Iterable[tuple[Line, Line]]:
    """Yield the most alike first."""
    before, after = list(filter(_are_short, before)), list(filter(_are_short, after))
    space = Space([*(each.said for each in before), *(each.said for each in after)])
    found = [(-alike, one, other) for one, other, alike in space.pairs(ALIKE) if one < len(before) <= other]
    for _, one, other in sorted(found):
        yield before[one], after[other - len(before)]


def _joined(gone: Sequence[Line], after: Sequence[Line]) -> tuple[tuple[Line, Line], ...]:
    """Return the lines that are gone and are still said, each with the line that says it best."""
    gone, after = list(filter(_are_short, gone)), list(filter(_are_short, after))
    space = Space([*(each.said for each in gone), *(each.said for each in after)])
    best: dict[int, tuple[float, int]] = {}
    for one, other, alike in space.pairs(_DOUBLE):
        if one < len(gone) <= other and not conflict(gone[one].said, after[other - len(gone)].said):
            best[one] = min(best.get(one, (0.0, 0)), (-alike, other - len(gone)))
    return tuple((gone[one], after[best[one][1]]) for one in sorted(best))
