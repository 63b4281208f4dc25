"""What an apply did, as JSON and as lines."""

from typing import Any

from agentops.base.paint import Paint, on_one_line, printable
from agentops.reconcile.apply import Outcome, Progress, State
from agentops.reconcile.views.steps import word

_WORDS = {
    State.STARTED: ("…", "dim"),
    State.DONE: ("✓", "green"),
    State.FAILED: ("✗", "red"),
    State.SKIPPED: ("○", "yellow"),
}


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """Return every step with the state it ended in."""
    return {
        "format_version": 1,
        "is_complete": outcome.is_complete,
        "summary": {state.value: outcome.count(state) for state in (State.DONE, State.FAILED, State.SKIPPED)},
        "results": [_result(each) for each in outcome.results],
    }


def progress_line(progress: Progress, paint: Paint, width: int) -> str:
    """Return the line that says how far one step came."""
    symbol, colour = _WORDS[progress.state]
    detail = f"  {on_one_line(progress.detail)}" if progress.detail else ""
    hint = f"\n      {printable(progress.hint)}" if progress.hint else ""
    what = f"{progress.step.address!s:<{width}}  {word(progress.step.action.value):<7}"
    return f"  {paint(colour, symbol)} {what}{detail}{hint}"


def outcome_line(outcome: Outcome) -> str:
    """Return the last line: what was done, what was not, and what to do about the rest."""
    done, failed, skipped = (outcome.count(each) for each in (State.DONE, State.FAILED, State.SKIPPED))
    if not outcome.results:
        return "Applied: nothing was left to do."
    if outcome.is_complete:
        return f"Applied: {done} done."
    rest = "Run the same command again: it goes on with what is missing."
    return f"Applied in part: {done} done, {failed} failed, {skipped} skipped. {rest}"


def _result(progress: Progress) -> dict[str, Any]:
    return {
        "address": str(progress.step.address),
        "action": progress.step.action.value,
        "state": progress.state.value,
        "detail": progress.detail,
        "hint": progress.hint,
    }
