"""Whether two claims about one thing say different things: the rule that decides where likeness only proposes."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher

from agentops.memory.comparing.counts import uncounted
from agentops.memory.comparing.literals import numbers
from agentops.memory.comparing.words import STOP, stem, terms, words

_NO = r"not|no|never|none|nobody|nothing|without|cannot|neither|nor|\w+n['\u2019]t"
_REFUSING = (
    r"stop|stops|stopped|avoids?|refuses?|refused|forbids?|forbidden|lacks?|instead of|rather than|unless|skips?|"
    r"skipped|omits?|omitted"
)
_PLAIN_NO = re.compile(rf"\b(?:{_NO})\b", re.IGNORECASE)
_NEGATION = re.compile(rf"\b(?:{_NO}|{_REFUSING})\b", re.IGNORECASE)
_PAIRS = """
enable disable, allow deny, allow forbid, allow block, accept reject, accept refuse, before after, first last, start
stop, open close, public private, true false, always never, required optional, mandatory optional, up down, succeed
fail, pass fail, add remove, include exclude, internal external, read write, left right, max min, maximum minimum,
upper lower, more less, better worse, increase decrease, ascending descending, sync async, synchronous asynchronous,
encrypted unencrypted, supported unsupported, safe unsafe, works breaks, keep delete, keep drop, manual automatic,
manually automatically, strict lenient, staging production, primary replica, primary secondary, old new, fast slow,
cheap expensive, mutable immutable, online offline, client server, http https, enter exit, grant revoke, upgrade
downgrade, present absent, even odd, early late, earlier later, local remote, opt-in opt-out, spaces tabs,
sequential parallel, serial parallel, case- sensitive case-insensitive, at-least at-most
"""
_OPPOSITES = tuple(frozenset(map(stem, pair.split())) for pair in _PAIRS.split(","))
_DAYS = "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays sundays"
_MONTHS = "january february march april june july august september october november december"
_TURNS = "hourly daily nightly weekly monthly quarterly yearly"
_CALENDAR = tuple(frozenset(map(stem, each.split())) for each in (_DAYS, _MONTHS, _TURNS))

_CASE = re.compile(
    r"\bfail\w* with `(?P<error>[^`]+)`|^Runs in which (?P<habit>.+?) end\b|^`(?P<tool>[^`]+)` repeated\b"
)
"""What a claim is about that tells of an error, a habit or a repeated call: two of them are two cases."""

_ONE_TOPIC = 0.5
"""The share of common words from which two claims are about one thing."""

_ALMOST_EQUAL = 0.6
"""The share of common words from which a difference of a few words is a different value."""

_LONGEST_SUBSTITUTE = 3


def conflict(a: str, b: str) -> str | None:
    """Return why two claims about one thing cannot both hold; None when they can, or are about different things."""
    a, b = uncounted(a), uncounted(b)
    cases = {each[each.lastgroup or 0] for text in (a, b) if (each := _CASE.search(text))}
    if len(cases) == 2:
        return None
    common = _share(terms(a), terms(b))
    if common < _ONE_TOPIC:
        return None
    return (
        _numbers(a, b)
        or _times(a, b)
        or _negated(a, b)
        or _opposite(a, b)
        or _reordered(a, b)
        or _renamed(a, b, common)
    )


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


def _first(values: AbstractSet[str]) -> str:
    """Return the first in order of spelling."""
    return min(values)


def _negated(a: str, b: str) -> str | None:
    """Return whether one says no to what the other says."""
    one, other = len(_NEGATION.findall(a)), len(_NEGATION.findall(b))
    return "one says no to the other" if one % 2 != other % 2 else None


def _times(a: str, b: str) -> str | None:
    """Return the days, months or turns that stand against each other."""
    said = _stems(a), _stems(b)
    for kind in _CALENDAR:
        one, other = (kind & each for each in said)
        if one and other and not one & other:
            return f"{_first(one)} against {_first(other)}"
    return None


def _opposite(a: str, b: str) -> str | None:
    """Return the opposites of which each has one; `not allowed` is no opposite of `forbidden`."""
    if len(_PLAIN_NO.findall(a)) % 2 != len(_PLAIN_NO.findall(b)) % 2:
        return None
    one, other = _stems(a), _stems(b)
    for pair in _OPPOSITES:
        mine, theirs = pair & one, pair & other
        if len(mine) == 1 and len(theirs) == 1 and mine != theirs:
            return f"{_first(mine)} against {_first(theirs)}"
    return None


def _reordered(a: str, b: str) -> str | None:
    """Return the two words that changed places: `from a to b` against `from b to a`. A passive turns them rightly."""
    one, other = _content(a), _content(b)
    if sorted(one) != sorted(other) or ("by" in a.split()) != ("by" in b.split()):
        return None
    moved = [mine for mine, theirs in zip(one, other, strict=True) if mine != theirs]
    return f"{moved[0]} and {moved[1]} changed places" if len(moved) == 2 else None


def _renamed(a: str, b: str, common: float) -> str | None:
    """Return the few words that stand in place of others in an otherwise equal sentence, or a name that does."""
    if common < _ALMOST_EQUAL:
        return None
    one, other = _content(a), _content(b)
    changes = [each for each in SequenceMatcher(None, one, other, autojunk=False).get_opcodes() if each[0] != "equal"]
    if len(changes) == 1 and changes[0][0] == "replace":
        _, start, end, from_, to = changes[0]
        return _substituted(one[start:end], other[from_:to])
    mine, theirs = sorted(set(one) - set(other)), sorted(set(other) - set(one))
    if len(mine) == len(theirs) == 1 and _is_name(mine[0], a) and _is_name(theirs[0], b):
        return f"{mine[0]} against {theirs[0]}"
    return None


def _substituted(mine: Sequence[str], theirs: Sequence[str]) -> str | None:
    """Return the words that stand in place of others; `run` in place of `runner` is the same word."""
    one = [each for each in mine if not any(_is_akin(each, word) for word in theirs)]
    other = [each for each in theirs if not any(_is_akin(each, word) for word in mine)]
    if not one or not other or max(len(one), len(other)) > _LONGEST_SUBSTITUTE:
        return None
    return f"{' '.join(one)} against {' '.join(other)}"


def _is_akin(one: str, other: str) -> bool:
    """Return whether one word is made of the other."""
    return one.isalpha() and other.isalpha() and (one.startswith(other) or other.startswith(one))


def _is_name(stemmed: str, text: str) -> bool:
    """Return whether a word is written as a name, or is the first of its sentence."""
    return any(each[0].isupper() and stem(each.lower()) == stemmed for each in words(text))


def _stems(text: str) -> frozenset[str]:
    """Return the stems of all words, stop words too."""
    return frozenset(stem(each.lower()) for each in words(text))


def _content(text: str) -> list[str]:
    """Return the stems in order, without stop words."""
    return [stem(lower) for each in words(text) if (lower := each.lower()) not in STOP]
