"""What an evaluation finds: criterion by criterion, and over all."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Degree(StrEnum):
    """How far a criterion is met; partly is not met, and tells the agent that it is on the way."""

    MET = "met"
    PARTLY = "partially_met"
    NOT = "not_met"


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one criterion."""

    criterion_id: str
    degree: Degree
    reason: str
    settled_by: Literal["check", "grader"]
    """A check is code: what it found no model overrules."""

    weight: float = 1.0
    is_required: bool = False


Result = Literal["satisfied", "needs_revision", "failed"]
"""Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_span_outcome_evaluation_end_event.py`, `result`.

`failed`: the rubric does not fit the deliverable, or nobody could tell; never a pass.
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one evaluation comes to."""

    result: Result
    explanation: str
    """For the agent and for people: what was found, criterion by criterion."""

    findings: tuple[Finding, ...] = ()
    """Empty where the rubric is free text without criteria of ours, or nothing could be found."""

    score: float | None = None
    """The weighted share of what is met, from 0 to 1; None without findings."""
