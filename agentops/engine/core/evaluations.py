"""One evaluation of an outcome as it is kept: what was found, of whose work, by which rubric."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from agentops.engine.core.conversation import Usage
from agentops.engine.core.json import Json, written
from agentops.engine.core.outcomes.verdict import Finding

TITLE_MAX: Final = 256
"""Units: characters. As long as a rubric's title may be."""

Result = Literal["satisfied", "needs_revision", "max_iterations_reached", "failed", "interrupted"]
"""Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_span_outcome_evaluation_end_event.py`, `result`."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one round of grading came to. A session, an outcome and an iteration name it: there is one of each."""

    session_id: str
    outcome_id: str
    iteration: int
    """From 0."""

    rubric_digest: str
    rubric_title: str | None
    """The name under which a rubric's evaluations are found again; None for a text without a heading."""

    agent_id: str
    agent_version: int
    model: str
    """The model that did the work, as the session's agent names it."""

    result: Result
    score: float | None
    """From 0 to 1; None without findings."""

    findings: tuple[Finding, ...]
    usage: Usage
    """What the grader's requests took."""

    started_at: str
    ended_at: str


def rubric_digest(rubric: str) -> str:
    """Return what tells one text of a rubric from another."""
    return sha256(rubric.encode()).hexdigest()


def rubric_title(rubric: str) -> str | None:
    """Return the heading that a rubric begins with, as `agentops` writes it and most people do."""
    first = rubric.lstrip().partition("\n")[0]
    return first.removeprefix("# ").strip()[:TITLE_MAX] or None if first.startswith("# ") else None


def body(evaluation: Evaluation) -> str:
    """Return the answer's JSON."""
    return written(
        {
            "type": "outcome_evaluation_record",
            "session_id": evaluation.session_id,
            "outcome_id": evaluation.outcome_id,
            "iteration": evaluation.iteration,
            "rubric": {"title": evaluation.rubric_title, "digest": evaluation.rubric_digest},
            "agent": {"id": evaluation.agent_id, "version": evaluation.agent_version, "model": evaluation.model},
            "result": evaluation.result,
            "score": evaluation.score,
            "findings": [_finding(each) for each in evaluation.findings],
            "usage": evaluation.usage.shown(),
            "started_at": evaluation.started_at,
            "created_at": evaluation.ended_at,
        }
    )


def _finding(finding: Finding) -> Json:
    return {
        "criterion_id": finding.criterion_id,
        "degree": finding.degree.value,
        "reason": finding.reason,
        "settled_by": finding.settled_by,
        "weight": finding.weight,
        "required": finding.is_required,
    }


def pending(wanted: Json) -> Json:
    """Return the record of an outcome that nobody works on yet.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_outcome_evaluation_resource.py`.
    """
    return {
        "type": "outcome_evaluation",
        "outcome_id": wanted["outcome_id"],
        "description": wanted["description"],
        "iteration": 0,
        "result": "pending",
        "explanation": None,
        "completed_at": None,
    }
