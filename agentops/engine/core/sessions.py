"""Sessions as values: what a new one is, what changes, and what the API shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agentops.engine.core import metadata
from agentops.engine.core.json import Json, parsed, written

IDLE = "idle"
RUNNING = "running"
TERMINATED = "terminated"

_NO_USAGE: Json = {
    "input_tokens": 0,
    "output_tokens": 0,
    "cache_read_input_tokens": 0,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
    "active_seconds": 0,
}


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it is now. What runs it changes often and is small; the agent is large and hardly ever changes."""

    id: str
    status: str
    environment_id: str
    deployment_id: str | None
    config: str
    """JSON of the environment's configuration as it was when the session was created: later changes do not reach it."""

    agent: str
    """JSON of the agent as it was when the session was created."""

    fields: str
    """JSON of what a person set: `title`, `metadata`, `vault_ids`, `budget`."""

    progress: str
    """JSON of what running it changes: `usage`, `active_seconds`, `outcome_evaluations`."""

    created_at: str
    updated_at: str
    archived_at: str | None = None
    seq: int = 0
    """The order of creation, for sessions of the same moment."""

    dream_id: str | None = None
    """The dream that it runs, in place of an agent."""


def fields(request: Json) -> Json:
    """Return what a person set of a new session. Source: SDK 2.11.0 `types/beta/session_create_params.py`."""
    return {
        "title": request.get("title"),
        "metadata": request.get("metadata") or {},
        "vault_ids": request.get("vault_ids") or [],
        "budget": request.get("budget"),
    }


def updated(stored: Json, request: Json) -> Json:
    """Return what a person set after an update: omitted is kept, null clears the title and removes the budget.

    Source: SDK 2.11.0 `types/beta/session_update_params.py`.
    """
    return {
        "title": request.get("title", stored["title"]),
        "metadata": metadata.merged(stored["metadata"], request.get("metadata")),
        "vault_ids": stored["vault_ids"],
        "budget": request.get("budget", stored["budget"]),
    }


def changes(before: Json, after: Json) -> Json:
    """Return what the log says of an update: what changed, as it is now; metadata that became empty is left out.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_session_updated_event.py`.
    """
    found = {key: value for key, value in after.items() if before[key] != value}
    return {key: value for key, value in found.items() if key != "metadata" or value}


def consumed_cents(progress: Json) -> int:
    """Return the list cost of a session so far, as far as it is known."""
    cost = progress["usage"].get("list_cost")
    return int(cost["amount"]) if cost else 0


def progress(outcomes: Sequence[Json]) -> Json:
    """Return how far a session is in which nothing has run."""
    return {"outcome_evaluations": list(outcomes), "active_seconds": 0, "usage": _NO_USAGE}


def answered(session: Session, resources: Sequence[str], now: str) -> str:
    """Return the API's object at a moment. Source: SDK 2.11.0 `types/beta/beta_managed_agents_session.py`."""
    reached = parsed(session.progress)
    said = {
        "type": "session",
        "id": session.id,
        "status": session.status,
        "environment_id": session.environment_id,
        "deployment_id": session.deployment_id,
        **parsed(session.fields),
        "outcome_evaluations": reached["outcome_evaluations"],
        "stats": {
            "active_seconds": reached["active_seconds"],
            "duration_seconds": _seconds(session, now),
        },
        "usage": reached["usage"],
        "created_at": session.created_at,
        "updated_at": session.updated_at,
        "archived_at": session.archived_at,
    }
    # The snapshot and the resources go in as they lie in the database: the large parts need no second encoding.
    return f'{written(said)[:-1]},"agent":{session.agent},"resources":[{",".join(resources)}]}}'


def _seconds(session: Session, now: str) -> float:
    """Return how long the session has been there; that of a terminated one stands still."""
    until = session.updated_at if session.status == TERMINATED else now
    return (datetime.fromisoformat(until) - datetime.fromisoformat(session.created_at)).total_seconds()


WATCHERS = "session "


def watchers_topic(session_id: str) -> str:
    """Return what is told when a session's log has grown."""
    return f"{WATCHERS}{session_id}"


INBOX = "inbox "


def inbox_topic(workspace: str, session_id: str) -> str:
    """Return what is told when something was sent to a session, or changed about it."""
    return f"{INBOX}{workspace} {session_id}"
