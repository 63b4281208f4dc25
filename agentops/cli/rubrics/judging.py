"""What an artifact comes to under a rubric: by its checks alone, or by a grader too; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from agentops.engine.core.conversation import Usage
from agentops.engine.core.outcomes.rubric import Rubric
from agentops.engine.core.outcomes.scoring import judged
from agentops.engine.core.outcomes.verdict import Degree, Finding
from agentops.engine.grading.port import Grade

Result = Literal["satisfied", "needs_revision", "failed", "undecided"]
"""`undecided`: no check speaks against the artifact, and some criteria were judged by nobody."""

SATISFIED: Final = "satisfied"
NEEDS_REVISION: Final = "needs_revision"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one artifact."""

    result: Result
    findings: tuple[Finding, ...]
    at_least: float | None
    """The score, from 0 to 1, if every criterion that nobody judged is not met; None when nothing could be found."""

    at_most: float | None
    """The score if every such criterion is met."""

    enough: float
    """The score that the rubric asks for."""

    unjudged: tuple[str, ...] = ()
    """The criteria that nobody judged."""

    explanation: str = ""
    usage: Usage = field(default_factory=Usage)

    @property
    def score(self) -> float | None:
        """Return the score where it is known."""
        return self.at_least if self.at_least == self.at_most else None

    @property
    def missed(self) -> tuple[str, ...]:
        """Return the criteria that were found not to be met, partly met ones too."""
        return tuple(each.criterion_id for each in self.findings if each.degree is not Degree.MET)

    def as_json(self) -> dict[str, Any]:
        """Return the one JSON shape."""
        return {
            "result": self.result,
            "score": self.score,
            "score_at_least": self.at_least,
            "score_at_most": self.at_most,
            "threshold": self.enough,
            "criteria": [_criterion(each) for each in self.findings],
            "unjudged": list(self.unjudged),
            "explanation": self.explanation,
            "usage": self.usage.shown(),
        }


def by_grader(rubric: Rubric, grade: Grade) -> Judgement:
    """Return what a grader found, who has the checks settle what they settle."""
    verdict = grade.verdict
    return Judgement(
        verdict.result,
        verdict.findings,
        verdict.score,
        verdict.score,
        rubric.pass_share,
        explanation=verdict.explanation,
        usage=grade.usage,
    )


def by_checks(rubric: Rubric, found: Sequence[Finding]) -> Judgement:
    """Return what the checks alone say: that the work is not good enough, or that nothing speaks against it yet.

    Only where every criterion has a check can code alone be satisfied.
    """
    worst = judged(rubric, found)
    unjudged = tuple(each.id for each in rubric.criteria if each.check is None)
    if not unjudged:
        return Judgement(
            worst.result, worst.findings, worst.score, worst.score, rubric.pass_share, explanation=worst.explanation
        )
    best = judged(rubric, (*found, *(Finding(each, Degree.MET, "", "grader") for each in unjudged)))
    result: Result = "undecided" if best.result == SATISFIED else NEEDS_REVISION
    findings = tuple(each for each in worst.findings if each.criterion_id not in unjudged)
    return Judgement(result, findings, worst.score, best.score, rubric.pass_share, unjudged)


def _criterion(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.criterion_id,
        "degree": finding.degree.value,
        "settled_by": finding.settled_by,
        "weight": finding.weight,
        "required": finding.is_required,
        "reason": finding.reason,
    }
