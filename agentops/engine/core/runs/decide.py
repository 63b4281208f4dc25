"""What a happening leads to: the rules by which a session runs, in the order in which the API documents its events.

Source: platform.claude.com/docs/en/managed-agents, pages events-and-streaming, permission-policies, session-operations
and budgets.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from agentops.base.ids import IdSource
from agentops.engine.core.entries import Entry
from agentops.engine.core.json import written
from agentops.engine.core.runs import evaluations, messages, plans, reports
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.effects import AskModel, Cancel, Evaluate, RunTool, Summarise, Task
from agentops.engine.core.runs.evolve import INTERRUPT
from agentops.engine.core.runs.failures import compact, failed
from agentops.engine.core.runs.happenings import (
    Due,
    Evaluated,
    Evaluating,
    Happening,
    OfRun,
    Ran,
    Replied,
    RequestFailed,
    Sent,
    Summarised,
    Troubled,
)
from agentops.engine.core.runs.interrupts import interrupt
from agentops.engine.core.runs.replies import replied
from agentops.engine.core.runs.rests import settle
from agentops.engine.core.runs.results import result
from agentops.engine.core.runs.session_state import SessionState, Stage
from agentops.engine.core.runs.setting import Settings
from agentops.engine.core.runs.state import Phase, Standing
from agentops.engine.core.runs.turns import ask, proceed

CONFIRMATION = "user.tool_confirmation"
ENDED = "session.thread_status_terminated"

UNKNOWN_OUTCOME = (
    "The server stopped while this call ran, and its outcome is unknown: it may have taken effect in whole, in part or "
    "not at all. Find out what is there before you run it again."
)


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that happened, and to which thread; None for the primary one, and for all of them."""

    happening: Happening
    thread_id: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be logged, all or nothing, and what is to be done once that is on disk."""

    session: SessionState
    entries: tuple[Entry, ...] = ()
    tasks: tuple[Task, ...] = ()


def decide(session: SessionState, heard: Iterable[Heard], settings: Settings, ids: IdSource, at: str) -> Decision:
    """Return what happenings lead to, one after the other."""
    draft = Draft(session, settings, ids, at)
    for each in heard:
        if _is_there(draft.session, each.thread_id):
            with draft.within(each.thread_id):
                _react(draft, each.happening)
            _finish(draft)
    return Decision(draft.session, tuple(draft.entries), tuple(draft.tasks))


def _is_there(session: SessionState, thread_id: str | None) -> bool:
    """Tell whether anything can happen to a thread: what was under way for one that is over is not heard of."""
    return thread_id is None or (thread_id in session.threads and not session.threads[thread_id].is_over)


def _finish(draft: Draft) -> None:
    """Look after the threads that were stirred, and say how the session stands."""
    _settle(draft)
    while draft.stirred:
        with draft.within(draft.stirred.pop(0)):
            proceed(draft)
        _settle(draft)


def _settle(draft: Draft) -> None:
    plans.catch_up(draft)
    settle(draft)


def _react(draft: Draft, happening: Happening) -> None:
    match happening:
        case Sent():
            _hear(draft, happening.entries)
        case Replied():
            replied(draft, happening)
            _go_on(draft, happening.reply.stop_reason)
        case RequestFailed():
            failed(draft, happening)
        case Ran():
            result(draft, draft.state.calls.get(happening.call_id), happening.content, is_error=happening.is_error)
            proceed(draft)
        case Troubled():
            draft.say("session.error", {"error": {**happening.error, "retry_status": {"type": "retrying"}}})
        case Summarised():
            _summed_up(draft, happening)
        case Evaluating() | Evaluated():
            _evaluate(draft, happening)
        case OfRun():
            plans.hear(draft, happening)
        case Due():
            ask(draft)
        case _:
            _resume(draft)


def _summed_up(draft: Draft, happening: Summarised) -> None:
    left = messages.summed_up(draft.state.conversation, happening.text)
    kept = {"messages": left, "usage": happening.usage.shown()}
    draft.say("agent.thread_context_compacted", kept=written(kept))
    ask(draft)


def _evaluate(draft: Draft, happening: Evaluating | Evaluated) -> None:
    if isinstance(happening, Evaluating):
        evaluations.ongoing(draft, happening.start_id)
        return
    evaluations.evaluated(draft, happening)
    proceed(draft)


def _hear(draft: Draft, entries: Iterable[Entry]) -> None:
    """Take what is in the log already into the state, and heed it."""
    for entry in entries:
        _know(draft, entry)
    for key in list(draft.session.threads):
        with draft.within(key):
            _heed(draft)
    plans.reconsider(draft)


def _know(draft: Draft, entry: Entry) -> None:
    """Take in one entry; a child that was archived may have been given a task at the same moment."""
    thread = draft.session.threads.get(entry.thread_id)
    draft.know(entry)
    if entry.type == ENDED and entry.thread_id and thread is not None and thread.state.is_active:
        with draft.within(entry.thread_id):
            draft.do(Cancel())
            reports.bereft(draft, "it was archived.")


def _resume(draft: Draft) -> None:
    """Go on after whoever ran the session is gone."""
    session = draft.session
    if session.outcome is not None and session.outcome.stage is Stage.EVALUATING:
        draft.do(Evaluate(session.outcome.start_id))
    for key in list(session.threads):
        with draft.within(key):
            _resume_thread(draft)
    plans.take_up(draft)
    plans.reconsider(draft)


def _resume_thread(draft: Draft) -> None:
    """Go on in a thread: what was started and has no result is never run again in silence."""
    request_id = draft.state.request_id
    for call in draft.state.open_calls:
        if call.standing is not Standing.STARTED:
            continue
        grant = draft.setting.grants(call.name)
        # A tool of an MCP server may have the name of a built-in one. What threads wait for goes on by itself.
        is_ours = call.type == "agent.tool_use" and grant is not None
        if is_ours and grant is not None and grant.is_harmless:
            draft.do(RunTool(call))
        elif not (is_ours and grant is not None and grant.kind == "team") and call.type.startswith("agent."):
            result(draft, call, ({"type": "text", "text": UNKNOWN_OUTCOME},), is_error=True)
    _heed(draft)
    state = draft.state
    if request_id is not None and state.request_id == request_id:
        draft.do(AskModel(request_id))
    elif state.phase is Phase.RESCHEDULING or (draft.is_summing_up and not draft.has_to(Summarise())):
        ask(draft)


def _heed(draft: Draft) -> None:
    """Take up what was sent: interrupts before everything else, then answers, then what a turn is made of."""
    for sent in [each for each in draft.state.queue if each.type == INTERRUPT]:
        interrupt(draft, sent)
    for answer in [each for each in draft.state.queue if each.type == CONFIRMATION]:
        _confirm(draft, answer)
    proceed(draft)


def _confirm(draft: Draft, answer: Entry) -> None:
    asked = draft.state.calls.get(answer.body["tool_use_id"])
    draft.take(answer)
    if asked is None or asked.awaits != CONFIRMATION or draft.state.phase is not Phase.RUNNING:
        return
    call = draft.state.calls[asked.id]
    if call.standing is Standing.STARTED:
        draft.do(RunTool(call))
    elif call.standing is Standing.REJECTED:
        result(draft, call, call.content, is_error=True)


def _go_on(draft: Draft, stop_reason: str) -> None:
    """Take the step that follows a reply."""
    if draft.state.calls or stop_reason not in ("pause_turn", "model_context_window_exceeded"):
        proceed(draft)
    elif stop_reason == "pause_turn":
        ask(draft)
    else:
        compact(draft)
