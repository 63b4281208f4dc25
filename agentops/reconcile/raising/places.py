"""Environments and deployments: where agents work, and what they begin with."""

from collections.abc import Mapping
from typing import Any

from agentops.reconcile.normal import pruned
from agentops.reconcile.raising.scene import Scene, said
from agentops.reconcile.verdicts import ABSENT

_MOST_ROUNDS = 3
"""How often an outcome is worked on when nobody says; as in `normal_sessions`."""

_UNRESTRICTED = {"type": "unrestricted"}


def config(value: Any, _scene: Scene) -> Any:
    """Return the configuration without empty lists, and without the network that everybody has."""
    if not value or value["type"] != "cloud":
        return pruned(value) if value else ABSENT
    packages = {key: each for key, each in (value.get("packages") or {}).items() if each and key != "type"}
    network = _network(value.get("networking") or _UNRESTRICTED)
    whole = {"type": "cloud", **({"networking": network} if network != _UNRESTRICTED else {})}
    whole |= {"packages": packages} if packages else {}
    return whole if len(whole) > 1 else ABSENT


def _network(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in value.items() if each} if value["type"] == "limited" else dict(value)


def events(value: Any, _scene: Scene) -> Any:
    """Return what a session begins with."""
    return [_event(each) for each in value or []]


def _event(value: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = pruned(value)
    if found.get("max_iterations") == _MOST_ROUNDS:
        del found["max_iterations"]
    return found


def resources(value: Any, scene: Scene) -> Any:
    """Return what is mounted. A token is never shown: whether a repository has one, the person has to say."""
    return [_resource(each, scene, place) for place, each in enumerate(value or [])] or ABSENT


def _resource(value: Mapping[str, Any], scene: Scene, place: int) -> dict[str, Any]:
    match value["type"]:
        case "memory_store":
            access = value.get("access")
            return said(
                {
                    "type": "memory_store",
                    "memory_store_id": scene.named(value["memory_store_id"]),
                    "access": None if access == "read_write" else access,
                    "instructions": value.get("instructions") or None,
                }
            )
        case "github_repository":
            own = f"/workspace/{value['url'].rpartition('/')[2]}"
            mounted = pruned({key: each for key, each in value.items() if (key, each) != ("mount_path", own)})
            return {**mounted, "authorization_token": {"env": token_variable(scene, place)}}
        case _:
            own = f"/mnt/session/uploads/{value.get('file_id')}"
            found: dict[str, Any] = pruned(
                {key: each for key, each in value.items() if (key, each) != ("mount_path", own)}
            )
            return found


def token_variable(scene: Scene, place: int) -> str:
    """Return the variable in which the token of a repository is looked for."""
    name = scene.address.name if scene.address else scene.own_id or "deployment"
    return f"{variable(name)}_REPOSITORY_{place + 1}_TOKEN"


def variable(name: str) -> str:
    """Return a name as the name of a variable."""
    spelled = "".join(each if each.isascii() and each.isalnum() else "_" for each in name).upper()
    return f"_{spelled}" if spelled[:1].isdigit() else spelled


def environment_id(value: Any, scene: Scene) -> Any:
    """Return the environment by name."""
    return scene.named(value)


def vault_ids(value: Any, scene: Scene) -> Any:
    """Return the vaults by name, in their order."""
    return [scene.named(each) for each in value or []] or ABSENT


def schedule(value: Any, _scene: Scene) -> Any:
    """Return when it fires, without what the server works out of that."""
    return {key: value[key] for key in ("type", "expression", "timezone")} if value else ABSENT
