"""What a workspace's webhook endpoint becomes when it is created or updated."""

from agentops.engine.core import metadata
from agentops.engine.core.json import Json, written
from agentops.engine.core.webhooks import checked_url

ENDPOINTS_MAX = 32
"""How many endpoints a workspace has: every event goes to each of them. As many as the API gives an organization."""


def created(request: Json) -> Json:
    """Return the fields of a new endpoint.

    Raises:
        InvalidRequest: the URL names no host.
    """
    return {
        "url": checked_url(request["url"]),
        "events": request["events"],
        "description": request.get("description", ""),
        "metadata": request.get("metadata", {}),
    }


def updated(stored: Json, request: Json) -> Json:
    """Return the fields after an update: omitted keeps, no description is an empty one, metadata is merged.

    Raises:
        InvalidRequest: the URL names no host.
    """
    return {
        "url": checked_url(request["url"]) if "url" in request else stored["url"],
        "events": request.get("events", stored["events"]),
        "description": request.get("description", stored["description"]) or "",
        "metadata": metadata.merged(stored["metadata"], request.get("metadata")),
    }


def body(fields: Json, *, endpoint_id: str, created_at: str, updated_at: str) -> str:
    """Return the answer's JSON."""
    times = {"created_at": created_at, "updated_at": updated_at}
    return written({"type": "webhook_endpoint", "id": endpoint_id, **fields, **times})
