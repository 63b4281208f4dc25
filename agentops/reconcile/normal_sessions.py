"""The normal form of what a session begins with: its agent, its first events, and what is mounted into it.

Sources: SDK 2.11.0 `types/beta/beta_managed_agents_deployment.py` and what it names; defaults from their docstrings.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from agentops.reconcile.normal import as_key, member, pruned
from agentops.reconcile.write_only import HIDDEN, compared

_MOST_ROUNDS = 3
"""How often an outcome is worked on when nobody says."""

_TOKEN = "authorization_token"  # noqa: S105 - the field's name, not a token


def agent(value: Any) -> Any:
    """Return the agent with the version that is pinned; one that nobody named is the server's to choose."""
    return dict([member(value)])


def events(value: Any) -> Any:
    """Return the events by their places, so that a difference is one of a text and not of a list."""
    return _placed([_event(each) for each in value or []])


def in_order(value: Any) -> Any:
    """Return ids whose order counts: of two vaults for one server the first is used."""
    return [as_key(each) for each in value or []] or None


def resources(value: Any) -> Any:
    """Return what is mounted by what it is, as it is sent."""
    found = [(_name(each), _resource(each)) for each in value or []]
    count = Counter(name for name, _ in found)
    return {name if count[name] == 1 else f"{name} at {each['mount_path']}": each for name, each in found} or None


def shown_resources(value: Any) -> Any:
    """Return what is mounted as a server shows it: it tells nothing of tokens."""
    shown = (resources(value) or {}).items()
    return {name: {**each, _TOKEN: HIDDEN} if _TOKEN in each else each for name, each in shown} or None


def _event(value: Mapping[str, Any]) -> Any:
    if "content" in value:
        return {"type": value["type"], "content": _placed([pruned(each) for each in value["content"]])}
    return {**pruned(value), "max_iterations": value.get("max_iterations") or _MOST_ROUNDS}


def _placed(values: Sequence[Any]) -> Any:
    return {str(place): each for place, each in enumerate(values)} or None


def _name(value: Mapping[str, Any]) -> str:
    match value["type"]:
        case "memory_store":
            return as_key(value["memory_store_id"])
        case "file":
            return str(value["file_id"])
        case _:
            return str(value["url"])


def _resource(value: Mapping[str, Any]) -> dict[str, Any]:
    match value["type"]:
        case "memory_store":
            rest = {"access": value.get("access") or "read_write", "instructions": value.get("instructions") or None}
        case "file":
            rest = {"mount_path": value.get("mount_path") or f"/mnt/session/uploads/{value['file_id']}"}
        case _:
            rest = {
                "checkout": pruned(value.get("checkout")),
                "mount_path": value.get("mount_path") or f"/workspace/{value['url'].rpartition('/')[2]}",
                _TOKEN: compared(value.get(_TOKEN)),
            }
    return {"type": value["type"], **rest}
