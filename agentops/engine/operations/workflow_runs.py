"""Workflow runs as requests meet them: while one is open its session's agent stays, and with the session it ends."""

from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.refusals import refused
from agentops.engine.core.sessions import TERMINATED, Session
from agentops.engine.core.workflows import events
from agentops.engine.core.workflows.cast import facts_of
from agentops.engine.core.workflows.decide import decide
from agentops.engine.core.workflows.effects import Facts
from agentops.engine.core.workflows.evolve import fold
from agentops.engine.core.workflows.happenings import Stopped
from agentops.engine.core.workflows.state import Course, Setting
from agentops.engine.operations import session_runs
from agentops.engine.operations.call import Call
from agentops.engine.store.runners import Place
from agentops.engine.store.session_log import SessionLog
from agentops.engine.store.session_threads import SessionThreads


def open_runs(session: Session) -> list[str]:
    """Return the ids of the session's runs that have not ended."""
    found: list[str] = parsed(session.progress).get("workflow_runs") or []
    return found


def refuse_change(session: Session) -> None:
    """Refuse to change the agent under a run: its program may be run again, and has to find what it found.

    Raises:
        InvalidRequest: a run is open.
    """
    if runs := open_runs(session):
        shown = ", ".join(runs)
        raise refused(("agent",), f"cannot be changed while a workflow run is open (workflow_run_open): {shown}")


def end_all(call: Call, session: Session) -> Json:
    """End the runs of a session that is about to end, and return how far the session is without them.

    Source: documented, platform.claude.com/docs/en/managed-agents/workflow-runs.
    """
    progress = parsed(session.progress)
    if not open_runs(session):
        return progress
    loaded = session_runs.load(call.tx, Place(call.workspace, session.id))
    if loaded is None:
        return progress
    entries = _stopped(call, session, loaded.entries)
    bodied = [(each, written({"type": each.type, "id": each.id, **each.body})) for each in entries]
    SessionLog(call.tx, call.workspace, session.id).write(bodied, frozenset(), loaded.seq)
    threads = SessionThreads(call.tx, call.workspace, session.id)
    for each in entries:
        if each.type == events.THREAD_TERMINATED and each.thread_id is not None:
            threads.archive(each.thread_id, TERMINATED, call.at)
    return {**progress, "workflow_runs": [], "waits_for": {}, "waits_in": {}}


def _stopped(call: Call, session: Session, log: tuple[Entry, ...]) -> list[Entry]:
    setting = Setting(facts_of(parsed(session.agent)) or Facts())
    return [
        entry
        for run in fold(log).values()
        if run.is_open
        for entry in decide(Course(run), Stopped(), setting, call.ids, call.at).entries
    ]
