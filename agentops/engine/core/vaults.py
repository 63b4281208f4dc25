"""What a vault becomes when it is created or updated."""

from agentops.engine.core import metadata
from agentops.engine.core.json import Json, written

CREDENTIALS_MAX = 20
"""How many active credentials a vault takes. Source: platform.claude.com/docs/en/managed-agents/vaults."""


def created(request: Json) -> Json:
    """Return the fields of a new vault. Source: SDK 2.11.0 `types/beta/vault_create_params.py`."""
    return {"display_name": request["display_name"], "metadata": request.get("metadata") or {}}


def updated(stored: Json, request: Json) -> Json:
    """Return the fields after an update: omitted and null keep, metadata is merged.

    Source: SDK 2.11.0 `types/beta/vault_update_params.py`.
    """
    return {
        "display_name": request.get("display_name") or stored["display_name"],
        "metadata": metadata.merged(stored["metadata"], request.get("metadata")),
    }


def body(fields: Json, *, vault_id: str, created_at: str, updated_at: str, archived_at: str | None) -> str:
    """Return the answer's JSON. Source: SDK 2.11.0 `types/beta/beta_managed_agents_vault.py`."""
    return written(
        {
            "type": "vault",
            "id": vault_id,
            **fields,
            "created_at": created_at,
            "updated_at": updated_at,
            "archived_at": archived_at,
        }
    )
