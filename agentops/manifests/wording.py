"""How names and counts are put into sentences."""

from collections.abc import Sequence

_LONGEST = 60


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


def counted(count: int, noun: str) -> str:
    """Return the count with its noun: `1 error`, `3 errors`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
