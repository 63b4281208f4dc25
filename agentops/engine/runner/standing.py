"""How a session and its threads stand, as their rows say it: written where anybody outside can tell the difference.

Most steps of a turn change nothing of it, and the row of a session is long: it holds the whole agent too.
"""

from agentops.engine.core import threads as core
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.runs.costs import snapshot, thread_snapshot
from agentops.engine.core.runs.session_state import SessionState, Thread
from agentops.engine.core.runs.setting import Setting, Settings
from agentops.engine.core.runs.team import OF_RUN
from agentops.engine.core.sessions import Session
from agentops.engine.operations.session_runs import Standing

_TOLD = "budget_reached"
"""Where it is kept which budget was told to be used up."""


class Standings:
    """What was written last."""

    def __init__(self, session: Session) -> None:
        """Begin with what the session's row says."""
        self._session_id = session.id
        self._status: str = session.status
        self._progress: Json = parsed(session.progress)
        self._threads: dict[str, object] = {}
        """What of each thread is in its row."""

        self._primary: object = None
        """The same of the primary one, which is told apart from the session once there are others."""

    def take(self, session: SessionState) -> None:
        """Take it that the rows of the threads say what the log does."""
        self._threads = {key: _mark(each) for key, each in session.threads.items() if key}

    def has_told(self, budget: Json | None) -> bool:
        """Tell whether it is known that the session used a budget up; there is nothing to tell where it has none."""
        return budget is None or self._progress.get(_TOLD) == budget["max_list_cost"]

    def of_session(self, session: SessionState, settings: Settings) -> Standing | None:
        """Return how the session stands; None where nobody can tell the difference."""
        waiting = session.waits_for
        stands: Json = {"stop": session.rests_for, "waits_for": {call.id: call.awaits for _, call in waiting}}
        if in_others := {call.id: thread_id for thread_id, call in waiting if thread_id is not None}:
            stands["waits_in"] = in_others
        elif "waits_in" in self._progress:
            stands["waits_in"] = {}
        if session.runs or "workflow_runs" in self._progress:
            stands["workflow_runs"] = list(session.runs)
        if session.evaluations:
            stands["outcome_evaluations"] = list(session.evaluations)
        if session.rests_for == "budget_reached" and (budget := settings(None, None).budget) is not None:
            stands[_TOLD] = budget["max_list_cost"]
        primary = _mark(session.threads[None])
        is_alone = len(session.threads) == 1 and not session.runs
        is_known = is_alone or primary == self._primary
        if is_known and self._status == session.phase and stands.items() <= self._progress.items():
            return None
        self._primary = primary
        usage = snapshot(session, settings)
        seconds = sum(each.state.active_seconds for each in session.threads.values())
        self._status = session.phase
        self._progress = {**self._progress, **stands, "usage": usage, "active_seconds": round(seconds, 3)}
        if not is_alone:
            self._progress["primary"] = _progress(session.threads[None], settings(None, None))
        return Standing(self._status, self._progress, session.last_at)

    def of_threads(self, session: SessionState, settings: Settings) -> tuple[core.Thread, ...]:
        """Return the rows of the threads that changed."""
        if len(session.threads) == 1:
            return ()
        marks = {key: _mark(each) for key, each in session.threads.items() if key}
        changed = [key for key, mark in marks.items() if self._threads.get(key) != mark]
        self._threads = marks
        return tuple(self._row(key, session.threads[key], settings) for key in changed)

    def _row(self, thread_id: str, thread: Thread, settings: Settings) -> core.Thread:
        return core.Thread(
            id=thread_id,
            session_id=self._session_id,
            parent_id=core.primary_id(self._session_id),
            agent=_shown(thread.agent or {}),
            status=thread.state.phase,
            progress=written(_progress(thread, settings(thread_id, thread.agent))),
            workflow_run_id=thread.workflow_run_id,
            created_at=thread.created_at,
            updated_at=thread.changed_at,
            archived_at=thread.changed_at if thread.is_over else None,
        )


def _shown(agent: Json) -> str:
    return written({key: value for key, value in agent.items() if key != OF_RUN} if OF_RUN in agent else agent)


def _mark(thread: Thread) -> object:
    """Return what differs whenever the row of a thread has to be written: two changes may come at one moment."""
    state = thread.state
    return thread.changed_at, state.phase, thread.is_over, thread.has_rested, None if state.is_active else state.usage


def _progress(thread: Thread, setting: Setting) -> Json:
    """Return what running a thread changed; what it took is told once it has rested, as documented."""
    state = thread.state
    rested = {"stop": None if state.is_active else state.stop["type"], "usage": thread_snapshot(state, setting)}
    return {
        "status": state.phase,
        "active_seconds": round(state.active_seconds, 3),
        "started_at": thread.started_at,
        **(rested if thread.has_rested else {}),
    }
