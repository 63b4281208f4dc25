"""What is wrong with the wording of a claim: days that move, rules without backing, failures without a version, orders.

Names in backticks and words in quotes are verbatim, so nothing is held against them. Source: dreaming note, section 3.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentops.memory.notes import NoteKind, Trust

ABSOLUTE_SESSIONS = 3
"""How many sessions bear a rule without exception, unless a person stated it."""

_VERBATIM = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”")
_WEEKDAY = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_RELATIVE = re.compile(
    r"\b(?:today|yesterday|tomorrow|tonight|nowadays|recently|currently|at the moment|these days|right now|"
    rf"(?:last|next|this|previous|coming) (?:week|month|year|quarter|night|morning|weekend|{_WEEKDAY})|"
    r"(?:a|an|one|two|three|few|several|\d+) (?:minutes?|hours?|days?|weeks?|months?|years?) ago|"
    r"in (?:a|one|two|three|\d+) (?:days?|weeks?|months?|years?)(?= time\b|[.,;]|$))\b",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(
    r"\b(?:always|never|every single time|without exception|in all cases|under no circumstances)\b", re.IGNORECASE
)
_FAILS = re.compile(
    r"\b(?:(?:does|do|did|will)(?: not|n't) work|(?:is|are) (?:broken|unusable|out of order)|no longer works?|"
    r"(?:never|cannot) works?|stopped working)\b",
    re.IGNORECASE,
)
_PINNED_DOWN = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\bv?\d+\.\d+(?:\.\d+)*\b|\bversion \d+|\bv\d+\b", re.IGNORECASE)
_ORDER = re.compile(
    r"[\W_]*(?:(?:please|do not|don't|never|always|remember|ensure|make sure|be sure|avoid|ignore|disregard|refrain)\b|"
    r"(?:use|call|run|check|ask|send|delete|set|add|install|write|read|keep|stop|start|save|verify|confirm|retry|try|"
    r"follow|tell|say|give|get|fetch|open|close|create|update|remove|cancel|book|offer|transfer|forward|store|pass|skip)"
    r"\s+(?=[`\"“\d]|(?:the|a|an|all|any|every|each|your|it|them|him|her|this|that|these|those|only|to|no|not|up|on|in|"
    r"with|from|for|by|before|after|if|when|first|again)\b))",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(r"\byou (?:must|should|shall|have to|need to|are to|may not|can't|cannot)\b", re.IGNORECASE)
_ORDERLY = frozenset({NoteKind.PREFERENCE, NoteKind.PLAYBOOK})


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with a claim, where in its text, and the way out."""

    rule: str
    """`relative-date`, `absolute`, `undated-failure` or `instruction`."""

    message: str
    start: int
    end: int


def flaws(text: str, kind: NoteKind, *, trust: Trust = Trust.OBSERVED, sessions: int = 0) -> tuple[Flaw, ...]:
    """Return everything wrong with a claim, in the order of the text."""
    found = [*relative_dates(text), *undated_failures(text), *instructions(text, kind)]
    if trust is not Trust.STATED and sessions < ABSOLUTE_SESSIONS:
        found.extend(absolutes(text))
    return tuple(sorted(found, key=lambda flaw: (flaw.start, flaw.rule)))


def relative_dates(text: str) -> Iterator[Flaw]:
    """Yield days that mean another day tomorrow."""
    for found in _RELATIVE.finditer(_masked(text)):
        yield _flaw("relative-date", found, f"{found[0]!r} means another day tomorrow: write the date")


def absolutes(text: str) -> Iterator[Flaw]:
    """Yield rules without exception: they need three sessions, or a person who stated them."""
    for found in _ABSOLUTE.finditer(_masked(text)):
        words = f"{found[0]!r} needs {ABSOLUTE_SESSIONS} sessions or a person who stated it: say what was seen"
        yield _flaw("absolute", found, words)


def undated_failures(text: str) -> Iterator[Flaw]:
    """Yield what is said not to work, without a version or a date: it hardens into a refusal."""
    if _PINNED_DOWN.search(text):
        return
    for found in _FAILS.finditer(_masked(text)):
        yield _flaw("undated-failure", found, f"{found[0]!r} needs the version or the date on which it was so")


def says_it_fails(text: str) -> bool:
    """Tell whether a claim says that something does not work."""
    return _FAILS.search(_masked(text)) is not None


def instructions(text: str, kind: NoteKind) -> Iterator[Flaw]:
    """Yield orders: only preferences and playbooks give any."""
    if kind in _ORDERLY:
        return
    masked = _masked(text)
    words = "is an order: a {} says what was observed; orders belong into preferences and playbooks"
    if found := _ORDER.match(masked):
        yield _flaw("instruction", found, f"{found[0].strip()!r} {words.format(kind.value)}")
    for found in _ADDRESSED.finditer(masked):
        yield _flaw("instruction", found, f"{found[0]!r} {words.format(kind.value)}")


def _masked(text: str) -> str:
    """Return the text, as long as before, without what is verbatim."""
    return _VERBATIM.sub(lambda found: found[0][0] + "\0" * (len(found[0]) - 2) + found[0][-1], text)


def _flaw(rule: str, found: re.Match[str], message: str) -> Flaw:
    return Flaw(rule, message, found.start(), found.end())
