"""An outcome from what a person typed: a task, and the rubric of the manifests at hand that says when it is done."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agentops.base.errors import UsageError
from agentops.cli.planning import load_valid
from agentops.cli.rubrics import finding


def outcome(task: str, name: str, max_iterations: int | None) -> dict[str, Any]:
    """Return the event that begins work towards an outcome; nothing is contacted.

    Raises:
        UsageError: no rubric of the manifests has that name, or it cannot be graded by.
    """
    rubric = finding.the(load_valid(Path()), name)
    most = max_iterations or rubric.document.data.get("max_iterations")
    event = {
        "type": "user.define_outcome",
        "description": task,
        "rubric": {"type": "text", "content": rubric.text},
    }
    return {**event, "max_iterations": most} if most else event


def first_event(task: str, name: str | None, max_iterations: int | None) -> dict[str, Any]:
    """Return what gives an agent its task: an outcome where a rubric is named, otherwise a message.

    Raises:
        UsageError: there is no such rubric, or none is named and revisions are counted.
    """
    if name is not None:
        return outcome(task, name, max_iterations)
    if max_iterations is not None:
        raise UsageError("--max-iterations counts gradings, and nothing is graded", hint="name a rubric: --rubric NAME")
    return {"type": "user.message", "content": [{"type": "text", "text": task}]}


def sent_event(
    text: str | None, description: str | None, name: str | None, max_iterations: int | None
) -> dict[str, Any]:
    """Return what a session that is there already is sent: a message, or an outcome with its rubric.

    Raises:
        UsageError: it is neither, or both, or empty; or the rubric cannot be had.
    """
    if (text is None) == (description is None):
        raise UsageError("send one thing", hint="a TEXT, or --outcome TEXT with --rubric NAME")
    if (description is None) != (name is None):
        raise UsageError("an outcome needs a rubric, and a rubric an outcome", hint="--outcome TEXT --rubric NAME")
    words = text if text is not None else description
    if not words or not words.strip():
        raise UsageError(f"the {'message' if description is None else 'outcome'} is empty")
    return first_event(words, name, max_iterations)


def with_files(event: dict[str, Any], mounted: Sequence[str]) -> dict[str, Any]:
    """Return the event with where its files are, which nobody else tells the agent."""
    if not mounted:
        return event
    note = "\n".join(("Files for this task:", *mounted))
    if event["type"] == "user.define_outcome":
        return {**event, "description": f"{event['description']}\n\n{note}"}
    return {**event, "content": [*event["content"], {"type": "text", "text": note}]}
