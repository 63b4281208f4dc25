"""The outcome loop: work, evaluate, revise; until it is good, or nothing helps any more.

Source: platform.claude.com/docs/en/managed-agents/define-outcomes; SDK 2.11.0
`types/beta/sessions/beta_managed_agents_span_outcome_evaluation_end_event.py`.
"""

from agentops.engine.core.json import written
from agentops.engine.core.runs.costs import NO_USAGE
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.effects import Cancel, Evaluate
from agentops.engine.core.runs.happenings import Evaluated
from agentops.engine.core.runs.session_state import Stage
from agentops.engine.core.runs.state import END_TURN, Phase

START = "span.outcome_evaluation_start"
END = "span.outcome_evaluation_end"

_CUT_OFF = "The evaluation was interrupted."


def may_begin(draft: Draft) -> bool:
    """Tell whether the work is to be evaluated: the agent has ended its turn, and nobody else is at work or waits."""
    session, outcome = draft.session, draft.session.outcome
    if outcome is None or outcome.stage is not Stage.WORKING or draft.is_spent:
        return False
    if session.runs:
        return False
    primary = session.primary
    if primary.is_called or primary.task is not None or primary.request_id is not None or primary.open_calls:
        return False
    if primary.phase is Phase.IDLE and primary.stop != END_TURN:
        return False
    return not any(each.state.is_unfinished for key, each in session.threads.items() if key is not None)


def begin(draft: Draft) -> None:
    """Have the work evaluated; the session goes on running."""
    outcome = draft.session.outcome
    if outcome is None:
        return
    with draft.within(None):
        if draft.session.phase is not Phase.RUNNING:
            draft.run()
        start_id = draft.say(START, {"outcome_id": outcome.id, "iteration": outcome.iteration})
        draft.do(Evaluate(start_id))


def ongoing(draft: Draft, start_id: str) -> None:
    """Say that an evaluation goes on."""
    outcome = draft.session.outcome
    if outcome is not None and outcome.start_id == start_id:
        body = {"outcome_id": outcome.id, "iteration": outcome.iteration}
        draft.say("span.outcome_evaluation_ongoing", body)


def evaluated(draft: Draft, found: Evaluated) -> None:
    """Say what an evaluation came to; one that is over already is not heard of again."""
    outcome = draft.session.outcome
    if outcome is None or outcome.start_id != found.start_id:
        return
    is_last = found.result == "needs_revision" and outcome.iteration + 1 >= outcome.max_iterations
    body = {
        "outcome_evaluation_start_id": found.start_id,
        "outcome_id": outcome.id,
        "iteration": outcome.iteration,
        "result": "max_iterations_reached" if is_last else found.result,
        "explanation": found.explanation,
        "usage": found.usage.shown(),
    }
    draft.say(END, body, kept=written({"cents": found.cents}))


def interrupted(draft: Draft) -> None:
    """Say that nobody works towards the outcome any more; also where no evaluation had begun."""
    outcome = draft.session.outcome
    if outcome is None:
        return
    if outcome.stage is Stage.EVALUATING:
        with draft.within(None):
            draft.do(Cancel())
    body = {
        "outcome_evaluation_start_id": outcome.start_id,
        "outcome_id": outcome.id,
        "iteration": outcome.iteration,
        "result": "interrupted",
        "explanation": _CUT_OFF if outcome.start_id else "The work was interrupted before it was evaluated.",
        "usage": NO_USAGE,
    }
    draft.say(END, body)
