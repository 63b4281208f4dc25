"""One normal form for what a person wrote and for what a server answers, so that the two can be compared.

Shorthand is spelled out, documented defaults are filled in, lists with a natural key become objects by that key,
and null, empty text and absence are one. What the server chooses by itself is `ANY`.
Sources: SDK 2.11.0 `types/beta/beta_managed_agents_agent.py` and the params beside it; defaults from their docstrings.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agentops.reconcile.marks import user_pairs
from agentops.reconcile.values import ANY, NULL
from agentops.reconcile.write_only import HIDDEN
from agentops.wire import durations
from agentops.wire.urls import normalized

Path = tuple[str | int, ...]
_PACKAGE_MANAGERS = ("apt", "cargo", "gem", "go", "npm", "pip")


def text(value: Any) -> Any:
    """Return the text; empty text and null are one."""
    return value or None


def metadata(value: Any) -> Any:
    """Return the pairs that are not ours."""
    return {key: each for key, each in user_pairs(value or {}).items() if each is not None} or None


def filled_metadata(value: Any) -> Any:
    """Return the pairs that are not ours, where the API takes an empty text for a deleted pair.

    Source: SDK 2.11.0 `types/beta/environment_update_params.py`.
    """
    return {key: each for key, each in (metadata(value) or {}).items() if each} or None


def model(value: Any) -> Any:
    """Return the model object. Effort and speed that nobody chose are the server's to choose."""
    config = {"id": value} if isinstance(value, str) else value
    return pruned(
        {
            "id": config["id"],
            "effort": ANY if config.get("effort") is None else _typed(config["effort"]),
            "speed": config.get("speed") or "standard",
            "inference_geo": config.get("inference_geo"),
        }
    )


def tools(value: Any) -> Any:
    """Return the tools by what they are: `custom/name`, `mcp_toolset/server`, the toolset's type."""
    return dict(_tool(each) for each in value or []) or None


def mcp_servers(value: Any) -> Any:
    """Return the servers by name."""
    return {each["name"]: each["url"] for each in value or []} or None


def skills(value: Any) -> Any:
    """Return the skills by type and id; an unpinned version is the server's to choose."""
    pinned = ((each, each.get("version")) for each in value or [])
    return {
        f"{each['type']}/{as_key(each['skill_id'])}": ANY if version in (None, "latest") else version
        for each, version in pinned
    } or None


def execution_identity(value: Any) -> Any:
    """Return the identity; unset is the service account."""
    return pruned(value or {"type": "service_account"})


def multiagent(value: Any) -> Any:
    """Return the roster by agent id, with every switch spelled out."""
    if not value:
        return None
    if value["type"] == "coordinator":
        return {"type": "coordinator", "agents": dict(member(each) for each in value["agents"])}
    return {
        "type": value["type"],
        "subagents": _delegates(value.get("subagents")),
        "workflows": _delegates(value.get("workflows")),
        "advisor": pruned(value.get("advisor") or {"type": "disabled"}),
    }


def environment_config(value: Any) -> Any:
    """Return the whole configuration, every list and switch filled in."""
    config = value or {"type": "cloud"}
    if config["type"] != "cloud":
        return pruned(config)
    packages = config.get("packages") or {}
    network = config.get("networking") or {"type": "unrestricted"}
    if network["type"] == "limited":
        network = {
            "type": "limited",
            "allowed_hosts": sorted(network.get("allowed_hosts") or []),
            "allow_mcp_servers": bool(network.get("allow_mcp_servers")),
            "allow_package_managers": bool(network.get("allow_package_managers")),
        }
    return {
        "type": "cloud",
        "packages": {manager: packages.get(manager) or [] for manager in _PACKAGE_MANAGERS},
        "networking": network,
    }


def credential_networking(value: Any) -> Any:
    """Return to which hosts a secret may travel; their order means nothing."""
    return {**value, "allowed_hosts": sorted(value["allowed_hosts"])} if value and "allowed_hosts" in value else value


def injection_location(value: Any) -> Any:
    """Return where in a request a secret may stand: both places when none is named, else those named.

    Source: the documentation of vaults.
    """
    places = {"header": True, "body": True} if value is None else value
    return {"header": bool(places.get("header")), "body": bool(places.get("body"))}


def credential_key(body: Mapping[str, Any]) -> Any:
    """Return what a vault takes one of: the server of a token, whatever its spelling, or the name of a variable."""
    auth = body["auth"]
    url = auth.get("mcp_server_url")
    return ("server", normalized(url) or url) if url else ("variable", auth.get("secret_name"))


def plain(value: Any) -> Any:
    """Return the value as it is."""
    return value


def default(chosen: Any) -> Callable[[Any], Any]:
    """Return what fills in a documented default; an empty value and absence are one."""
    return lambda value: value or chosen


def reference(value: Any) -> Any:
    """Return an id."""
    return None if value is None else as_key(value)


def unordered(value: Any) -> Any:
    """Return ids or words whose order means nothing."""
    return sorted(as_key(each) for each in value or []) or None


def schedule(value: Any) -> Any:
    """Return when it fires, without what the server worked out from it.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_schedule.py`.
    """
    return {key: value[key] for key in ("type", "expression", "timezone")} if value else None


def duration(value: Any) -> Any:
    """Return a length of time in one spelling: `90m` and `1h30m` are one."""
    try:
        return durations.spelled(durations.seconds(value)) if value else None
    except ValueError:  # a spelling that only a newer server knows
        return value


def dream_model(value: Any) -> Any:
    """Return the model that dreams. Source: SDK 2.11.0 `types/beta/beta_dream_model_config_param.py`."""
    if value is None:
        return None
    config = {"id": value} if isinstance(value, str) else value
    return {"id": config["id"], "speed": config.get("speed") or "standard"}


def differences(live: Any, wanted: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Yield each place where the live normal form is not what is wanted: path, live value, wanted value."""
    if wanted == ANY or live == wanted == HIDDEN:
        return
    if live == HIDDEN or (NULL in (live, wanted) and live != wanted):
        yield path, live, wanted
    elif isinstance(live, dict) and isinstance(wanted, dict):
        for key in sorted({*live, *wanted}):
            yield from differences(live.get(key), wanted.get(key), (*path, key))
    elif not _is_same(live, wanted):
        yield path, live, wanted


def holds_any(value: Any) -> bool:
    """Tell whether the server chooses something in here."""
    if value == ANY:
        return True
    if isinstance(value, dict):
        return any(holds_any(each) for each in value.values())
    return isinstance(value, list) and any(holds_any(each) for each in value)


def _is_same(live: Any, wanted: Any) -> bool:
    """Tell whether two JSON values are one; unlike Python, JSON tells `true` from 1."""
    if isinstance(live, list) and isinstance(wanted, list):
        return len(live) == len(wanted) and all(map(_is_same, live, wanted))
    if isinstance(live, dict) and isinstance(wanted, dict):
        return not any(differences(live, wanted))
    return bool(live == wanted) and isinstance(live, bool) == isinstance(wanted, bool)


def _tool(value: Mapping[str, Any]) -> tuple[str, Any]:
    match value["type"]:
        case "custom":
            schema = {key: verbatim(each) for key, each in value["input_schema"].items() if each is not None}
            return f"custom/{value['name']}", {"description": value["description"], "input_schema": schema}
        case "mcp_toolset":
            return f"mcp_toolset/{value['mcp_server_name']}", _toolset(value, policy="always_ask")
        case other:
            return str(other), _toolset(value, policy="always_allow")


def _toolset(value: Mapping[str, Any], *, policy: str) -> Any:
    default = value.get("default_config") or {}
    base = {
        "enabled": default.get("enabled") is not False,
        "permission_policy": _typed(default.get("permission_policy") or policy),
    }
    configs = ((each["name"], _tool_config(each, base)) for each in value.get("configs") or [])
    # An entry that says what the default says changes nothing; servers differ in whether they echo it.
    return {"default_config": base, "configs": {name: config for name, config in configs if config != base}}


def _tool_config(value: Mapping[str, Any], base: Mapping[str, Any]) -> Any:
    rest = {key: each for key, each in value.items() if key not in {"name", "type", "enabled", "permission_policy"}}
    enabled, policy = value.get("enabled"), value.get("permission_policy")
    return {
        "enabled": base["enabled"] if enabled is None else enabled,
        "permission_policy": base["permission_policy"] if policy is None else _typed(policy),
        **pruned({key: _sources(each) if key == "url_sources" else each for key, each in rest.items()}),
    }


def _sources(value: Any) -> Any:
    """Spell out `url_sources`: a bare word is its type, and a missing key means all."""
    if not value:
        return None
    keys = ("user_input", "client_tool_results", "server_tool_results")
    return {key: _typed(value.get(key) or "all") for key in keys}


def member(value: Any) -> tuple[str, Any]:
    """Return an agent that is named somewhere, with the version that is pinned there."""
    if isinstance(value, str):
        return value, ANY
    match value["type"]:
        case "self":
            return "self", "self"
        case "advisor":
            return "advisor", value["model"]
        case _:
            return as_key(value["id"]), ANY if value.get("version") is None else value["version"]


def _delegates(value: Any) -> Any:
    if value and value["type"] == "disabled":
        return {"type": "disabled"}
    value = value or {}
    return {
        "type": "enabled",
        "inline_agents": pruned(value.get("inline_agents") or {"type": "enabled"}),
        "predefined_agents": dict(member(each) for each in value.get("predefined_agents") or []),
    }


def as_key(value: Any) -> str:
    """Return an id as a key; one that is not known yet stands as its name."""
    return str(value["$id"] if isinstance(value, dict) else value)


def _typed(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else pruned(value)


def verbatim(value: Any) -> Any:
    """Return a value of which nothing may be left out: a null in it says something."""
    if isinstance(value, dict):
        return {key: verbatim(each) for key, each in value.items()}
    if isinstance(value, list):
        return [verbatim(each) for each in value]
    return NULL if value is None else value


def pruned(value: Any) -> Any:
    """Return the value without nulls: null and absence are one."""
    if isinstance(value, dict):
        return value if value == ANY else {key: pruned(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [pruned(each) for each in value]
    return value
