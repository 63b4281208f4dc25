"""How alike short texts are: cosine of words and of letters by threes. It proposes; it never decides.

Lines that contradict each other look more alike than lines that say the same in other words: `conflict` decides.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from agentops.memory.comparing.words import plain, terms

_Vector = Mapping[str, float]
_GRAM = 3
_MOST_COMMON = 64
"""A term in more texts than this finds no pairs: everything would be held against everything."""


class Space:
    """Texts as vectors, each term as heavy as it is rare among them."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Read every text once."""
        self._texts = tuple(texts)
        self._words = _vectors([terms(each) for each in self._texts])
        self._grams = _vectors([_grams(each) for each in self._texts])

    def likeness(self, one: int, other: int) -> float:
        """Return how alike two of the texts are, 0 to 1."""
        return (_cosine(self._words[one], self._words[other]) + _cosine(self._grams[one], self._grams[other])) / 2

    def pairs(self, least: float) -> Iterator[tuple[int, int, float]]:
        """Yield the places of texts that are at least so alike, in order, and how much."""
        having: dict[str, list[int]] = {}
        for place, vector in enumerate(self._words):
            rare = [each for term in vector for each in having.get(term, ()) if len(having[term]) <= _MOST_COMMON]
            for earlier in sorted(set(rare)):
                if (alike := self.likeness(earlier, place)) >= least:
                    yield earlier, place, alike
            for term in vector:
                having.setdefault(term, []).append(place)


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are where no others are known, 0 to 1."""
    return Space((one, other)).likeness(0, 1)


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
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return math.fsum(weight * large[term] for term, weight in small.items() if term in large)
