"""Rosters: who works with whom, by name; as an agent's own field, or as a Team where one says exactly the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from agentops.reconcile import normal
from agentops.reconcile.normal import pruned
from agentops.reconcile.raising.scene import Scene, said
from agentops.reconcile.verdicts import ABSENT

_INLINE = {"type": "enabled"}
_OFF = {"type": "disabled"}
_POOLS = ("subagents", "workflows")


def agent(value: Any, scene: Scene) -> Any:
    """Return who runs: a name alone stands for the newest version."""
    name = scene.named(value["id"])
    if name != value["id"] and scene.is_newest(value["id"], value.get("version")):
        return name
    return said({"type": "agent", "id": name, "version": value.get("version")})


def multiagent(value: Any, scene: Scene) -> Any:
    """Return the roster as the API's own field."""
    if not value:
        return ABSENT
    if value["type"] == "coordinator":
        return {"type": "coordinator", "agents": [_entry(each, scene) for each in value["agents"]]}
    return {"type": value["type"], **{key: _pool(value[key], scene) for key in _POOLS if value.get(key)}} | (
        {"advisor": pruned(value["advisor"])} if value.get("advisor") not in (None, _OFF) else {}
    )


def team(value: Any, scene: Scene) -> dict[str, Any] | None:
    """Return specialists and delegation of the Team that becomes this roster, or None where no Team does."""
    if not value:
        return None
    found = _coordinated(value, scene) if value["type"] == "coordinator" else _delegated(value, scene)
    return found if found and found["specialists"] else None


def _coordinated(value: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    advisors = [each for each in value["agents"] if isinstance(each, Mapping) and each["type"] == "advisor"]
    members = [_specialist(each, scene) for each in value["agents"] if each not in advisors]
    advised = [{"advisor": {"type": "enabled", "model": each["model"]}} for each in advisors[:1]]
    return {"specialists": members, "delegation": {"type": "coordinator", **(advised[0] if advised else {})}}


def _delegated(value: Mapping[str, Any], scene: Scene) -> dict[str, Any] | None:
    pool, workflows = value.get("subagents") or _OFF, value.get("workflows") or {"type": "enabled"}
    if pool["type"] != "enabled":
        return None
    members = pool.get("predefined_agents") or []
    delegation: dict[str, Any] = {}
    inline = pruned(pool.get("inline_agents") or _INLINE)
    if inline != _INLINE:
        delegation["inline_agents"] = inline
    if not _is_alike(workflows, pool):
        delegation["workflows"] = _spelled(workflows, scene)
    if (value.get("advisor") or _OFF) != _OFF:
        delegation["advisor"] = pruned(value["advisor"])
    said_of_it = {"delegation": {"type": value["type"], **delegation}} if delegation else {}
    return {"specialists": [_specialist(each, scene) for each in members], **said_of_it}


def _is_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two pools are the same, whatever the order of their members."""
    return bool(_essence(one) == _essence(other))


def _essence(pool: Mapping[str, Any]) -> Any:
    if pool["type"] != "enabled":
        return pool["type"]
    return pruned(pool.get("inline_agents") or _INLINE), dict(map(normal.member, pool.get("predefined_agents") or []))


def _pool(value: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    """Return a pool without what the API fills in."""
    if value["type"] == "disabled":
        return dict(_OFF)
    spelled = _spelled(value, scene)
    return {key: each for key, each in spelled.items() if each not in ([], _INLINE)}


def _spelled(value: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    """Return a pool with all that it is: what a Team leaves out, it takes from its other pool."""
    if value["type"] == "disabled":
        return dict(_OFF)
    members: Sequence[Any] = value.get("predefined_agents") or []
    inline = pruned(value.get("inline_agents") or _INLINE)
    return {
        "type": "enabled",
        "inline_agents": inline,
        "predefined_agents": [_entry(each, scene) for each in members],
    }


def _entry(value: Any, scene: Scene) -> Any:
    """Return an entry in the API's form: a bare name is an agent in its newest version."""
    if isinstance(value, str) or value["type"] != "agent":
        return value
    if value["id"] == scene.own_id:
        return {"type": "self"}
    name = scene.named(value["id"], roster=True)
    is_bare = name != value["id"] and scene.is_newest(value["id"], value.get("version"))
    return name if is_bare else said({"type": "agent", "id": name, "version": value.get("version")})


def _specialist(value: Any, scene: Scene) -> Any:
    """Return an entry in a Team's form."""
    entry = _entry(value, scene)
    if isinstance(entry, str):
        return entry
    return "self" if entry["type"] == "self" else said({"agent": entry["id"], "version": entry.get("version")})
