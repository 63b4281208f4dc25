"""How an entry of the log changes a session: its threads, its outcome, and when it works."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from agentops.engine.core.entries import Entry
from agentops.engine.core.evaluations import pending
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.runs.altered import altered
from agentops.engine.core.runs.evolve import INTERRUPT, added, evolve, laid_aside
from agentops.engine.core.runs.session_state import Outcome, SessionState, Stage, Thread
from agentops.engine.core.runs.setting import Settings
from agentops.engine.core.runs.state import ADVICE, Call, Phase, Standing, between
from agentops.engine.core.runs.team import ADVISE
from agentops.engine.core.workflows import events as of_runs
from agentops.engine.core.workflows import evolve as workflows

REVISE = "\n\nThe work is evaluated again when you end your turn."
LAST = "\n\nThere will be no further evaluation. Say in a few words what is done and what is missing."

_Change = Callable[[SessionState, Entry], SessionState]


def fold(entries: Iterable[Entry], settings: Settings) -> SessionState:
    """Return what a log comes to."""
    session = SessionState()
    for entry in entries:
        session = advance(session, entry, settings)
    return session


def advance(session: SessionState, entry: Entry, settings: Settings) -> SessionState:
    """Return the session after one more entry; types that change nothing are passed over."""
    if entry.type == "session.thread_created":
        session = _created(session, entry)
    thread = session.threads.get(entry.thread_id)
    if thread is not None:
        state = evolve(thread.state, entry, settings(entry.thread_id, thread.agent))
        if state is not thread.state:
            session = session.with_thread(entry.thread_id, altered(thread, state=state))
    change = _CHANGES.get(entry.type)
    if change is not None and entry.at is not None:
        session = change(session, entry)
    return altered(session, last_at=entry.at) if entry.at is not None and entry.at > session.last_at else session


def _created(session: SessionState, entry: Entry) -> SessionState:
    kept = parsed(entry.kept or "{}")
    thread = Thread(
        agent=kept["agent"],
        name=entry.body["agent_name"],
        created_at=entry.at or "",
        changed_at=entry.at or "",
        workflow_run_id=entry.body.get("workflow_run_id"),
        advises=kept.get("advises"),
    )
    session = session.with_thread(entry.body["session_thread_id"], thread)
    session = _of_run(session, entry) if thread.workflow_run_id else session
    return session if thread.advises is None else _consulted(session, thread.advises, kept)


def _consulted(session: SessionState, call_id: str, kept: Json) -> SessionState:
    """Take an advisor's thread for the call that began it."""
    primary = session.threads[None]
    call = Call(call_id, kept["use"], ADVISE, {"question": kept["question"]}, Standing.STARTED, type=ADVICE)
    calls = MappingProxyType({**primary.state.calls, call_id: call})
    return session.with_thread(None, altered(primary, state=altered(primary.state, calls=calls)))


def _running(session: SessionState, entry: Entry) -> SessionState:
    return altered(session, phase=Phase.RUNNING, running_since=session.running_since or entry.at)


def _rescheduled(session: SessionState, entry: Entry) -> SessionState:
    return altered(_paused(session, entry), phase=Phase.RESCHEDULING)


def _idle(session: SessionState, entry: Entry) -> SessionState:
    return altered(_paused(session, entry), phase=Phase.IDLE, stop=entry.body["stop_reason"])


def _terminated(session: SessionState, entry: Entry) -> SessionState:
    return altered(_paused(session, entry), phase=Phase.TERMINATED)


def _paused(session: SessionState, entry: Entry) -> SessionState:
    since = session.running_since
    seconds = between(since, entry.at) if since else 0.0
    return altered(session, active_seconds=session.active_seconds + seconds, running_since=None)


def _thread_runs(session: SessionState, entry: Entry) -> SessionState:
    thread = session.threads[entry.thread_id]
    if thread.is_over:
        return session
    started_at = thread.started_at or entry.at
    return session.with_thread(entry.thread_id, altered(thread, started_at=started_at, changed_at=entry.at or ""))


def _thread_rests(session: SessionState, entry: Entry) -> SessionState:
    thread = session.threads[entry.thread_id]
    return session.with_thread(entry.thread_id, altered(thread, has_rested=True, changed_at=entry.at or ""))


def _thread_ended(session: SessionState, entry: Entry) -> SessionState:
    if entry.thread_id is None:
        return session
    thread = session.threads[entry.thread_id]
    session = _of_run(session, entry) if thread.workflow_run_id else session
    return session.with_thread(
        entry.thread_id, altered(thread, is_over=True, has_rested=True, changed_at=entry.at or "")
    )


# --- workflow runs ----------------------------------------------------------------------------------------------------


def _of_run(session: SessionState, entry: Entry) -> SessionState:
    """Take an event of a workflow run; of one that has ended nothing is remembered but what its agent is to read."""
    run_id = workflows.run_of(entry)
    if run_id is None:
        return session
    run = workflows.evolve(session.runs.get(run_id), entry)
    if run is not None and run.is_open:
        return altered(session, runs=MappingProxyType({**session.runs, run_id: run}))
    runs = MappingProxyType({key: each for key, each in session.runs.items() if key != run_id})
    session = altered(session, runs=runs)
    return session if run is None else _told(session, run.notice)


# --- the outcome ------------------------------------------------------------------------------------------------------


def _defined(session: SessionState, entry: Entry) -> SessionState:
    wanted = entry.body
    outcome = Outcome(
        wanted["outcome_id"],
        wanted["description"],
        wanted["rubric"]["content"],
        wanted["max_iterations"],
        outlives=frozenset(each.id for each in session.primary.queue if each.type == INTERRUPT),
    )
    return altered(session, outcome=outcome, evaluations=(*session.evaluations, pending(wanted)))


def _interrupted(session: SessionState, entry: Entry) -> SessionState:
    """Forget of an interrupt that the outcome outlived it."""
    outcome = session.outcome
    if outcome is None or entry.id not in outcome.outlives:
        return session
    return altered(session, outcome=altered(outcome, outlives=outcome.outlives - {entry.id}))


def _begun(session: SessionState, entry: Entry) -> SessionState:
    """Take the agent's first request as the beginning of the work."""
    if session.outcome is None or entry.thread_id is not None or session.evaluations[-1]["result"] != "pending":
        return session
    if session.primary.task is not None:
        return session
    return _noted(session, result="running")


def _evaluating(session: SessionState, entry: Entry) -> SessionState:
    if session.outcome is None:
        return session
    outcome = altered(session.outcome, stage=Stage.EVALUATING, start_id=entry.id, started_at=entry.at or "")
    return altered(_noted(session, result="evaluating", iteration=outcome.iteration), outcome=outcome)


def _evaluated(session: SessionState, entry: Entry) -> SessionState:
    outcome, found = session.outcome, entry.body
    kept = parsed(entry.kept or "{}")
    graded, cents = added(session.graded, found["usage"]), session.graded_cents + kept.get("cents", 0)
    session = altered(session, graded=graded, graded_cents=cents)
    if outcome is None:
        return session
    result, told = found["result"], found["explanation"]
    if result == "needs_revision":
        session = _noted(session, result="running", explanation=told)
        outcome = altered(outcome, stage=Stage.WORKING, start_id="", iteration=outcome.iteration + 1)
        return _told(altered(session, outcome=outcome), told + REVISE)
    session = altered(_noted(session, result=result, explanation=told, completed_at=entry.at), outcome=None)
    session = session.with_thread(None, altered(session.threads[None], state=laid_aside(session.primary)))
    return _told(session, told + LAST) if result == "max_iterations_reached" else session


def _noted(session: SessionState, **changed: object) -> SessionState:
    """Return the session with the record of its newest outcome changed."""
    *earlier, newest = session.evaluations
    return altered(session, evaluations=(*earlier, {**newest, **changed}))


def _told(session: SessionState, words: str) -> SessionState:
    """Return the session with something for its agent to read and to act on."""
    primary = session.threads[None]
    block: Json = {"type": "text", "text": words}
    state = altered(primary.state, pending=(*primary.state.pending, block), is_called=True)
    return session.with_thread(None, altered(primary, state=state))


_CHANGES: Mapping[str, _Change] = {
    "session.status_running": _running,
    "session.status_rescheduled": _rescheduled,
    "session.status_idle": _idle,
    "session.status_terminated": _terminated,
    "session.thread_status_running": _thread_runs,
    "session.thread_status_rescheduled": _thread_runs,
    "session.thread_status_idle": _thread_rests,
    "session.thread_status_terminated": _thread_ended,
    "user.define_outcome": _defined,
    INTERRUPT: _interrupted,
    "span.model_request_start": _begun,
    "span.outcome_evaluation_start": _evaluating,
    "span.outcome_evaluation_end": _evaluated,
    of_runs.CREATED: _of_run,
    of_runs.STATUS_RUNNING: _of_run,
    of_runs.STATUS_IDLE: _of_run,
    of_runs.PHASE_STARTED: _of_run,
    of_runs.PHASE_ENDED: _of_run,
    of_runs.STATUS_ENDED: _of_run,
}
