"""Rules about who works with whom: rosters one level deep, members that can be told apart."""

from collections.abc import Iterable, Iterator, Mapping

from agentops.base.diagnostics import Diagnostic, Related
from agentops.base.names import Address, Kind
from agentops.manifests.codes import manifests
from agentops.manifests.codes import references as codes
from agentops.manifests.document import Reference
from agentops.manifests.draft import Draft
from agentops.manifests.rules.references import Named

_ROSTERS = {
    Kind.AGENT: ("multiagent",),
    Kind.TEAM: ("specialists", "delegation"),
}
"""Where a document lists whom it starts threads of."""


def nested(each: Named, declared: Mapping[Address, Draft], circular: Iterable[Address]) -> Iterator[Diagnostic]:
    """Yield members of a roster that have a roster of their own. Reports: reference.nested-roster."""
    draft = each.draft
    for reference, member in members(each, declared):
        if member.address in circular or not member.data.get("multiagent"):
            continue
        message = f"{draft.address} has {member.address} in its roster, which has a roster of its own"
        related = Related(member.marks.key_span(("spec", "multiagent")), f"the roster of {member.address}")
        span = draft.marks.span(("spec", *reference.path))
        label = "delegation is one level deep: name its members here"
        yield Diagnostic(codes.NESTED_ROSTER, message, span, label, related=(related,))


def namesakes(each: Named, declared: Mapping[Address, Draft]) -> Iterator[Diagnostic]:
    """Yield members of one roster whom people call the same. Reports: manifest.not-unique.

    Source: documented rule of rosters, unique names after resolution.
    """
    first: dict[str, Draft] = {}
    for reference, member in members(each, declared):
        name = member.data.get("name", member.address.name)
        other = first.setdefault(name, member) if isinstance(name, str) else member
        if other.address != member.address:
            message = f"{each.draft.address} has two members called {name}: {other.address} and {member.address}"
            related = Related(other.marks.span(("spec", "name")), f"the name of {other.address}")
            span = each.draft.marks.span(("spec", *reference.path))
            yield Diagnostic(manifests.NOT_UNIQUE, message, span, "give one another spec.name", related=(related,))


def members(each: Named, declared: Mapping[Address, Draft]) -> Iterator[tuple[Reference, Draft]]:
    """Yield who is in the roster of a document, with the place that says so."""
    fields = _ROSTERS.get(each.draft.address.kind, ())
    for reference in each.references:
        member = declared.get(reference.address) if reference.address else None
        if member is not None and reference.path[0] in fields:
            yield reference, member
