"""From findings to a verdict: the score, whether it is enough, and the words of it."""

from collections.abc import Iterable
from fractions import Fraction

from agentops.engine.core.outcomes.explaining import explained
from agentops.engine.core.outcomes.rubric import Criterion, Rubric
from agentops.engine.core.outcomes.verdict import Degree, Finding, Verdict


def share_met(findings: Iterable[Finding]) -> Fraction:
    """Return the weighted share of what is met, from 0 to 1; partly is not met."""
    every = tuple(findings)
    whole = sum((_exact(each.weight) for each in every), Fraction(0))
    met = sum((_exact(each.weight) for each in every if each.degree is Degree.MET), Fraction(0))
    return met / whole if whole else Fraction(0)


def judged(rubric: Rubric, findings: Iterable[Finding]) -> Verdict:
    """Return the verdict on a result, of whose criteria each was found to be met or not, in whatever order.

    A criterion of which nothing was found is not met, and of two findings that one counts which a check made.
    """
    by_id: dict[str, Finding] = {}
    for each in findings:
        if each.criterion_id not in by_id or each.settled_by == "check":
            by_id[each.criterion_id] = each
    every = tuple(_of(each, by_id.get(each.id)) for each in rubric.criteria)
    share = share_met(every)
    is_enough = share >= _exact(rubric.pass_share)
    has_required = all(each.degree is Degree.MET for each in every if each.is_required)
    is_satisfied = bool(every) and is_enough and has_required
    words = explained(rubric, every, share=float(share), is_satisfied=is_satisfied)
    return Verdict("satisfied" if is_satisfied else "needs_revision", words, every, float(share))


def _of(criterion: Criterion, found: Finding | None) -> Finding:
    if found is None:
        found = Finding(criterion.id, Degree.NOT, "Nobody said whether it is met.", "grader")
    return Finding(criterion.id, found.degree, found.reason, found.settled_by, criterion.weight, criterion.is_required)


def _exact(number: float) -> Fraction:
    """Return the number as it was written: 0.1 and 0.7 are 0.8."""
    return Fraction(repr(number))
