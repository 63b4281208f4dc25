"""What an update has to spell out, because the API would keep the stored value of what is left out."""

from collections.abc import Mapping
from typing import Any

_MEMBERS = ("subagents", "workflows", "advisor")
_DELEGATES = ("inline_agents", "predefined_agents")


def unmerged(value: Any) -> Any:
    """Return the value as it is: an update replaces it."""
    return value


def unframed(body: dict[str, Any], _wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body as it is: an update needs nothing beside what changes."""
    return body


def credential(body: dict[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body with the types that stand beside every change, and a new token with its own expiry.

    Source: SDK 2.11.0 `types/beta/vaults/beta_managed_agents_mcp_oauth_update_params.py` and its neighbours.
    """
    if "auth" not in body:
        return body
    auth = {"type": wanted["auth"]["type"], **body["auth"]}
    if "access_token" in auth and "expires_at" in wanted["auth"]:
        auth["expires_at"] = wanted["auth"]["expires_at"]
    if client := auth.get("refresh", {}).get("token_endpoint_auth"):
        client = {"type": wanted["auth"]["refresh"]["token_endpoint_auth"]["type"], **client}
        auth["refresh"] = {**auth["refresh"], "token_endpoint_auth": client}
    return {**body, "auth": auth}


def multiagent(value: Any) -> Any:
    """Return the setting with every member; null stands for the API's default.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_multiagent20261001_params.py`.
    """
    if not value or value["type"] == "coordinator":
        return value
    return {"type": value["type"], **{key: _member(value.get(key)) for key in _MEMBERS}}


def _member(value: Any) -> Any:
    if not value or value["type"] == "disabled" or "model" in value:
        return value
    return {"type": value["type"], **{key: value.get(key) for key in _DELEGATES}}
