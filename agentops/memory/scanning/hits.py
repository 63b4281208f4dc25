"""A place in a text where a scanner found something, and how patterns are tried without ever going back far."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A part of a text. Units: characters; `end` is the first one after it."""

    start: int
    end: int
    what: str
    """A slug that names the sort of thing: `aws-key`, `email`, `zero-width`."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that is only tried where the text holds one of its needles: searching those costs next to nothing.

    Every quantifier in a pattern has a bound and no two of them can take the same characters by turns, so a try costs
    at most a few hundred steps wherever it begins: the whole search is linear in the text.
    """

    what: str
    needles: tuple[str, ...]
    """What every match begins with, literally."""

    pattern: re.Pattern[str]
    """Matched from the needle on; its group `value`, where there is one, is what was found."""

    accepts: Callable[[re.Match[str]], bool] = lambda _found: True

    def find(self, text: str) -> Iterator[Hit]:
        """Return what the rule finds."""
        for needle in self.needles:
            at = text.find(needle)
            while at >= 0:
                found = self.pattern.match(text, at)
                if found is None or not self.accepts(found):
                    at = text.find(needle, at + 1)
                    continue
                start, end = found.span("value" if "value" in self.pattern.groupindex else 0)
                yield Hit(start, end, self.what)
                at = text.find(needle, max(end, at + 1))


class Rules:
    """Rules that are tried together. Most texts hold none of their needles, and cost only the search for those."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Take them in the order in which they find."""
        self._rules = tuple(rules)
        self._needles = tuple(dict.fromkeys(needle for each in self._rules for needle in each.needles))

    def find(self, text: str) -> Iterator[Hit]:
        """Return what each rule finds, one rule after the other."""
        there = {each for each in self._needles if each in text}
        for each in self._rules if there else ():
            if not there.isdisjoint(each.needles):
                yield from each.find(text)


def rule(what: str, needles: str, pattern: str, flags: int = 0) -> Rule:
    """Return a rule whose needles are the words of a text; none of them may stand within a longer word."""
    return Rule(what, tuple(needles.split()), re.compile(rf"(?<![A-Za-z0-9]){pattern}", flags))


def apart(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Return hits in the order of the text; of those that overlap the first, of equals the one named first."""
    end = 0
    for each in sorted(hits, key=lambda hit: hit.start):
        if each.start >= end:
            yield each
            end = each.end
