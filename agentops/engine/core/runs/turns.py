"""A thread's turn: what it is taken for, what comes next in it, and how it ends."""

from collections.abc import Sequence

from agentops.engine.core.entries import Entry
from agentops.engine.core.runs import evaluations, messages, reports
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.effects import AskModel, RunTool
from agentops.engine.core.runs.failures import compact, give_up
from agentops.engine.core.runs.rests import rest
from agentops.engine.core.runs.results import result
from agentops.engine.core.runs.session_state import Stage
from agentops.engine.core.runs.state import BUDGET_REACHED, END_TURN, Call, Phase, Standing, State
from agentops.engine.core.workflows.happenings import Paused

MESSAGES = ("user.message", "user.define_outcome", "system.message")


def is_due(state: State, sent: Sequence[Entry]) -> bool:
    """Tell whether a turn is about to begin."""
    return state.is_called or any(each.type in MESSAGES for each in sent)


def is_summing_up(draft: Draft) -> bool:
    """Tell whether the thread's conversation is being made shorter."""
    return draft.state.is_summing_up and not _is_evaluated(draft)


def proceed(draft: Draft) -> None:
    """Do whatever comes next, if anything can."""
    state = draft.state
    if state.request_id is not None or state.phase in (Phase.RESCHEDULING, Phase.TERMINATED) or _is_evaluated(draft):
        return
    if any(each.standing is Standing.STARTED for each in state.calls.values()):
        return
    if waiting := state.waits_for:
        # Calls that were agreed to are held until every answer is there; documented: fewer answers say idle again.
        stop = {"type": "requires_action", "event_ids": [each.id for each in waiting]}
        if state.phase is Phase.RUNNING or state.stop != stop:
            rest(draft, stop)
        return
    if held := state.open_calls:
        _release(draft, held)
        return
    if is_due(state, state.queue) or (state.calls and _goes_on(state)) or _may_continue(draft):
        ask(draft)
    elif state.phase is Phase.RUNNING:
        _end_turn(draft)
    elif draft.thread_id is None and evaluations.may_begin(draft):
        evaluations.begin(draft)


def _is_evaluated(draft: Draft) -> bool:
    """Tell whether the thread's work is being evaluated: until that is over it does nothing more."""
    outcome = draft.session.outcome
    return draft.thread_id is None and outcome is not None and outcome.stage is Stage.EVALUATING


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
        if draft.state.stop != BUDGET_REACHED or draft.state.phase is not Phase.IDLE:
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
