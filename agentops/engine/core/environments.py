"""What an environment becomes when it is created or updated: the whole configuration, always."""

from agentops.engine.core import metadata
from agentops.engine.core.json import Json, written

_UNRESTRICTED = {"type": "unrestricted"}
_LIMITED: Json = {"allowed_hosts": [], "allow_mcp_servers": False, "allow_package_managers": False}
_NO_PACKAGES: Json = {manager: [] for manager in ("apt", "cargo", "gem", "go", "npm", "pip")}


def created(request: Json) -> Json:
    """Return the fields of a new environment. Source: SDK 2.11.0 `types/beta/environment_create_params.py`."""
    return {
        "name": request["name"],
        "description": request.get("description"),
        "config": resolved(request.get("config") or {"type": "cloud"}),
        "metadata": request.get("metadata") or {},
        "scope": request.get("scope") or "organization",
    }


def updated(stored: Json, request: Json) -> Json:
    """Return the fields after an update: omitted and null keep, at every level of `config` too.

    `description` is the exception: null clears it. Source: SDK 2.11.0 `types/beta/environment_update_params.py`.
    """
    config = request.get("config")
    return {
        "name": request.get("name") or stored["name"],
        "description": request.get("description", stored["description"]),
        "config": resolved(config, stored["config"]) if config else stored["config"],
        "metadata": metadata.merged(stored["metadata"], request.get("metadata"), empty_deletes=True),
        "scope": request.get("scope") or stored["scope"],
    }


def resolved(sent: Json, stored: Json | None = None) -> Json:
    """Return the whole configuration: what was sent, else what is stored, else the default.

    Source: SDK 2.11.0 `types/beta/beta_cloud_config.py`, `beta_packages.py`, `beta_limited_network.py`.
    """
    if sent["type"] != "cloud":
        return {"type": sent["type"]}
    base = stored or {}
    return {
        "type": "cloud",
        "networking": _networking(sent.get("networking"), base.get("networking")),
        "packages": _packages(sent.get("packages"), base.get("packages")),
    }


def _networking(sent: Json | None, stored: Json | None) -> Json:
    if sent is None:
        return stored or _UNRESTRICTED
    if sent["type"] != "limited":
        return {"type": sent["type"]}
    base = stored if stored and stored["type"] == "limited" else {}
    return {"type": "limited", **_nearest(sent, base, _LIMITED)}


def _packages(sent: Json | None, stored: Json | None) -> Json:
    return {"type": "packages", **_nearest(sent or {}, stored or {}, _NO_PACKAGES)}


def _nearest(sent: Json, stored: Json, default: Json) -> Json:
    """Return each key of the default with the first value that is not null: sent, stored, default."""
    sources = (sent, stored, default)
    return {key: next(each[key] for each in sources if each.get(key) is not None) for key in default}


def body(fields: Json, *, environment_id: str, created_at: str, updated_at: str, archived_at: str | None) -> str:
    """Return the answer's JSON."""
    return written(
        {
            "type": "environment",
            "id": environment_id,
            **fields,
            "created_at": created_at,
            "updated_at": updated_at,
            "archived_at": archived_at,
        }
    )
