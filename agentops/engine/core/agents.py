"""What an agent becomes when it is created or updated: defaults resolved, omitted fields kept."""

from dataclasses import dataclass

from agentops.engine.core import metadata, models, skills, toolsets
from agentops.engine.core.json import Json, parsed, written

FIELDS = (
    "name",
    "model",
    "description",
    "system",
    "tools",
    "mcp_servers",
    "skills",
    "metadata",
    "execution_identity",
)
"""What a person sets, `multiagent` apart: it is kept as it was asked for, and pinned anew on every save."""

_SERVICE_ACCOUNT = {"type": "service_account"}


@dataclass(frozen=True, slots=True)
class Identity:
    """What a version has that nobody sets."""

    id: str
    version: int
    created_at: str
    """When the agent was created."""

    updated_at: str
    """When this version was saved."""


def created(request: Json) -> Json:
    """Return the fields of a new agent. Source: SDK 2.11.0 `types/beta/agent_create_params.py`."""
    return {
        "name": request["name"],
        "model": models.resolved(request["model"]),
        "description": request.get("description") or None,
        "system": request.get("system") or None,
        "tools": toolsets.resolved(request.get("tools") or []),
        "mcp_servers": [_server(each) for each in request.get("mcp_servers") or ()],
        "skills": skills.resolved(request.get("skills") or []),
        "metadata": request.get("metadata") or {},
        "execution_identity": request.get("execution_identity") or _SERVICE_ACCOUNT,
    }


def updated(stored: Json, request: Json) -> Json:
    """Return the fields after an update: omitted is kept, null clears, arrays are replaced, metadata is merged.

    Source: SDK 2.11.0 `types/beta/agent_update_params.py`.
    """
    whole = {key: request.get(key, stored[key]) for key in FIELDS}
    model = models.resolved(request["model"], stored["model"]) if "model" in request else stored["model"]
    pairs = metadata.merged(stored["metadata"], request.get("metadata"))
    return created({**whole, "model": model, "metadata": pairs})


def body(fields: Json, multiagent: Json | None, identity: Identity) -> str:
    """Return the answer's JSON of one version, without `archived_at`."""
    return written(
        {
            "type": "agent",
            "id": identity.id,
            "version": identity.version,
            **fields,
            "multiagent": multiagent,
            "created_at": identity.created_at,
            "updated_at": identity.updated_at,
        }
    )


def fields_of(body: str) -> Json:
    """Return the fields that a person set, from the JSON of a version."""
    agent = parsed(body)
    return {key: agent[key] for key in FIELDS}


def answered(body: str, archived_at: str | None) -> str:
    """Return the whole answer: what a version says, and what its agent says."""
    archived = written(archived_at) if archived_at else "null"
    return f'{body[:-1]},"archived_at":{archived}}}'


def _server(sent: Json) -> Json:
    return {"type": sent["type"], "name": sent["name"], "url": sent["url"]}
