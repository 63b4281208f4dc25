"""Team → one coordinator agent of its own: the lead's settings, and a roster pinned to the specialists' versions."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from agentops.base.names import Address, Kind
from agentops.manifests.document import Document, Tree
from agentops.reconcile.lowering.fields import declared, resource, with_references
from agentops.reconcile.lowering.setting import Setting
from agentops.reconcile.resource import Field, Resource

_OF_THE_TEAM = frozenset({"name", "description", "metadata", "multiagent"})
"""What a team says for itself; all else it takes from its lead."""
_OFF = {"type": "disabled"}


def team(document: Document, setting: Setting) -> Iterator[Resource]:
    """Yield the team's coordinator. A field copied from the lead keeps the lead's place."""
    spec = with_references(document.data, document.references)
    own = {key: each for key, each in declared(document).items() if key in _OF_THE_TEAM}
    lead = _lead(document, spec, setting.tree)
    described = {"description": lead["description"]} if "description" in lead else {}
    copied = {key: each for key, each in lead.items() if key not in _OF_THE_TEAM}
    place = document.span(("specialists",))
    yield resource(document, {**described, **copied, **own, "multiagent": Field(_multiagent(spec), place)})


def _lead(document: Document, spec: Mapping[str, Any], tree: Tree) -> dict[str, Field]:
    """Return the lead's fields: of the Agent it names, or as they stand in the team."""
    lead = document.data["lead"]
    if isinstance(lead, str):
        found = tree.get(Address(Kind.AGENT, lead))
        return declared(found) if found else {}
    return {key: Field(value, partial(document.span, ("lead", key))) for key, value in spec["lead"].items()}


def _multiagent(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the API's setting with every switch spelled out: an update merges what is left out with what is stored.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_multiagent20261001_params.py`.
    """
    roster = [_member(each) for each in spec["specialists"]]
    delegation = spec.get("delegation") or {}
    advisor = delegation.get("advisor") or _OFF
    if delegation.get("type") == "coordinator":
        consulted = [{"type": "advisor", "model": advisor["model"]}] if advisor != _OFF else []
        return {"type": "coordinator", "agents": [*roster, *consulted]}
    inline = delegation.get("inline_agents") or {"type": "enabled"}
    pool = {"type": "enabled", "inline_agents": inline, "predefined_agents": roster}
    return {
        "type": "multiagent_20261001",
        "subagents": pool,
        "workflows": _workflows(delegation.get("workflows"), pool),
        "advisor": advisor,
    }


def _workflows(given: Mapping[str, Any] | None, pool: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return who may work in workflow runs: the team's own pool where the manifest names nobody else."""
    if given and given["type"] == "disabled":
        return _OFF
    given = {key: value for key, value in (given or {}).items() if value is not None}
    members = [_member(each) for each in given.get("predefined_agents", pool["predefined_agents"])]
    return {**pool, **given, "predefined_agents": members}


def _member(entry: Any) -> dict[str, Any]:
    """Return a roster entry for `self`, a server id, a name, or `{agent, version}`."""
    if entry == "self":
        return {"type": "self"}
    if isinstance(entry, str):
        return {"type": "agent", "id": entry}
    if "agent" not in entry:
        return dict(entry)
    version = entry.get("version")
    return _member(entry["agent"]) | ({} if version is None else {"version": version})
