"""What a workspace's webhook endpoint becomes when it is created or updated."""

from agentops.engine.core import metadata
from agentops.engine.core.json import Json, written

ENDPOINTS_MAX = 32
"""How many endpoints a workspace has: every event goes to each of them. As many as the API gives an organization."""


def created(request: Json) -> Json:
    """Return the fields of a new endpoint."""
    return {
        "url": request["url"],
        "events": request["events"],
        "description": request.get("description", ""),
        "format": request.get("format", "standard"),
        "metadata": request.get("metadata", {}),
        "state": "enabled",
        "disabled_reason": "",
    }


def updated(stored: Json, request: Json) -> Json:
    """Return the fields after an update: omitted keeps, no description is an empty one, metadata is merged.

    Any sent state ends a reason. So does another URL of an endpoint that was disabled for what became of the old one:
    whoever keeps endpoints in manifests mends it there, where states are not declared.

    Raises:
        InvalidRequest: the URL names no host.
    """
    return {
        "url": request["url"] if "url" in request else stored["url"],
        "events": request.get("events", stored["events"]),
        "description": request.get("description", stored["description"]) or "",
        "format": (request["format"] or "standard") if "format" in request else stored["format"],
        "metadata": metadata.merged(stored["metadata"], request.get("metadata")),
        **_standing(stored, request),
    }


def completed(stored: Json) -> Json:
    """Return an endpoint with what those lack that were registered before there were states and formats."""
    return {"format": "standard", "state": "enabled", "disabled_reason": ""} | stored


def begins_anew(stored: Json, request: Json) -> bool:
    """Tell whether an update makes what failed before count no more."""
    return "state" in request or ("url" in request and request["url"] != stored["url"])


def _standing(stored: Json, request: Json) -> Json:
    if "state" in request:
        return {"state": request["state"], "disabled_reason": ""}
    if stored["disabled_reason"] and begins_anew(stored, request):
        return {"state": "enabled", "disabled_reason": ""}
    return {"state": stored["state"], "disabled_reason": stored["disabled_reason"]}


def body(fields: Json, *, endpoint_id: str, created_at: str, updated_at: str) -> str:
    """Return the answer's JSON."""
    times = {"created_at": created_at, "updated_at": updated_at}
    return written({"type": "webhook_endpoint", "id": endpoint_id, **fields, **times})
