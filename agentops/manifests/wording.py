"""How names and counts are put into sentences."""

from collections.abc import Iterable, Sequence

from agentops.base.names import nearest

MOST_TOLD = 100
"""Problems of one document that are told, and of one file that is hardly YAML: more of them have a common cause, and
working out their places would take time that grows with the square of their number."""

_LONGEST = 60
_MANY = 200
"""Candidates that are compared letter by letter; comparing ten thousand takes a fifth of a second."""


def ticked(text: str) -> str:
    """Return the text between backticks, cut so that it fits a line."""
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return f"`{cut}`"


def article(noun: str) -> str:
    """Return the noun with its article: `an Agent`."""
    return f"an {noun}" if noun[:1] in "AEIOaeio" else f"a {noun}"


def either(words: Sequence[str]) -> str:
    """Return the words as a choice: `an Agent, a Team or a Skill`."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def nearest_of_many(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that the word most likely misspells; among very many, one that begins or ends alike."""
    possible = list(candidates)
    if len(possible) > _MANY:
        possible = [each for each in possible if each[:3] == word[:3] or each[-3:] == word[-3:]]
        possible = sorted(possible, key=lambda each: abs(len(each) - len(word)))[:_MANY]
    return nearest(word, possible)
