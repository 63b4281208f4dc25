"""Rules about who works with whom: rosters one level deep, members that can be told apart."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

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

_SELF = "self"
"""Whoever owns the roster, as a word or as a type. Not taken from `kinds`: a tree without changes loads no shapes."""

_ADVISOR = "anthropic.advisor"
"""What an advisor's thread is called. Source: SDK 2.11.0 `…beta_managed_agents_multiagent_coordinator_params.py`."""


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

    Source: documented rule of rosters, unique names after resolution; who owns the roster may be on it too.
    """
    first: dict[str, Draft] = {_name(each.draft): each.draft} if _is_on_its_own(each.draft) else {}
    for reference, member in members(each, declared):
        name = _name(member)
        other = first.setdefault(name, member) if isinstance(name, str) else member
        if other.address != member.address:
            message = f"{each.draft.address} has two members called {name}: {other.address} and {member.address}"
            related = Related(other.marks.span(("spec", "name")), f"the name of {other.address}")
            span = each.draft.marks.span(("spec", *reference.path))
            yield Diagnostic(manifests.NOT_UNIQUE, message, span, "give one another spec.name", related=(related,))


def reserved(each: Named, declared: Mapping[Address, Draft]) -> Iterator[Diagnostic]:
    """Yield members with the name that advisors have. Reports: manifest.invalid-value.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_multiagent_coordinator_params.py`.
    """
    for reference, member in members(each, declared):
        if _name(member) == _ADVISOR:
            message = f"{each.draft.address} has {member.address} in its roster, which has the reserved name {_ADVISOR}"
            related = Related(member.marks.span(("spec", "name")), f"the name of {member.address}")
            span = each.draft.marks.span(("spec", *reference.path))
            yield Diagnostic(manifests.INVALID_VALUE, message, span, "give it another spec.name", related=(related,))


def abroad(each: Named, right: Mapping[Address, Draft]) -> Iterator[Diagnostic]:
    """Yield members that are to run elsewhere than who owns the roster. Reports: manifest.bad-combination.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_multiagent_coordinator_params.py`.
    """
    owner = _leader(each, right)
    if owner is None:
        return
    own = _geo(owner)
    for reference, member in members(each, right):
        theirs = _geo(member.data) if member.address.kind is Kind.AGENT else own
        if theirs != own:
            message = (
                f"{each.draft.address} has {member.address} in its roster, whose model.inference_geo is "
                f"{theirs or 'not set'}, its own is {own or 'not set'}"
            )
            related = Related(member.marks.span(("spec", "model")), f"the model of {member.address}")
            span = each.draft.marks.span(("spec", *reference.path))
            label = "everyone on a roster has the same, or nobody has any"
            yield Diagnostic(manifests.BAD_COMBINATION, message, span, label, related=(related,))


def _leader(each: Named, right: Mapping[Address, Draft]) -> Mapping[str, Any] | None:
    """Return the fields of the agent that owns the roster; None where the manifests do not say, or say it wrong."""
    if each.draft.address not in right or each.draft.address.kind not in _ROSTERS:
        return None
    if each.draft.address.kind is Kind.AGENT:
        return each.draft.data
    lead = each.draft.data["lead"]
    if not isinstance(lead, str):
        return dict(lead)
    address = next((found.address for found in each.references if found.path == ("lead",)), None)
    named = right.get(address) if address and address.kind is Kind.AGENT else None
    return named.data if named else None


def _geo(agent: Mapping[str, Any]) -> str | None:
    model = agent["model"]
    return None if isinstance(model, str) else model.get("inference_geo")


def _name(draft: Draft) -> Any:
    return draft.data.get("name", draft.address.name)


def _is_on_its_own(draft: Draft) -> bool:
    fields = _ROSTERS.get(draft.address.kind, ())
    return any(_holds_self(draft.data.get(each)) for each in fields)


def _holds_self(value: object) -> bool:
    if isinstance(value, dict):
        return value.get("type") == _SELF or any(map(_holds_self, value.values()))
    return any(map(_holds_self, value)) if isinstance(value, list) else value == _SELF


def members(each: Named, declared: Mapping[Address, Draft]) -> Iterator[tuple[Reference, Draft]]:
    """Yield who is in the roster of a document, with the place that says so."""
    fields = _ROSTERS.get(each.draft.address.kind, ())
    for reference in each.references:
        member = declared.get(reference.address) if reference.address else None
        if member is not None and reference.path[0] in fields:
            yield reference, member
