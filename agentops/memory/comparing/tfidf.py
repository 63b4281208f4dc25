"""How alike short texts are: cosine of words and of letters by threes. It proposes; it never decides.

Lines that contradict each other look more alike than lines that say the same in other words: `conflict` decides.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import nlargest

from agentops.base.giving_up import go_on
from agentops.memory.comparing.words import plain, terms

_Vector = Mapping[str, float]
_GRAM = 3
_MOST_COMMON = 64
"""A term in more texts than this finds no pairs: everything would be held against everything."""

_MOST_HELD = 128
"""A text is held against so many at most, those that share the weightiest terms with it."""

_BEYOND_ROUNDING = 1e-9


class Space:
    """Texts as vectors, each term as heavy as it is rare among them."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Read every text once.

        Raises:
            asyncio.CancelledError: it was given up.
        """
        read = tuple(texts)
        self._words = _vectors(list(_each(terms, read)))
        self._grams = _vectors(list(_each(_grams, read)))

    def likeness(self, one: int, other: int) -> float:
        """Return how alike two of the texts are, 0 to 1."""
        return (_cosine(self._words[one], self._words[other]) + _cosine(self._grams[one], self._grams[other])) / 2

    def pairs(self, least: float, start: int = 0) -> Iterator[tuple[int, int, float]]:
        """Yield the places of texts that are at least so alike, in order, and how much; the later one from a place on.

        Raises:
            asyncio.CancelledError: it was given up.
        """
        having: dict[str, list[int]] = {}
        for place, vector in enumerate(self._words):
            go_on()
            for earlier in self._alike(vector, having) if place >= start else ():
                # Most share a word and little else; the letters take ten times as long, and add a half at most.
                words = _cosine(self._words[earlier], vector)
                if words + 1 + _BEYOND_ROUNDING < 2 * least:
                    continue
                alike = (words + _cosine(self._grams[earlier], self._grams[place])) / 2
                if alike >= least:
                    yield earlier, place, alike
            for term in vector:
                having.setdefault(term, []).append(place)

    def _alike(self, vector: _Vector, having: Mapping[str, Sequence[int]]) -> list[int]:
        """Return the places of texts that share rare terms with one, in order."""
        shared: dict[int, float] = {}
        for term, weight in vector.items():
            if len(places := having.get(term, ())) <= _MOST_COMMON:
                for each in places:
                    shared[each] = shared.get(each, 0) + weight * self._words[each][term]
        if len(shared) <= _MOST_HELD:
            return sorted(shared)
        return sorted(nlargest(_MOST_HELD, shared, key=lambda each: (shared[each], -each)))


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are where no others are known, 0 to 1."""
    return Space((one, other)).likeness(0, 1)


def _each(way: Callable[[str], Sequence[str]], texts: Iterable[str]) -> Iterator[Sequence[str]]:
    for each in texts:
        go_on()
        yield way(each)


def _grams(text: str) -> list[str]:
    """Return the letters of each word by threes, its borders too."""
    return [f" {word} "[at : at + _GRAM] for word in plain(text).split() for at in range(len(word))]


def _vectors(documents: Sequence[Sequence[str]]) -> list[_Vector]:
    """Return each document as weights of length one."""
    having = Counter(term for document in documents for term in set(document))
    return [
        _normal({term: (1 + math.log(often)) * _rarity(having[term], len(documents)) for term, often in counts.items()})
        for counts in map(Counter, documents)
    ]


def _rarity(having: int, of: int) -> float:
    """Return how telling a term is; never nothing, so that two texts alone can be compared."""
    return math.log((1 + of) / (1 + having)) + 1


def _normal(weights: Mapping[str, float]) -> _Vector:
    """Return the weights with length one."""
    length = math.sqrt(math.fsum(each * each for each in weights.values()))
    return {term: weight / length for term, weight in weights.items()} if length else {}


def _cosine(one: _Vector, other: _Vector) -> float:
    """Return the product of two vectors of length one."""
    # Whatever the order of what they share: `fsum` rounds once.
    return math.fsum(one[term] * other[term] for term in one.keys() & other.keys())
