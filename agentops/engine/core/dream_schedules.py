"""What a dream schedule becomes when it is created or updated."""

from typing import Any

from agentops.engine.core import metadata
from agentops.engine.core.json import Json, written
from agentops.wire.dream_schedules import MOST_SESSIONS

_DEFAULTS: Json = {
    "agents": [],
    "since": None,
    "max": MOST_SESSIONS,
    "min": 1,
    "schedule": None,
    "every": None,
    "after_sessions": None,
    "engine": None,
    "model": None,
    "budget": None,
    "instructions": None,
    "review": "pull_request",
    "gates": {},
}
"""What is not said: everybody's newest sessions, at most as many as a dream reads, and a person looks at the result."""


def created(request: Json) -> Json:
    """Return the fields of a new schedule."""
    return updated({**_DEFAULTS, "metadata": {}}, request)


def updated(stored: Json, request: Json) -> Json:
    """Return the fields after an update: omitted keeps, null brings the default back, metadata is merged."""
    fields = {name: request.get(name, stored.get(name)) for name in ("name", "store", *_DEFAULTS)}
    return {
        **{name: _DEFAULTS.get(name) if value is None else value for name, value in fields.items()},
        "model": _model(fields["model"]),
        "metadata": metadata.merged(stored["metadata"], request.get("metadata")),
    }


def wish(fields: Json) -> Json:
    """Return the fields as a request that would create them."""
    return {name: value for name, value in fields.items() if value is not None}


def body(fields: Json, *, schedule_id: str, created_at: str, updated_at: str) -> str:
    """Return the answer's JSON."""
    times = {"created_at": created_at, "updated_at": updated_at}
    return written({"type": "dream_schedule", "id": schedule_id, **fields, **times})


def _model(value: Any) -> Json | None:
    """Return the model as dreams answer it: always an object. Source: SDK 2.11.0 `beta_dream_model_config.py`."""
    if value is None:
        return None
    given = {"id": value} if isinstance(value, str) else value
    return {"id": given["id"], "speed": given.get("speed") or "standard"}
