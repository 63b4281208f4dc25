"""Numbers and quoted names: what a claim must take from its evidence to the letter."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

_QUOTED = re.compile(r"`([^`\n]+)`")
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:[.,:/-]\d+)*(?:\.\d+)?(?![\w]|\.\d)")
_GAP = "…"
_SEPARATOR = re.compile(r",(?<=\d,)(?=\d{3}\b)")


def literals(text: str) -> Iterator[str]:
    """Yield what must be found to the letter: what stands in backticks, then the numbers outside of them."""
    yield from _QUOTED.findall(text)
    yield from numbers(_QUOTED.sub(" ", text))


def numbers(text: str) -> Iterator[str]:
    """Yield the numbers, dates and versions that stand for themselves; `4,875` is 4875."""
    return (_SEPARATOR.sub("", each[0]) for each in _NUMBER.finditer(text))


def missing(text: str, sources: Iterable[str]) -> tuple[str, ...]:
    """Return the literals of a text that no source holds. `…` inside of backticks stands for any words between."""
    known = [_SEPARATOR.sub("", each) for each in sources]
    folded = [each.casefold() for each in known]
    return tuple(dict.fromkeys(each for each in literals(text) if not any(_holds(source, each) for source in folded)))


def _holds(source: str, literal: str) -> bool:
    """Return whether a source has the parts of a literal in their order, as words of their own."""
    at = 0
    for part in filter(None, (each.strip().casefold() for each in literal.split(_GAP))):
        found = _alone(part).search(source, at) if part.split()[0] in source else None
        if found is None:
            return False
        at = found.end()
    return True


@lru_cache(maxsize=1 << 12)
def _alone(part: str) -> re.Pattern[str]:
    """Return what finds a part, however it is spaced, that is not the middle of a longer word or number."""
    before = r"(?<![\w.])" if part[0].isdigit() else r"(?<![^\W_])" if part[0].isalnum() else ""
    after = r"(?=t\d\d:|(?!\w|\.\d))" if part[-1].isdigit() else r"(?![^\W_])" if part[-1].isalnum() else ""
    return re.compile(before + r"\s+".join(map(re.escape, part.split())) + after)
