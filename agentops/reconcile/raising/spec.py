"""A live object → the spec of its manifest: fields in the order in which people write them."""

from collections.abc import Mapping, Sequence
from typing import Any

from agentops.base.names import Address, Kind
from agentops.manifests.kinds import NAME_FIELDS
from agentops.reconcile.marks import user_pairs
from agentops.reconcile.observed import Live
from agentops.reconcile.raising import agents, places, rosters, vaults
from agentops.reconcile.raising.scene import NOTHING, Raise, Scene, filled, plain, text, unless
from agentops.reconcile.verdicts import ABSENT


def _metadata(value: Any, _scene: Scene) -> Any:
    return {key: each for key, each in user_pairs(value or {}).items() if each is not None} or ABSENT


def _filled_metadata(value: Any, scene: Scene) -> Any:
    """Return the pairs that say something: environments take an empty text for a deleted pair."""
    found = _metadata(value, scene)
    return found if found is ABSENT else {key: each for key, each in found.items() if each} or ABSENT


def _dream_model(value: Any, _scene: Scene) -> Any:
    if not isinstance(value, Mapping):
        return value or ABSENT
    return {"id": value["id"], "speed": value["speed"]} if value.get("speed") == "fast" else value["id"]


def _budget(value: Any, _scene: Scene) -> Any:
    return {key: each for key, each in (value or {}).items() if each is not None} or ABSENT


_AGENT: Mapping[str, Raise] = {
    "name": plain,
    "description": text,
    "model": agents.model,
    "system": text,
    "tools": agents.tools,
    "mcp_servers": filled,
    "skills": agents.skills,
    "multiagent": rosters.multiagent,
    "execution_identity": agents.execution_identity,
    "metadata": _metadata,
}
_FIELDS: Mapping[Kind, Mapping[str, Raise]] = {
    Kind.AGENT: _AGENT,
    Kind.TEAM: _AGENT,
    Kind.ENVIRONMENT: {
        "name": plain,
        "description": text,
        "scope": unless("organization"),
        "config": places.config,
        "metadata": _filled_metadata,
    },
    Kind.MEMORY_STORE: {"name": plain, "description": text, "metadata": _metadata},
    Kind.VAULT: {"display_name": plain, "metadata": _metadata},
    Kind.SKILL: {"display_name": plain},
    Kind.DEPLOYMENT: {
        "name": plain,
        "description": text,
        "agent": rosters.agent,
        "environment_id": places.environment_id,
        "initial_events": places.events,
        "resources": places.resources,
        "vault_ids": places.vault_ids,
        "schedule": places.schedule,
        "budget": _budget,
        "metadata": _metadata,
    },
    Kind.DREAM_SCHEDULE: {
        "name": plain,
        "store": places.environment_id,
        "agents": places.vault_ids,
        "since": plain,
        "max": unless(100),
        "min": unless(1),
        "schedule": places.schedule,
        "every": plain,
        "after_sessions": plain,
        "engine": plain,
        "model": _dream_model,
        "budget": _budget,
        "instructions": text,
        "review": unless("pull_request"),
        "gates": filled,
        "metadata": _metadata,
    },
    Kind.WEBHOOK: {
        "url": plain,
        "events": plain,
        "description": text,
        "format": unless("standard"),
        "metadata": _metadata,
    },
}
_OF_THE_LEAD = frozenset(_AGENT) - {"name", "description", "metadata", "multiagent"}


def raised_field(kind: Kind, field: str, value: Any, names: Mapping[str, Address], own_id: str = "") -> Any:
    """Return one field of a live object's body as its manifest says it; ABSENT where the manifest says nothing.

    A Team's `multiagent` becomes `{specialists, delegation?}`; whatever else it has of an agent stands under `lead`.
    """
    scene = Scene(names, own_id=own_id)
    if kind is Kind.TEAM and field == "multiagent":
        return rosters.team(value, scene) or ABSENT
    return _FIELDS[kind][field](value, scene)


def raised(
    kind: Kind,
    live: Live,
    names: Mapping[str, Address],
    *,
    pins: Mapping[str, Any] = NOTHING,
    parts: Sequence[Live] = (),
) -> dict[str, Any]:
    """Return the spec of the manifest that says what the object is, without what a server fills in by itself.

    `names` say what live objects are declared as, the object and its parts among them; `pins` which version of each
    is the newest, where a roster may pin an older one; `parts` are the credentials of a vault.

    Raises:
        ValueError: a Team is asked for, and no Team says exactly this; an Agent does.
    """
    scene = Scene(names, pins, live.id)
    fields = {name: way(live.body.get(name), scene) for name, way in _FIELDS[kind].items()}
    fields = _with_name(kind, fields, live, scene)
    if kind is Kind.TEAM:
        fields = _as_team(fields, live, scene)
    if kind is Kind.SKILL:
        fields = {"folder": scene.address.name if scene.address else live.id, **fields}
    if parts:
        fields["credentials"] = dict(_credential(each, names) for each in parts)
    return {name: value for name, value in fields.items() if value is not ABSENT}


def is_team(live: Live) -> bool:
    """Tell whether a Team says exactly what an agent with a roster is."""
    return rosters.team(live.body.get("multiagent"), Scene({}, own_id=live.id)) is not None


def _with_name(kind: Kind, fields: dict[str, Any], live: Live, scene: Scene) -> dict[str, Any]:
    """Return the fields without a display name that the manifest's own name says already."""
    field = NAME_FIELDS.get(kind)
    if field and scene.address and live.body.get(field) == scene.address.name:
        return {name: value for name, value in fields.items() if name != field}
    return fields


def _as_team(fields: Mapping[str, Any], live: Live, scene: Scene) -> dict[str, Any]:
    roster = rosters.team(live.body.get("multiagent"), scene)
    if roster is None:
        raise ValueError(f"{live.id} is no Team: its roster says what only an Agent can")
    lead = {name: value for name, value in fields.items() if name in _OF_THE_LEAD and value is not ABSENT}
    own = {name: fields[name] for name in ("name", "description") if name in fields}
    return {**own, "lead": lead, **roster, "metadata": fields["metadata"]}


def _credential(live: Live, names: Mapping[str, Address]) -> tuple[str, dict[str, Any]]:
    address = names.get(live.id)
    return address.part if address else live.id, vaults.credential(live.body, Scene(names, own_id=live.id))
