"""Team → one coordinator agent of its own: the lead's settings, and a roster pinned to the specialists' versions."""

from collections.abc import Mapping
from typing import Any

from agentops.base.names import Address, Kind
from agentops.manifests.document import Document, Tree
from agentops.reconcile.lowering.fields import agent_entry, declared, with_references
from agentops.reconcile.resource import Field

_OF_THE_TEAM = frozenset({"name", "description", "metadata", "multiagent"})
"""What a team says for itself; all else it takes from its lead."""
_SWITCHES = ("inline_agents", "workflows", "advisor")


def team_fields(document: Document, tree: Tree) -> dict[str, Field]:
    """Return the fields of the team's coordinator. A field copied from the lead keeps the lead's place."""
    own = {key: each for key, each in declared(document).items() if key in _OF_THE_TEAM}
    lead = _lead(document, tree)
    described = {"description": lead["description"]} if "description" in lead else {}
    copied = {key: each for key, each in lead.items() if key not in _OF_THE_TEAM}
    place = document.span(("specialists",))
    return {**described, **copied, **own, "multiagent": Field(_multiagent(document), place)}


def _lead(document: Document, tree: Tree) -> dict[str, Field]:
    lead = document.data["lead"]
    if isinstance(lead, str):
        found = tree.get(Address(Kind.AGENT, lead))
        return declared(found) if found else {}
    place = document.span(("lead",))
    inner = with_references({"lead": lead}, [each for each in document.references if each.path[0] == "lead"])
    return {key: Field(value, document.span(("lead", key)) or place) for key, value in inner["lead"].items()}


def _multiagent(document: Document) -> dict[str, Any]:
    roster = [_member(each) for each in document.data.get("specialists", [])]
    delegation = document.data.get("delegation") or {}
    if delegation.get("type") == "coordinator":
        advisor = delegation.get("advisor")
        return {"type": "coordinator", "agents": [*roster, *([_advisor(advisor, "advisor")] if advisor else [])]}
    inline, workflows, advisor = (delegation.get(each) for each in _SWITCHES)
    pool = {"type": "enabled", "inline_agents": _switch(inline), "predefined_agents": roster}
    return {
        "type": "multiagent_20261001",
        "subagents": pool,
        "workflows": pool if _switch(workflows)["type"] == "enabled" else {"type": "disabled"},
        "advisor": _advisor(advisor, "enabled") if advisor else {"type": "disabled"},
    }


def _member(entry: Any) -> dict[str, Any]:
    """Return a roster entry for `name`, `self`, or `{agent: name, version}`."""
    if entry == "self" or (isinstance(entry, Mapping) and entry.get("type") == "self"):
        return {"type": "self"}
    name = entry if isinstance(entry, str) else entry["agent"]
    pinned = agent_entry(Address(Kind.AGENT, name))
    version = None if isinstance(entry, str) else entry.get("version")
    return pinned if version is None else pinned | {"version": version}


def _advisor(value: Any, kind: str) -> dict[str, Any]:
    return {"type": kind, "model": value if isinstance(value, str) else value["model"]}


def _switch(value: Any) -> dict[str, str]:
    """Return the API's switch for `true`, `false`, or the switch itself; unset is enabled, as the API has it."""
    if isinstance(value, Mapping):
        return {"type": str(value["type"])}
    return {"type": "disabled" if value is False or value == "disabled" else "enabled"}
