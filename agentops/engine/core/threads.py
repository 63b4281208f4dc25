"""The threads of a session: its primary one, which lives and dies with it, and those that were begun since."""

from dataclasses import dataclass, replace
from datetime import datetime

from agentops.base.ids import IdSource
from agentops.engine.core import session_events
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.rosters import ADVISOR_NAME
from agentops.engine.core.session_events import Event
from agentops.engine.core.sessions import IDLE, RUNNING, TERMINATED, Session

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

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing will happen in it any more."""
        return self.archived_at is not None or self.status == TERMINATED


def primary_id(session_id: str) -> str:
    """Return the id of the primary thread: it lives and dies with its session, and needs no record of its own."""
    return f"{_PREFIX}_{session_id.partition('_')[2]}"


def primary(session: Session) -> Thread:
    """Return the primary thread, whose progress is the session's as long as it has no others."""
    reached = parsed(session.progress)
    own = reached.get("primary")
    is_resting = session.status == RUNNING and own is not None and own["stop"] is not None
    return Thread(
        primary_id(session.id),
        session.id,
        None,
        written({key: value for key, value in parsed(session.agent).items() if key != "multiagent"}),
        IDLE if is_resting else session.status,
        written(own or reached),
        None,
        session.created_at,
        session.updated_at,
        session.archived_at,
    )


def within(session: Session, thread: Thread) -> Thread:
    """Return a thread as its session leaves it: with an archived session all of its threads have ended."""
    if session.archived_at is None or thread.archived_at is not None:
        return thread
    return replace(thread, status=TERMINATED, updated_at=session.archived_at, archived_at=session.archived_at)


def answered(thread: Thread, now: str) -> str:
    """Return the API's object at a moment.

    `stats` is null until the first change of status, `usage` until the first rest; the time of an archived thread
    stands still. Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_session_thread.py`.
    """
    reached = parsed(thread.progress)
    has_started = reached.get("started_at", "stop" in reached or None) is not None
    stats = {
        "active_seconds": reached.get("active_seconds", 0),
        "duration_seconds": _seconds(thread.created_at, thread.updated_at if thread.archived_at else now),
        # Documented: children begin at once.
        "startup_seconds": None if thread.parent_id is None else 0,
    }
    said: Json = {
        "id": thread.id,
        "type": "session_thread",
        "session_id": thread.session_id,
        "parent_thread_id": thread.parent_id,
        "status": thread.status,
        "stats": stats if has_started else None,
        "usage": reached["usage"] if "stop" in reached else None,
        "workflow_run_id": thread.workflow_run_id,
        "created_at": thread.created_at,
        "updated_at": thread.updated_at,
        "archived_at": thread.archived_at,
    }
    # The agent goes in as it lies in the database: the large part needs no second encoding.
    return f'{written(said)[:-1]},"agent":{thread.agent}}}'


def agent_name(thread: Thread) -> str:
    """Return how events name who runs it. Source: documented, managed-agents/multiagent-orchestration: the advisor."""
    agent = parsed(thread.agent)
    return ADVISOR_NAME if agent["type"] == "advisor" else str(agent["name"])


def obstacle(thread: Thread) -> str | None:
    """Return why a thread cannot be archived; None when it can.

    Source: documented, platform.claude.com/docs/en/managed-agents/session-threads; of runs, …/workflow-runs.
    """
    if thread.parent_id is None:
        return f"is the primary thread: it is archived with its session {thread.session_id}"
    if thread.workflow_run_id is not None and thread.status != TERMINATED:
        return f"belongs to the open workflow run {thread.workflow_run_id} (workflow_run_open), which archives it"
    if thread.status not in (IDLE, TERMINATED):
        return f"is {thread.status}: interrupt it and wait until it is idle before it is archived"
    return None


def end(thread: Thread, ids: IdSource, at: str) -> Event:
    """Return what the log says of a thread that has ended; of a child the session's feed shows it, too.

    Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_session_thread_status_terminated_event.py`.
    """
    more = {"session_thread_id": thread.id, "agent_name": agent_name(thread)}
    event = session_events.emitted("session.thread_status_terminated", ids, at, **more)
    return event if thread.parent_id is None else replace(event, thread_id=thread.id, is_crossposted=True)


def forgotten(progress: Json, thread_id: str) -> Json:
    """Return how far a session is that does not wait with the calls of a thread any more."""
    waits_for, waits_in = progress.get("waits_for") or {}, progress.get("waits_in") or {}
    return {
        **progress,
        "waits_for": {key: value for key, value in waits_for.items() if waits_in.get(key) != thread_id},
        "waits_in": {key: value for key, value in waits_in.items() if value != thread_id},
    }


def _seconds(since: str, until: str) -> float:
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()
