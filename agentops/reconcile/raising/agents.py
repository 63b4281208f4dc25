"""Agents: what a manifest says of the model, the tools and the skills, without what the API fills in.

Sources: SDK 2.11.0 `types/beta/beta_managed_agents_agent.py` and the params beside it; defaults from their docstrings.
"""

from collections.abc import Mapping
from typing import Any

from agentops.reconcile.normal import pruned
from agentops.reconcile.raising.scene import Scene, said
from agentops.reconcile.verdicts import ABSENT

_POLICIES = {"mcp_toolset": "always_ask"}
_POLICY = "always_allow"
_SOURCES = ("user_input", "client_tool_results", "server_tool_results")


def model(value: Any, _scene: Scene) -> Any:
    """Return the model by its id alone, where nothing else was chosen.

    The effort stays, though the server may have chosen it: nothing tells which, and a model's default may change.
    """
    config = {"id": value} if isinstance(value, str) else value
    effort = config.get("effort")
    chosen = said(
        {
            "id": config["id"],
            "effort": effort["type"] if isinstance(effort, Mapping) and len(effort) == 1 else effort,
            "speed": config.get("speed") if config.get("speed") != "standard" else ABSENT,
            "inference_geo": config.get("inference_geo"),
        }
    )
    return chosen if len(chosen) > 1 else config["id"]


def tools(value: Any, _scene: Scene) -> Any:
    """Return the tools, each with what differs from its defaults."""
    return [_tool(each) for each in value or []] or ABSENT


def skills(value: Any, scene: Scene) -> Any:
    """Return the skills; one in its newest version needs no version."""
    return [_skill(each, scene) for each in value or []] or ABSENT


def execution_identity(value: Any, _scene: Scene) -> Any:
    """Return the identity, unless it is the service account that everybody has."""
    found = pruned(value) if value else None
    return ABSENT if found in (None, {"type": "service_account"}) else found


def _skill(value: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    skill_id, version = value["skill_id"], value.get("version")
    if value["type"] != "custom":
        return said({"type": value["type"], "skill_id": skill_id, "version": None if version == "latest" else version})
    name = scene.named(skill_id)
    is_bare = name != skill_id and scene.is_newest(skill_id, version)
    return said({"type": "custom", "skill_id": name, "version": None if is_bare else version})


def _tool(value: Mapping[str, Any]) -> dict[str, Any]:
    if value["type"] == "custom":
        # A null inside of a schema may be a default: the schema stays as it is.
        return {key: each for key, each in value.items() if each is not None}
    return _toolset(value, {"type": _POLICIES.get(value["type"], _POLICY)})


def _toolset(value: Mapping[str, Any], policy: Mapping[str, Any]) -> dict[str, Any]:
    given = pruned(value.get("default_config") or {})
    base = {"enabled": True, "permission_policy": policy} | given
    own = {key: each for key, each in given.items() if each != {"enabled": True, "permission_policy": policy}.get(key)}
    configs = [_config(each, base) for each in value.get("configs") or []]
    names = {key: value[key] for key in ("type", "mcp_server_name") if key in value}
    return {**names, **({"default_config": own} if own else {}), **({"configs": configs} if configs else {})}


def _config(value: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one tool has of its own; where that is nothing, what it has in common, for somebody listed it."""
    given = {key: each for key, each in pruned(value).items() if key != "type"}
    if sources := given.pop("url_sources", None):
        given["url_sources"] = _sources(sources)
    own = {key: each for key, each in given.items() if key not in base or each != base[key]}
    return own if len(own) > 1 else {**own, "enabled": given.get("enabled", base["enabled"])}


def _sources(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return which URLs may be opened by the words that the API takes for them; what is not said is all."""
    words = {key: _word(value[key]) for key in _SOURCES if value.get(key) is not None}
    return {key: each for key, each in words.items() if each != "all"} or {"user_input": "all"}


def _word(value: Any) -> Any:
    return value["type"] if isinstance(value, Mapping) and value.keys() == {"type"} else value
