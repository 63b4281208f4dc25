"""Tools as answers show them: every default that applies to a toolset and to each named tool, spelt out."""

from typing import Any

from agentops.engine.core.json import Json

_ALLOW = {"type": "always_allow"}
_ASK = {"type": "always_ask"}

_OWN_SETTINGS = ("allowed_domains", "blocked_domains", "max_content_tokens", "user_location", "url_sources")
"""What only the web tools have; shown when set."""

_URL_SOURCES = ("user_input", "client_tool_results", "server_tool_results")


def resolved(tools: list[Json]) -> list[Json]:
    """Return the tools with their toolsets resolved.

    `configs` holds the tools that the request named and no others: a tool it did not name follows
    `default_config`, also after that changes. Both forms are valid requests again.
    Source: SDK 2.11.0 `types/beta/beta_managed_agents_agent_toolset20260401.py`, `beta_managed_agents_mcp_toolset.py`.
    """
    return [_RESOLVERS.get(tool["type"], dict)(tool) for tool in tools]


def _built_in(toolset: Json) -> Json:
    default = _default(toolset.get("default_config"), _ALLOW)
    configs = [_built_in_tool(each, default) for each in toolset.get("configs") or ()]
    return {"type": toolset["type"], "default_config": default, "configs": configs}


def _mcp(toolset: Json) -> Json:
    default = _default(toolset.get("default_config"), _ASK)
    configs = [{"name": each["name"], **_settings(each, default)} for each in toolset.get("configs") or ()]
    return {
        "type": toolset["type"],
        "mcp_server_name": toolset["mcp_server_name"],
        "default_config": default,
        "configs": configs,
    }


_RESOLVERS = {"agent_toolset_20260401": _built_in, "mcp_toolset": _mcp}


def _default(sent: Json | None, policy: Json) -> Json:
    return _settings(sent or {}, {"enabled": True, "permission_policy": policy})


def _settings(sent: Json, default: Json) -> Json:
    """Return the two settings that every tool has, from the nearest place that says them."""
    return {key: default[key] if sent.get(key) is None else sent[key] for key in ("enabled", "permission_policy")}


def _built_in_tool(config: Json, default: Json) -> Json:
    own: Json = {key: config[key] for key in _OWN_SETTINGS if config.get(key) is not None}
    if "url_sources" in own:
        own["url_sources"] = {key: _source(own["url_sources"].get(key)) for key in _URL_SOURCES}
    return {"type": config["name"], "name": config["name"], **_settings(config, default), **own}


def _source(sent: Any) -> Json | None:
    return {"type": sent} if isinstance(sent, str) else sent
