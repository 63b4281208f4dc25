"""When a thread rests, and when with it the session does: as soon as no thread runs any more."""

from agentops.engine.core.json import Json
from agentops.engine.core.runs import evaluations, waits
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.session_state import Stage
from agentops.engine.core.runs.state import BUDGET_REACHED, END_TURN, Phase, State


def rest(draft: Draft, stop: Json, details: Json | None = None) -> None:
    """Say that the thread rests, and why; and of the session the same, if nothing else goes on."""
    draft.stop(stop, details)
    settle(draft)


def settle(draft: Draft) -> None:
    """Say how the session stands, where no thread goes on or is about to.

    Documented: a thread that came to its end by itself says so, also where that used the session's budget up.
    """
    if draft.untold or waits.relieve(draft) or draft.stirred or _is_said(draft):
        return
    threads = draft.session.threads
    if any(each.state.phase is Phase.RUNNING and not waits.dozes(each.state) for each in threads.values()):
        return
    states = {key: each.state for key, each in threads.items()}
    if any(each.phase is Phase.RESCHEDULING for each in states.values()):
        put_off(draft)
        return
    for key in [key for key, each in states.items() if each.phase is Phase.RUNNING]:
        with draft.within(key):
            draft.stop(END_TURN)
    draft.is_unsettled = False
    if evaluations.may_begin(draft):
        evaluations.begin(draft)
        return
    stop, primary = _stop(draft), draft.session.primary
    details = primary.stop_details if stop == primary.stop else None
    draft.say_of_session("session.usage", {"usage": draft.usage(), "budget": draft.setting.budget})
    draft.say_of_session("session.status_idle", {"stop_reason": stop, **({"stop_details": details} if details else {})})


def _is_said(draft: Draft) -> bool:
    """Tell whether all is said of the session: it rests for what it is known to rest for, or not for its threads."""
    session = draft.session
    if session.phase is Phase.IDLE:
        return not (draft.is_unsettled or waits.has_fewer(draft))
    is_evaluated = session.outcome is not None and session.outcome.stage is Stage.EVALUATING
    return is_evaluated or session.has_plans_at_work or session.phase is Phase.TERMINATED


def put_off(draft: Draft) -> None:
    """Say that the session waits for another attempt, unless something goes on."""
    states = [each.state for each in draft.session.threads.values()]
    if draft.session.has_plans_at_work:
        return
    if draft.session.phase is Phase.RUNNING and not any(each.phase is Phase.RUNNING for each in states):
        draft.say_of_session("session.status_rescheduled")


def _stop(draft: Draft) -> Json:
    """Return why the session rests. Documented: a call that waits outranks a budget that is used up."""
    session = draft.session
    if waiting := [call.id for _, call in session.waits_for]:
        return {"type": "requires_action", "event_ids": waiting}
    is_capped = any(_is_capped(each.state) for each in session.threads.values())
    if is_capped or (session.primary.stop == END_TURN and draft.is_spent):
        return BUDGET_REACHED
    return session.primary.stop


def _is_capped(state: State) -> bool:
    return state.phase is Phase.IDLE and state.stop == BUDGET_REACHED
