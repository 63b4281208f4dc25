"""BM25: which texts a query is about. The first of all searches, without a model."""

import math
from collections import Counter
from collections.abc import Iterable

from agentops.memory.comparing.words import terms

_K1 = 1.2
_B = 0.75


class Index:
    """Texts that can be asked. Source: Robertson and Zaragoza 2009, "The probabilistic relevance framework"."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Read every text once."""
        counts = [Counter(terms(each)) for each in texts]
        self._lengths = [sum(each.values()) for each in counts]
        self._mean = sum(self._lengths) / len(counts) if any(self._lengths) else 1.0
        self._postings: dict[str, list[tuple[int, int]]] = {}
        for place, count in enumerate(counts):
            for term, often in count.items():
                self._postings.setdefault(term, []).append((place, often))

    def __len__(self) -> int:
        """Return how many texts there are."""
        return len(self._lengths)

    def rarity(self, term: str) -> float:
        """Return how telling a term is: the fewer texts have it, the more."""
        having = len(self._postings.get(term, ()))
        return math.log(1 + (len(self) - having + 0.5) / (having + 0.5))

    def scores(self, query: str) -> dict[int, float]:
        """Return the score of every text that shares a term with the query, by its place."""
        found: dict[int, float] = {}
        for term in sorted(set(terms(query))):
            rarity = self.rarity(term)
            for place, often in self._postings.get(term, ()):
                length = 1 - _B + _B * self._lengths[place] / self._mean
                found[place] = found.get(place, 0.0) + rarity * often * (_K1 + 1) / (often + _K1 * length)
        return found

    def best(self, query: str, most: int) -> list[tuple[int, float]]:
        """Return the places of the best texts and their scores, best first; equals keep the order of the texts."""
        return sorted(self.scores(query).items(), key=lambda each: (-each[1], each[0]))[:most]
