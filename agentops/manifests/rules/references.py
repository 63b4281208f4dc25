"""Rules about names of other documents: they exist, they are of the right kind, and they make no circle."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentops.base.diagnostics import Diagnostic, Related
from agentops.base.names import Address, Kind, nearest
from agentops.manifests.codes import references as codes
from agentops.manifests.document import Reference
from agentops.manifests.envelope import Draft
from agentops.manifests.wording import article, either

_MOST_LISTED = 5


@dataclass(frozen=True, slots=True)
class Named:
    """A document and whom it names."""

    draft: Draft
    references: tuple[Reference, ...]


def dangling(each: Named, declared: Mapping[Address, Draft], unread: Sequence[str | None]) -> Iterator[Diagnostic]:
    """Yield names that nothing has, or that something of another kind has.

    A name that may stand in text that could not be read is not called missing.

    Reports: reference.dangling, reference.wrong-kind.
    """
    for reference in each.references:
        address = reference.address
        if address is None or (address in declared and address.kind in reference.kinds):
            continue
        others = [found for found in declared if found.name == address.name]
        if others:
            yield _wrong_kind(each.draft, reference, others[0] if address not in others else address)
        elif not _may_be_in(address.name, unread):
            yield _missing(each.draft, reference, declared)


def _wrong_kind(draft: Draft, reference: Reference, other: Address) -> Diagnostic:
    wanted = either([article(each) for each in reference.kinds])
    message = f"{draft.address} names {other}, which is {article(other.kind)}: {wanted} is wanted here"
    return Diagnostic(codes.WRONG_KIND, message, draft.marks.span(("spec", *reference.path)), f"name {wanted}")


def _missing(draft: Draft, reference: Reference, declared: Iterable[Address]) -> Diagnostic:
    wanted = either([article(_words(each)) for each in reference.kinds])
    possible = {each.name: each for each in declared if each.kind in reference.kinds}
    near = nearest(reference.text.rpartition("/")[2], possible)
    no_others = "nothing has this name" if possible else f"no {either(reference.kinds)} is declared"
    label = f"did you mean {possible[near]}?" if near else no_others
    notes = () if near else tuple(_there_are(sorted(map(str, possible.values()))))
    message = f"{draft.address} names {wanted} that does not exist"
    return Diagnostic(codes.DANGLING, message, draft.marks.span(("spec", *reference.path)), label, notes)


def _there_are(addresses: list[str]) -> Iterator[str]:
    if addresses:
        more = ", …" if len(addresses) > _MOST_LISTED else ""
        yield f"declared: {', '.join(addresses[:_MOST_LISTED])}{more}"


def _words(kind: Kind) -> str:
    """Return the kind in plain words: `memory store`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


def _may_be_in(name: str, unread: Sequence[str | None]) -> bool:
    return any(text is None or re.search(rf"(?<![a-z0-9-]){re.escape(name)}(?![a-z0-9-])", text) for text in unread)


def circles(named: Mapping[Address, Named]) -> Iterator[tuple[Address, ...]]:
    """Yield every way round by which documents name each other in a circle, each once."""
    done: set[Address] = set()
    for start in sorted(named):
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
    steps = [(each, circle[(index + 1) % len(circle)]) for index, each in enumerate(circle)]
    places = []
    for source, target in steps:
        reference = next(each for each in named[source].references if each.address == target)
        places.append(named[source].draft.marks.span(("spec", *reference.path)))
    if len(circle) == 1:
        message, label = f"{circle[0]} names itself", "write {type: self}"
    else:
        message = f"{' → '.join(map(str, (*circle, circle[0])))} is a circle: none of them can be created first"
        label = "take one of these names out"
    related = tuple(
        Related(place, f"{source} names {target}")
        for place, (source, target) in zip(places[1:], steps[1:], strict=True)
    )
    return Diagnostic(codes.CYCLIC, message, places[0], label, related=related)
