"""Rules about names of other documents: they exist, they are of the right kind, and they make no circle."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from agentops.base.diagnostics import Diagnostic, Related
from agentops.base.names import Address, Kind
from agentops.manifests.codes import references as codes
from agentops.manifests.document import Reference
from agentops.manifests.draft import Draft
from agentops.manifests.wording import article, either, nearest_of_many

_MOST_LISTED = 5
_MOST_GUESSES = 200
"""Missing names for which a near one is looked for; more of them have a common cause, and guessing takes time."""

_LONGEST_CIRCLE = 12
"""Steps of a circle that are told; a longer one is cut."""


class Named(NamedTuple):
    """A document and whom it names."""

    draft: Draft
    references: tuple[Reference, ...]


class Dangling:
    """Judges names of things that are not there, or are something else; what it finds out once it keeps.

    A name that may stand in a text that could not be read is not called missing.
    """

    def __init__(self, declared: Iterable[Address], unread: Sequence[str | None]) -> None:
        """Know what there is; None stands for a file of which nothing is known."""
        self._by_name: dict[str, list[Address]] = {}
        for address in declared:
            self._by_name.setdefault(address.name, []).append(address)
        self._unread = unread
        self._possible: dict[tuple[Kind, ...], dict[str, Address]] = {}
        self._missing: dict[tuple[str, tuple[Kind, ...]], tuple[str, tuple[str, ...]] | None] = {}

    def judge(self, each: Named) -> Iterator[Diagnostic]:
        """Yield the names that cannot be. Reports: reference.dangling, reference.wrong-kind."""
        for reference in each.references:
            address = reference.address
            if address is None:
                continue
            homonyms = self._by_name.get(address.name, [])
            if address in homonyms and address.kind in reference.kinds:
                continue
            if homonyms:
                yield _wrong_kind(each.draft, reference, address if address in homonyms else homonyms[0])
            elif advice := self._advice(address.name, reference.kinds):
                yield _missing(each.draft, reference, *advice)

    def _advice(self, name: str, kinds: tuple[Kind, ...]) -> tuple[str, tuple[str, ...]] | None:
        """Return label and notes for a missing name, or None when it may stand in a text that was not read."""
        key = (name, kinds)
        if key not in self._missing:
            self._missing[key] = None if _may_be_in(name, self._unread) else self._suggested(name, kinds)
        return self._missing[key]

    def _suggested(self, name: str, kinds: tuple[Kind, ...]) -> tuple[str, tuple[str, ...]]:
        possible = self._possible_for(kinds)
        if len(self._missing) < _MOST_GUESSES and (near := nearest_of_many(name, possible)):
            return f"did you mean {possible[near]}?", ()
        if not possible:
            return f"no {either(kinds)} is declared", ()
        more = ", …" if len(possible) > _MOST_LISTED else ""
        listed = ", ".join(map(str, islice(possible.values(), _MOST_LISTED)))
        return "nothing has this name", (f"declared: {listed}{more}",)

    def _possible_for(self, kinds: tuple[Kind, ...]) -> dict[str, Address]:
        if kinds not in self._possible:
            found = (each for named in self._by_name.values() for each in named if each.kind in kinds)
            self._possible[kinds] = {each.name: each for each in sorted(found)}
        return self._possible[kinds]


def _wrong_kind(draft: Draft, reference: Reference, other: Address) -> Diagnostic:
    wanted = either([article(each) for each in reference.kinds])
    message = f"{draft.address} names {other}, which is {article(other.kind)}: {wanted} is wanted here"
    return Diagnostic(codes.WRONG_KIND, message, draft.marks.span(("spec", *reference.path)), f"name {wanted}")


def _missing(draft: Draft, reference: Reference, label: str, notes: tuple[str, ...]) -> Diagnostic:
    wanted = either([article(_words(each)) for each in reference.kinds])
    message = f"{draft.address} names {wanted} that does not exist"
    return Diagnostic(codes.DANGLING, message, draft.marks.span(("spec", *reference.path)), label, notes)


def _words(kind: Kind) -> str:
    """Return the kind in plain words: `memory store`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


def _may_be_in(name: str, unread: Sequence[str | None]) -> bool:
    whole = rf"(?<![a-z0-9-]){re.escape(name)}(?![a-z0-9-])"
    return any(text is None or (name in text and re.search(whole, text)) for text in unread)


def circles(named: Mapping[Address, Named]) -> Iterator[tuple[Address, ...]]:
    """Yield every way round by which documents name each other in a circle, each once."""
    done: set[Address] = set()
    for start in sorted(address for address, each in named.items() if each.references):
        trail = {} if start in done else {start: iter(_targets(named[start]))}
        while trail:
            here = next(reversed(trail))
            address = next(trail[here], None)
            if address is None:
                done.add(here)
                del trail[here]
            elif address in trail:
                walked = list(trail)
                yield tuple(walked[walked.index(address) :])
            elif address in named and address not in done:
                trail[address] = iter(_targets(named[address]))


def _targets(each: Named) -> list[Address]:
    return [reference.address for reference in each.references if reference.address]


def circular(circle: tuple[Address, ...], named: Mapping[Address, Named]) -> Diagnostic:
    """Return a circle as a diagnostic, each step at its place. Reports: reference.cyclic."""
    steps = [(each, circle[(index + 1) % len(circle)]) for index, each in enumerate(circle)][:_LONGEST_CIRCLE]
    places = []
    for source, target in steps:
        reference = next(each for each in named[source].references if each.address == target)
        places.append(named[source].draft.marks.span(("spec", *reference.path)))
    if len(circle) == 1:
        message, label = f"{circle[0]} names itself", "write {type: self}"
    else:
        way = " → ".join(map(str, circle[:_LONGEST_CIRCLE])) + (" → …" if len(circle) > _LONGEST_CIRCLE else "")
        message = f"{way} → {circle[0]} is a circle: none of them can be created first"
        label = "take one of these names out"
    related = tuple(
        Related(place, f"{source} names {target}")
        for place, (source, target) in zip(places[1:], steps[1:], strict=True)
    )
    return Diagnostic(codes.CYCLIC, message, places[0], label, related=related)
