"""The same tasks done twice: how many went better, how many worse, and whether that can be chance."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import comb


@dataclass(frozen=True, slots=True)
class Paired:
    """Counts of pairs; those that went alike say nothing of a difference."""

    better: int
    worse: int
    alike: int

    @classmethod
    def of(cls, pairs: Iterable[tuple[bool, bool]]) -> "Paired":
        """Return the counts of pairs of before and after."""
        found = list(pairs)
        better, worse = sum(new and not old for old, new in found), sum(old and not new for old, new in found)
        return cls(better, worse, len(found) - better - worse)

    @property
    def difference(self) -> float:
        """Return by how much the share of successes rose. Units: shares from -1 to 1."""
        whole = self.better + self.worse + self.alike
        return (self.better - self.worse) / whole if whole else 0.0

    @property
    def p(self) -> float:
        """Return how likely chance alone makes a difference at least as large: McNemar's test, exact and two-sided.

        Source: McNemar 1947; exact by the binomial distribution of the pairs that differ.
        """
        differing = self.better + self.worse
        tail = sum(comb(differing, each) for each in range(min(self.better, self.worse) + 1))
        return min(1.0, 2 * tail / (1 << differing))

    @property
    def words(self) -> str:
        """Return the counts in one line."""
        return f"{self.better} better, {self.worse} worse, {self.alike} alike, p = {self.p:.2g}"
