"""What a happening leads to: the rules by which a session runs, in the order in which the API documents its events.

Source: platform.claude.com/docs/en/managed-agents, pages events-and-streaming, permission-policies, session-operations
and budgets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agentops.base.ids import IdSource
from agentops.engine.core.json import written
from agentops.engine.core.runs import messages
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.effects import AskModel, Cancel, Effect, RunTool, Summarise
from agentops.engine.core.runs.evolve import INTERRUPTED, evolve
from agentops.engine.core.runs.failures import close_request, compact, failed, give_up
from agentops.engine.core.runs.happenings import (
    Due,
    Happening,
    Ran,
    Replied,
    RequestFailed,
    Resumed,
    Sent,
    Summarised,
    Troubled,
)
from agentops.engine.core.runs.replies import broken_off, replied, result, shown
from agentops.engine.core.runs.setting import Setting
from agentops.engine.core.runs.state import BUDGET_REACHED, END_TURN, Call, Entry, Phase, Standing, State

INTERRUPT = "user.interrupt"
CONFIRMATION = "user.tool_confirmation"
MESSAGES = ("user.message", "user.define_outcome", "system.message")

UNKNOWN_OUTCOME = (
    "The server stopped while this call ran, and its outcome is unknown: it may have taken effect in whole, in part or "
    "not at all. Find out what is there before you run it again."
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be logged, all or nothing, and what is to be done once that is on disk."""

    state: State
    entries: tuple[Entry, ...] = ()
    effects: tuple[Effect, ...] = ()


def decide(state: State, happening: Happening, setting: Setting, ids: IdSource, at: str) -> Decision:
    """Return what the happening leads to."""
    is_summing_up = state.is_summing_up
    if isinstance(happening, Sent):
        for entry in happening.entries:
            state = evolve(state, entry, setting)
    draft = Draft(state, setting, ids, at)
    _react(draft, happening, is_summing_up=is_summing_up)
    return Decision(draft.state, tuple(draft.entries), tuple(draft.effects))


def _react(draft: Draft, happening: Happening, *, is_summing_up: bool) -> None:
    match happening:
        case Sent():
            _heed(draft, is_summing_up=is_summing_up)
        case Replied():
            replied(draft, happening)
            _go_on(draft, happening.reply.stop_reason)
        case RequestFailed():
            failed(draft, happening)
        case Ran():
            result(draft, draft.state.calls.get(happening.call_id), happening.content, is_error=happening.is_error)
            _proceed(draft)
        case Troubled():
            draft.say("session.error", {"error": {**happening.error, "retry_status": {"type": "retrying"}}})
        case Summarised():
            left = messages.summed_up(draft.state.conversation, happening.text)
            kept = {"messages": left, "usage": shown(happening.usage)}
            draft.say("agent.thread_context_compacted", kept=written(kept))
            _ask(draft)
        case Due():
            _ask(draft)
        case Resumed():
            _resume(draft, is_summing_up=is_summing_up)


def _resume(draft: Draft, *, is_summing_up: bool) -> None:
    """Go on after whoever ran the session is gone: what was started and has no result is never run again in silence."""
    request_id = draft.state.request_id
    for call in draft.state.open_calls:
        if call.standing is not Standing.STARTED:
            continue
        # A tool of an MCP server may have the name of a built-in one.
        grant = draft.setting.grants(call.name) if call.type == "agent.tool_use" else None
        if grant is not None and grant.is_harmless:
            draft.do(RunTool(call))
        else:
            result(draft, call, ({"type": "text", "text": UNKNOWN_OUTCOME},), is_error=True)
    _heed(draft, is_summing_up=is_summing_up)
    state = draft.state
    if request_id is not None and state.request_id == request_id:
        draft.do(AskModel(request_id))
    elif state.phase is Phase.RESCHEDULING or (state.is_summing_up and Summarise() not in draft.effects):
        _ask(draft)


def _heed(draft: Draft, *, is_summing_up: bool) -> None:
    """Take up what was sent: interrupts before everything else, then answers, then what a turn is made of."""
    for interrupt in [each for each in draft.state.queue if each.type == INTERRUPT]:
        _interrupt(draft, interrupt)
    for answer in [each for each in draft.state.queue if each.type == CONFIRMATION]:
        _confirm(draft, answer)
    # While the conversation is summed up everything else waits: two requests at once would tear it.
    if not (is_summing_up and draft.state.is_summing_up):
        _proceed(draft)


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


def _interrupt(draft: Draft, interrupt: Entry) -> None:
    """Stop what is under way; what was sent before the interrupt is read in the next turn, and starts none."""
    earlier = _before(draft.state.queue, interrupt)
    is_at_rest = draft.state.phase is Phase.IDLE and not draft.state.open_calls
    if is_at_rest and not _is_due(draft.state, earlier):
        draft.take(interrupt)
        return
    draft.do(Cancel())
    close_request(draft)
    for call in draft.state.open_calls:
        broken_off(draft, call, ({"type": "text", "text": INTERRUPTED},))
    for each in earlier:
        draft.take(each)
    if is_at_rest:
        draft.run()
    draft.take(interrupt)
    draft.rest(END_TURN)


def _before(queue: tuple[Entry, ...], entry: Entry) -> list[Entry]:
    ids = [each.id for each in queue]
    return [each for each in queue[: ids.index(entry.id)] if each.type != INTERRUPT]


def _is_due(state: State, sent: Sequence[Entry]) -> bool:
    """Tell whether a turn is about to begin: an outcome that a session begins with has taken effect already."""
    return any(each.type in MESSAGES for each in sent) or (bool(state.pending) and not state.started_once)


def _proceed(draft: Draft) -> None:
    """Do whatever comes next, if anything can."""
    state = draft.state
    if state.request_id is not None or state.phase in (Phase.RESCHEDULING, Phase.TERMINATED):
        return
    if any(each.standing is Standing.STARTED for each in state.calls.values()):
        return
    if waiting := state.waits_for:
        # Calls that were agreed to are held until every answer is there; documented: fewer answers say idle again.
        stop = {"type": "requires_action", "event_ids": [each.id for each in waiting]}
        if state.phase is Phase.RUNNING or state.stop != stop:
            draft.rest(stop)
        return
    if held := state.open_calls:
        _release(draft, held)
        return
    if _is_due(state, state.queue) or (state.calls and _goes_on(state)) or _may_continue(draft):
        _ask(draft)
    elif state.phase is Phase.RUNNING:
        draft.rest(END_TURN)


def _go_on(draft: Draft, stop_reason: str) -> None:
    """Take the step that follows a reply."""
    if draft.state.calls or stop_reason not in ("pause_turn", "model_context_window_exceeded"):
        _proceed(draft)
    elif stop_reason == "pause_turn":
        _ask(draft)
    else:
        compact(draft)


def _goes_on(state: State) -> bool:
    """Tell whether results that are there are sent without anybody saying more: not after an interrupt."""
    return state.phase is Phase.RUNNING or state.stop["type"] == "requires_action"


def _may_continue(draft: Draft) -> bool:
    """Tell whether a budget stopped the session, and no longer does."""
    state = draft.state
    was_stopped = state.phase is Phase.IDLE and state.stop["type"] == "budget_reached"
    return was_stopped and not draft.is_spent


def _release(draft: Draft, held: list[Call]) -> None:
    """Start the calls that were agreed to, and answer for those that were not."""
    draft.run()
    for call in held:
        if call.standing is Standing.REJECTED:
            result(draft, call, call.content, is_error=True)
        else:
            draft.do(RunTool(draft.state.calls[call.id]))
    if not draft.state.open_calls:
        _ask(draft)


def _ask(draft: Draft) -> None:
    """Send the model all that is new, unless something forbids another request."""
    for each in [each for each in draft.state.queue if each.type in MESSAGES]:
        draft.take(each)
    if draft.is_spent:
        if draft.state.stop != BUDGET_REACHED or draft.state.phase is not Phase.IDLE:
            draft.rest(BUDGET_REACHED)
        return
    draft.run()
    bounds = draft.setting.bounds
    if draft.state.requests >= bounds.requests:
        told = f"The turn took {bounds.requests} model requests without coming to an end."
        give_up(draft, "tool_use_limit_reached_error", told)
    elif draft.state.context_tokens >= bounds.context_tokens:
        compact(draft)
    else:
        start = draft.say("span.model_request_start", kept=messages.next_messages(draft.state))
        draft.do(AskModel(start))
