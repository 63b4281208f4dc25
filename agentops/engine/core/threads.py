"""The threads of a session; so far the primary one, which every session has."""

from dataclasses import dataclass

from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.sessions import Session

_PREFIX = "sthr"


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread as it is now."""

    id: str
    session_id: str
    parent_id: str | None
    """The thread that began it; None for the primary one."""

    agent: str
    """JSON of who runs it: an agent as it was then, an advisor, or an agent written down by its parent."""

    status: str
    progress: str
    """JSON of what running it changes: `usage`, `active_seconds`, `stop` (why it rests), `started_at`."""

    workflow_run_id: str | None
    created_at: str
    updated_at: str
    archived_at: str | None = None
    seq: int = 0
    """Its place among the children of its session, from 1."""


def primary_id(session_id: str) -> str:
    """Return the id of the primary thread: it lives and dies with its session, and needs no record of its own."""
    return f"{_PREFIX}_{session_id.partition('_')[2]}"


def answered(session: Session, duration_s: float) -> str:
    """Return the API's object of the primary thread.

    `stats` is null until the first change of status, `usage` until the first rest.
    Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_session_thread.py`.
    """
    reached = parsed(session.progress)
    has_run = "stop" in reached
    agent = {key: value for key, value in parsed(session.agent).items() if key != "multiagent"}
    stats = {"active_seconds": reached["active_seconds"], "duration_seconds": duration_s, "startup_seconds": None}
    said: Json = {
        "id": primary_id(session.id),
        "type": "session_thread",
        "session_id": session.id,
        "parent_thread_id": None,
        "agent": agent,
        "status": session.status,
        "stats": stats if has_run else None,
        "usage": reached["usage"] if has_run else None,
        "workflow_run_id": None,
        "created_at": session.created_at,
        "updated_at": session.updated_at,
        "archived_at": session.archived_at,
    }
    return written(said)
