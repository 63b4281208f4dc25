"""Agreement with labels, and how steady a grader is; pure."""

from pathlib import Path

import pytest

from agentops.cli.rubrics.agreement import Agreement, Standing, Trial
from agentops.cli.rubrics.cases import Case
from agentops.cli.rubrics.judging import Judgement, Result, by_checks
from agentops.engine.core.conversation import Usage
from agentops.engine.core.outcomes.rubric import Criterion, Rubric
from agentops.engine.core.outcomes.verdict import Degree, Finding
from agentops.wire.rubrics import Check


def a_judgement(result: Result = "satisfied", **degrees: Degree) -> Judgement:
    findings = tuple(Finding(name, degree, "Seen.", "grader") for name, degree in degrees.items())
    return Judgement(result, findings, 0.5, 0.5, 0.8, usage=Usage(10, 1))


def a_case(*, is_good: bool = True, misses: frozenset[str] | None = None) -> Case:
    return Case("good/one" if is_good else "bad/one", is_good, Path("one"), misses)


@pytest.mark.parametrize(
    ("is_good", "result", "standing"),
    [
        (True, "satisfied", "agrees"),
        (True, "needs_revision", "false_fail"),
        (True, "failed", "failed"),
        (True, "undecided", "undecided"),
        (False, "satisfied", "false_pass"),
        (False, "needs_revision", "agrees"),
        (False, "failed", "failed"),
        (False, "undecided", "undecided"),
    ],
)
def test_a_verdict_stands_to_its_label(is_good: bool, result: Result, standing: Standing) -> None:
    trial = Trial(a_case(is_good=is_good), (a_judgement(result),))
    assert trial.standing == standing
    assert trial.is_right == (standing in ("agrees", "undecided"))


def test_one_wrong_verdict_of_many_is_wrong_and_shakes_the_stability() -> None:
    met, missed = a_judgement(kind=Degree.MET), a_judgement("needs_revision", kind=Degree.PARTLY)
    trial = Trial(a_case(), (met, met, missed, met))
    steady = Trial(a_case(is_good=False), (missed, missed, missed, missed))
    found = Agreement("Rubric/note", (trial, steady))
    assert (trial.standing, trial.stability) == ("false_fail", 0.75)
    assert (found.is_complete, found.stability) == (False, 0.875)
    assert found.usage == Usage(80, 8)


def test_the_same_verdict_for_other_reasons_is_not_the_same() -> None:
    one = a_judgement("needs_revision", kind=Degree.NOT, short=Degree.MET)
    other = a_judgement("needs_revision", kind=Degree.MET, short=Degree.NOT)
    assert Trial(a_case(is_good=False), (one, other)).stability == 0.5


def test_criteria_are_compared_where_something_is_said_of_them() -> None:
    found = (a_judgement("needs_revision", kind=Degree.MET, short=Degree.NOT),)
    assert Trial(a_case(is_good=False), found).disagreements == ()
    said = Trial(a_case(is_good=False, misses=frozenset({"kind"})), found)
    assert [(each.criterion_id, each.was_met) for each in said.disagreements] == [("kind", True), ("short", False)]
    assert not said.is_right
    assert Agreement("Rubric/note", (said, said)).by_criterion == {
        "kind": {"wrongly_met": 2, "wrongly_missed": 0},
        "short": {"wrongly_met": 0, "wrongly_missed": 2},
    }


def a_rubric(*, pass_share: float, is_required: bool = False) -> Rubric:
    check = Check(exists="/mnt/session/outputs/note.md")
    judged = Criterion("kind", "Kind.", 3.0, is_required)
    return Rubric("", (Criterion("there", "There.", 1.0, check=check), judged), pass_share)


@pytest.mark.parametrize(
    ("pass_share", "is_required", "degree", "result"),
    [
        (0.0, False, Degree.MET, "undecided"),
        (0.25, False, Degree.MET, "undecided"),
        (0.8, False, Degree.NOT, "needs_revision"),
        (0.75, False, Degree.NOT, "undecided"),
        (0.25, True, Degree.MET, "undecided"),
    ],
)
def test_checks_alone_say_no_or_nothing_while_somebody_has_still_to_judge(
    pass_share: float, is_required: bool, degree: Degree, result: Result
) -> None:
    found = by_checks(
        a_rubric(pass_share=pass_share, is_required=is_required), [Finding("there", degree, "Seen.", "check")]
    )
    assert (found.result, found.unjudged) == (result, ("kind",))
    assert [each.criterion_id for each in found.findings] == ["there"]
