"""Whether an event can bear a claim: the share of the claim's telling words that the event has."""

from collections.abc import Callable, Iterable

from agentops.memory.comparing import bm25
from agentops.memory.comparing.words import terms

LEAST = 0.43
"""Keeps 90 of 100 true citations and rejects 98 of 100 false ones on 2,541 pairs of claims and turns."""

_FRAMING = """
fail fails failed failing retry retries retried work works worked session sessions time times run runs call calls
called result ended well often less seen user users want wants prefer prefers preferred say says said state stated
states according change changes changed changing argument arguments repeat repeats repeated repeating observed
reported agent agents
"""
_FRAME = frozenset(terms(_FRAMING))
"""Words in which an observation is put: they come from who writes it, not from what was said."""


def score(claim: str, event_text: str, weight: Callable[[str], float] | None = None) -> float:
    """Return the share, 0 to 1, that the event has of the claim's words, each as heavy as it is telling.

    Without a weight, which an index of many events has (`bm25.Index.rarity`), names and numbers weigh double.
    """
    weigh = weight or telling
    asked = {each: weigh(each) for each in sorted(set(terms(claim)) - _FRAME)}
    whole = sum(asked.values())
    if not whole:
        return 0.0
    found = set(terms(event_text))
    return sum(heavy for term, heavy in asked.items() if term in found) / whole


def is_one_word(claim: str) -> bool:
    """Tell whether a claim has a single telling word, and no name or number: almost anything has it too."""
    said = set(terms(claim)) - _FRAME
    return len(said) == 1 and all(each.isalpha() for each in said) and "`" not in claim


def telling(term: str) -> float:
    """Return how heavy a term is where nobody knows how rare it is."""
    return 1.0 if term.isalpha() else 2.0


def weights(texts: Iterable[str]) -> Callable[[str], float]:
    """Return how telling a term is among the texts."""
    return bm25.Index(texts).rarity
