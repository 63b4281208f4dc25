"""What becomes of a session whose model does not answer: another attempt, a shorter context, or rest."""

from agentops.engine.core.runs import reports
from agentops.engine.core.runs.costs import NO_USAGE
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.effects import Summarise, Wait
from agentops.engine.core.runs.happenings import RequestFailed
from agentops.engine.core.runs.rests import put_off, rest

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
"""Between attempts the pause doubles. Source: SDK 2.11.0 `_constants.py` begins alike, and gives up earlier."""

LONGEST_ASKED_S = 120.0
"""How long a pause an endpoint may ask for."""


def failed(draft: Draft, failure: RequestFailed) -> None:
    """Say that a request failed, and try again where that can help.

    Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_retry_status_{retrying,exhausted}.py`.
    """
    close_request(draft, is_error=True)
    if failure.is_too_long:
        compact(draft)
    elif failure.may_pass and draft.state.attempts < draft.setting.bounds.attempts:
        _try_again(draft, failure)
    else:
        give_up(draft, failure.kind, failure.message)


def _try_again(draft: Draft, failure: RequestFailed) -> None:
    pause = min(FIRST_PAUSE_S * 2**draft.state.attempts, LONGEST_PAUSE_S)
    asked = min(failure.retry_after_s or 0.0, LONGEST_ASKED_S)
    error = {"type": failure.kind, "message": failure.message, "retry_status": {"type": "retrying"}}
    draft.say("session.error", {"error": error})
    draft.say("session.thread_status_rescheduled", draft.thread)
    put_off(draft)
    draft.do(Wait(max(pause, asked)))


def give_up(draft: Draft, kind: str, message: str) -> None:
    """Say that the turn cannot go on, and rest; what waited is read with the next message, and starts nothing."""
    error = {"type": kind, "message": message, "retry_status": {"type": "exhausted"}}
    draft.say("session.error", {"error": error})
    for waiting in draft.state.queue:
        draft.take(waiting)
    if draft.thread_id is None:
        rest(draft, {"type": "retries_exhausted"})
    else:
        reports.lost(draft, message)


def compact(draft: Draft) -> None:
    """Have the context made shorter, unless that was tried before and brought nothing."""
    tried = draft.setting.bounds.compactions
    if draft.state.compactions < tried:
        draft.do(Summarise())
    else:
        told = f"The context was compacted {tried} times in a row and is still too long for the model."
        give_up(draft, "compaction_limit_reached_error", told)


def close_request(draft: Draft, *, is_error: bool = False) -> None:
    """Say that the request in flight is over without a reply, if there is one."""
    if draft.state.request_id is not None:
        body = {"model_request_start_id": draft.state.request_id, "model_usage": NO_USAGE}
        draft.say("span.model_request_end", {**body, "is_error": True} if is_error else body)
