"""Whether two claims about one thing say different things: the rule that decides where likeness only proposes."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from agentops.memory.comparing.counts import uncounted
from agentops.memory.comparing.literals import numbers
from agentops.memory.comparing.words import STOP, stem, terms, words

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|without|cannot|neither|nor|\w+n['\u2019]t|stop|stops|stopped|avoid|avoids|refuse|refuses|refused|"
    r"forbid|forbids|forbidden|lacks?|instead of|rather than|unless)\b",
    re.IGNORECASE,
)
_PAIRS = """
enable disable, allow deny, allow forbid, allow block, accept reject, accept refuse, before after, first last, start
stop, open close, public private, true false, on off, always never, required optional, mandatory optional, up down,
success failure, succeed fail, pass fail, add remove, include exclude, internal external, read write, left right, max
min, maximum minimum, upper lower, more less, increase decrease, ascending descending, sync async, synchronous
asynchronous, encrypted unencrypted, supported unsupported, safe unsafe, works breaks, keep delete, keep drop, manual
automatic, manually automatically, strict lenient, weekly daily, daily hourly, daily nightly, monthly weekly, staging
production, primary replica, primary secondary, old new, fast slow, cheap expensive, mutable immutable, online
offline, client server, http https, enter exit, grant revoke, upgrade downgrade, present absent, even odd, early late,
earlier later, local remote, opt-in opt-out, monday tuesday, spaces tabs, sequential parallel, serial parallel, case-
sensitive case-insensitive, at-least at-most
"""
_OPPOSITES = tuple(frozenset(map(stem, pair.split())) for pair in _PAIRS.split(","))
_ONE_TOPIC = 0.4
"""The share of common words from which two claims are about one thing."""

_ALMOST_EQUAL = 0.6
"""The share of common words from which a difference of a few words is a different value."""

_LONGEST_SUBSTITUTE = 3


def conflict(a: str, b: str) -> str | None:
    """Return why two claims about one thing cannot both hold; None when they can, or are about different things."""
    a, b = uncounted(a), uncounted(b)
    ones, others = terms(a), terms(b)
    common = _share(ones, others)
    if common < _ONE_TOPIC:
        return None
    return _numbers(a, b) or _negated(a, b) or _opposite(ones, others) or _reordered(a, b) or _substituted(a, b, common)


def _share(ones: Sequence[str], others: Sequence[str]) -> float:
    """Return how many of their words two texts have in common: twice the common ones by all."""
    one, other = set(ones), set(others)
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


def _numbers(a: str, b: str) -> str | None:
    """Return the numbers that stand against each other; more of them on one side is a detail, not a conflict."""
    one, other = set(numbers(a.replace("`", " "))), set(numbers(b.replace("`", " ")))
    if one <= other or other <= one:
        return None
    return f"{_first(one - other)} against {_first(other - one)}"


def _first(values: set[str]) -> str:
    """Return the first in order of spelling."""
    return min(values)


def _negated(a: str, b: str) -> str | None:
    """Return whether one says no to what the other says."""
    one, other = len(_NEGATION.findall(a)), len(_NEGATION.findall(b))
    return "one says no to the other" if one % 2 != other % 2 else None


def _opposite(ones: Sequence[str], others: Sequence[str]) -> str | None:
    """Return the opposites of which each has one."""
    one, other = set(ones), set(others)
    for pair in _OPPOSITES:
        if len(mine := pair & one) == 1 and len(theirs := pair & other) == 1 and mine != theirs:
            return f"{next(iter(mine))} against {next(iter(theirs))}"
    return None


def _reordered(a: str, b: str) -> str | None:
    """Return the words that changed places: `from a to b` against `from b to a`."""
    one, other = _content(a), _content(b)
    if one == other or sorted(one) != sorted(other):
        return None
    swapped = [(mine, theirs) for mine, theirs in zip(one, other, strict=True) if mine != theirs]
    mine, theirs = swapped[0]
    return f"{mine} and {theirs} changed places" if len(swapped) <= 2 * _LONGEST_SUBSTITUTE else None


def _substituted(a: str, b: str, common: float) -> str | None:
    """Return the few words that stand in place of others in an otherwise equal sentence."""
    if common < _ALMOST_EQUAL:
        return None
    one, other = _content(a), _content(b)
    changes = [each for each in SequenceMatcher(None, one, other, autojunk=False).get_opcodes() if each[0] != "equal"]
    if len(changes) != 1 or changes[0][0] != "replace":
        return None
    _, start, end, from_, to = changes[0]
    if max(end - start, to - from_) > _LONGEST_SUBSTITUTE:
        return None
    return f"{' '.join(one[start:end])} against {' '.join(other[from_:to])}"


def _content(text: str) -> list[str]:
    """Return the stems in order, without stop words."""
    return [stem(lower) for each in words(text) if (lower := each.lower()) not in STOP]
