"""What an update has to spell out, because the API would keep the stored value of what is left out."""

from typing import Any

_MEMBERS = ("subagents", "workflows", "advisor")
_DELEGATES = ("inline_agents", "predefined_agents")


def unmerged(value: Any) -> Any:
    """Return the value as it is: an update replaces it."""
    return value


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
