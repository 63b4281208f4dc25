"""Sentences that people and tools say, made fit for a note: third person, absolute dates, literals in backticks."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

_LONGEST_READ = 20_000
"""How much of one event is read for sentences: of a longer one, its beginning."""

_LONGEST_SENTENCE = 200
_SENTENCE = re.compile(r"(?:[^\n.!?;`]|`[^`\n]*`|[.!?;](?=[^\s\"')\]]))+[.!?;]?")
_DAYS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_DAY = re.compile(rf"\b(?:{'|'.join(_DAYS)})\b", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?:(?:last|next|this|past|coming) (?:week|month|year|quarter|night|morning|afternoon|evening|sprint|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)|recently|lately|currently|right now|"
    r"at the moment|for now(?! on)|nowadays|these days|soon|later|earlier|"
    r"(?:\w+ )?(?:days?|weeks?|months?|hours?|minutes?) ago|(?<!from )now)\b",
    re.IGNORECASE,
)
_LITERAL = re.compile(
    r"(?<![\w`/@.-])(?:(?:~|\.{1,2})?/[\w.@~-]+(?:/[\w.@~-]*)*|--?[a-z][\w-]+|\w+://[^\s`]+[\w/]|"
    r"(?=[\w.:/-]*(?:\d|_|[a-z][./][a-z]|[a-z][A-Z]))\w(?:[\w.:/-]*\w)?)(?![\w`])"
)
_PERSONS = (
    (re.compile(r"^I'd\b"), "The user would"),
    (re.compile(r"^I (prefer|like|want|need|use|expect)\b"), r"The user \1s"),
    (re.compile(r"^I would\b"), "The user would"),
    (re.compile(r"^We (prefer|like|want|need|use|expect|run|deploy|keep)\b"), r"The team \1s"),
    (re.compile(r"^Our\b"), "The"),
    (re.compile(r"\bour\b"), "the team's"),
    (re.compile(r"\bmy\b"), "the user's"),
    (re.compile(r"\bme\b"), "the user"),
)


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text that are short enough for a claim; questions are none."""
    for found in _SENTENCE.finditer(text[:_LONGEST_READ]):
        said = found[0].strip(" \t-*•>")
        if said and len(said) <= _LONGEST_SENTENCE and not said.endswith("?"):
            yield said.rstrip(".!; ")


def dated(said: str, at: datetime | None) -> str | None:
    """Return a sentence with absolute days; None where it speaks of a time that nobody can date."""
    if _RELATIVE.search(said) or (_DAY.search(said) and at is None):
        return None
    return _DAY.sub(lambda found: _day(found[0], at), said)


def _day(word: str, at: datetime | None) -> str:
    """Return the day that a word means on the day it was said."""
    return word if at is None else str(at.date() + timedelta(days=_DAYS[word.lower()]))


def quoted(said: str) -> str:
    """Return a sentence with its names, numbers, flags and paths in backticks, where it has none."""
    return said if "`" in said else _LITERAL.sub(r"`\g<0>`", said)


def told(said: str) -> str:
    """Return a sentence as a note tells it: about the user and the team, with a capital and a full stop."""
    for first, third in _PERSONS:
        said = first.sub(third, said)
    return f"{said[:1].upper()}{said[1:]}."
