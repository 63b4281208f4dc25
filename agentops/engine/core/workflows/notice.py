"""What the agent that started a run is told of its end: words for a model, never a part of an event."""

from collections.abc import Sequence

from agentops.base.wording import counted
from agentops.engine.core.json import Json
from agentops.engine.core.workflows.state import Run

SHOWN_MAX = 100_000
"""Of a report or of what went wrong. Units: characters."""

_HOW = {"completed": "has completed", "stopped": "was stopped"}


def notice(run: Run, result: Json, report: str, logs: Sequence[str]) -> str:
    """Return the words: how the run ended, what the plan reported or died of, and what it logged last."""
    failures = sum(each.answer is not None and each.answer.is_error for each in run.agents.values())
    is_error = result["type"] == "error"
    how = f"has failed: {result['error']['message']}" if is_error else f"{_HOW[result['type']]}."
    asked = f"{counted(len(run.agents), 'agent')} asked, {failures} failed."
    shown = report[-SHOWN_MAX:] if is_error else report[:SHOWN_MAX]
    parts = [f'The workflow run {run.id} ("{run.plan.name}") {how} {asked}']
    if shown:
        parts.append(f"{'What was known of it' if is_error else 'Its report'}:\n{shown}")
    if logs:
        parts.append("What it logged last:\n" + "\n".join(logs))
    return "\n\n".join(parts)
