"""A thread's turn: what it is taken for, what comes next in it, and how it ends."""

from collections.abc import Sequence

from agentops.engine.core.entries import Entry
from agentops.engine.core.runs import evaluations, messages, reports, waits
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.effects import AskModel, RunTool
from agentops.engine.core.runs.failures import compact, give_up
from agentops.engine.core.runs.rests import rest
from agentops.engine.core.runs.results import result
from agentops.engine.core.runs.state import BUDGET_REACHED, END_TURN, Call, Phase, Standing, State
from agentops.engine.core.workflows.happenings import Paused

MESSAGES = ("user.message", "user.define_outcome", "system.message")


def is_due(state: State, sent: Sequence[Entry]) -> bool:
    """Tell whether a turn is about to begin."""
    return state.is_called or state.task is not None or any(each.type in MESSAGES for each in sent)


def proceed(draft: Draft) -> None:
    """Do whatever comes next, if anything can."""
    state = draft.state
    if _is_at_something(draft):
        return
    still = [each for each in state.open_calls if not waits.is_wait(each)]
    if waiting := state.waits_for:
        # Calls that were agreed to are held until every answer is there; documented: fewer answers say idle again.
        stop = {"type": "requires_action", "event_ids": [each.id for each in waiting]}
        if state.phase is Phase.RUNNING or state.stop != stop:
            rest(draft, stop)
    elif still:
        _release(draft, still)
    elif state.open_calls:
        if state.stop["type"] == "requires_action":
            draft.run()
    elif is_due(state, state.queue) or (state.calls and _goes_on(state)) or _may_continue(draft):
        ask(draft)
    elif state.phase is Phase.RUNNING:
        _end_turn(draft)
    elif draft.thread_id is None and evaluations.may_begin(draft):
        evaluations.begin(draft)


def _is_at_something(draft: Draft) -> bool:
    """Tell whether the thread has to wait for what is under way for it.

    While its conversation is summed up everything else waits: two requests at once would tear it.
    """
    state = draft.state
    if state.request_id is not None or state.phase in (Phase.RESCHEDULING, Phase.TERMINATED):
        return True
    runs = any(each.standing is Standing.STARTED and not waits.is_wait(each) for each in state.open_calls)
    return runs or draft.is_summing_up or draft.is_evaluated


def _goes_on(state: State) -> bool:
    """Tell whether results that are there are sent without anybody saying more: not after an interrupt."""
    return state.phase is Phase.RUNNING or state.stop["type"] == "requires_action"


def _may_continue(draft: Draft) -> bool:
    """Tell whether a budget stopped the thread, and no longer does."""
    state = draft.state
    was_stopped = state.phase is Phase.IDLE and state.stop["type"] == "budget_reached"
    return was_stopped and not draft.is_spent


def _end_turn(draft: Draft) -> None:
    if draft.thread_id is not None:
        reports.report(draft)
    elif evaluations.may_begin(draft):
        evaluations.begin(draft)
    else:
        rest(draft, END_TURN)


def _release(draft: Draft, held: list[Call]) -> None:
    """Start the calls that were agreed to, and answer for those that were not."""
    draft.run()
    for call in held:
        if call.standing is Standing.REJECTED:
            result(draft, call, call.content, is_error=True)
        else:
            draft.do(RunTool(draft.state.calls[call.id]))
    if not draft.state.open_calls:
        ask(draft)


def ask(draft: Draft) -> None:
    """Send the model all that is new, unless something forbids another request."""
    for each in [each for each in draft.state.queue if each.type in MESSAGES]:
        draft.take(each)
    if draft.is_spent:
        draft.untold += [(run_id, Paused("budget")) for run_id in draft.session.runs]
        if draft.here.advises is not None:
            reports.unadvised(draft)
        elif draft.state.stop != BUDGET_REACHED or draft.state.phase is not Phase.IDLE:
            rest(draft, BUDGET_REACHED)
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
