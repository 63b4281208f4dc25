"""What a memory store becomes when it is created or updated."""

from agentops.engine.core import metadata
from agentops.engine.core.json import Json, written

MEMORIES_MAX = 2000
"""How many memories a store takes. Source: platform.claude.com/docs/en/managed-agents/memory."""


def created(request: Json) -> Json:
    """Return the fields of a new store. Source: SDK 2.11.0 `types/beta/memory_store_create_params.py`."""
    return {
        "name": request["name"],
        "description": request.get("description") or "",
        "metadata": request.get("metadata") or {},
    }


def updated(stored: Json, request: Json) -> Json:
    """Return the fields after an update: omitted and null keep, an empty description clears, metadata is merged.

    Source: SDK 2.11.0 `types/beta/memory_store_update_params.py`.
    """
    description = request.get("description")
    return {
        "name": request.get("name") or stored["name"],
        "description": stored["description"] if description is None else description,
        "metadata": metadata.merged(stored["metadata"], request.get("metadata")),
    }


def body(fields: Json, *, store_id: str, created_at: str, updated_at: str, archived_at: str | None) -> str:
    """Return the answer's JSON."""
    return written(
        {
            "type": "memory_store",
            "id": store_id,
            **fields,
            "created_at": created_at,
            "updated_at": updated_at,
            "archived_at": archived_at,
        }
    )
