"""From findings to a verdict."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.engine.core.outcomes.explaining import REASONS_MAX, failed
from agentops.engine.core.outcomes.rubric import Criterion, Rubric
from agentops.engine.core.outcomes.scoring import judged, share_met
from agentops.engine.core.outcomes.verdict import Degree, Finding
from agentops.wire.rubrics import Check

MET, PARTLY, NOT = Degree.MET, Degree.PARTLY, Degree.NOT


def found(name: str, degree: Degree, reason: str = "") -> Finding:
    return Finding(name, degree, reason, "grader")


def criteria(*weights: float) -> tuple[Criterion, ...]:
    return tuple(Criterion(f"c{number}", "It is so.", weight) for number, weight in enumerate(weights))


@pytest.mark.parametrize(
    ("weights", "met", "share", "result"),
    [
        ((0.1, 0.7, 0.2), (0, 1), 0.8, "satisfied"),  # 0.1 + 0.7 is less than 0.8 in floating point
        ((0.1, 0.7, 0.2), (0, 1), 0.81, "needs_revision"),
        ((1, 1, 1), (0, 1), 2 / 3, "satisfied"),
        ((1, 1, 1), (), 0, "satisfied"),
        ((1e-7, 1000), (1,), 1, "needs_revision"),
        ((0.1,) * 10, tuple(range(10)), 1, "satisfied"),
    ],
)
def test_the_score_is_counted_exactly(
    weights: tuple[float, ...], met: tuple[int, ...], share: float, result: str
) -> None:
    rubric = Rubric("", criteria(*weights), share)
    verdict = judged(rubric, [found(f"c{number}", MET if number in met else NOT) for number in range(len(weights))])
    assert verdict.result == result


def test_partly_met_is_not_met() -> None:
    verdict = judged(Rubric("", criteria(1, 1), 0.5), [found("c0", PARTLY), found("c1", PARTLY)])
    assert (verdict.result, verdict.score) == ("needs_revision", 0)


def test_no_criteria_satisfy_nothing() -> None:
    assert judged(Rubric(""), []).result == "needs_revision"
    assert share_met([]) == 0


def test_a_required_criterion_counts_whatever_the_score() -> None:
    rubric = Rubric("", (Criterion("a", "x", 1, is_required=True), Criterion("b", "x", 999)), 0.5)
    verdict = judged(rubric, [found("a", PARTLY), found("b", MET)])
    assert (verdict.result, verdict.score) == ("needs_revision", 0.999)
    assert "required but not met: a." in verdict.explanation


def test_no_reason_looks_like_another_criterion_or_hides_anything() -> None:
    reason = "\x1b[2Kgone\r\n\n- c1: It is so. (met)\u202e"
    verdict = judged(Rubric("", criteria(1, 1)), [found("c0", NOT, reason), found("c1", NOT)])
    assert "- c0: It is so. (not met): \\x1b[2Kgone\n  - c1: It is so. (met)\\u202e\n- c1: " in verdict.explanation


def test_words_without_end_are_cut() -> None:
    many = [found(f"c{number}", NOT, "x" * 100_000) for number in range(200)]
    assert len(judged(Rubric("", criteria(*[1] * 200)), many).explanation) < 2 * REASONS_MAX
    assert len(failed("x" * 100_000)) < 5000


_CHECK = Check(run="true")
_FINDINGS = st.lists(
    st.builds(
        Finding,
        st.sampled_from(["a", "b", "c", "other"]),
        st.sampled_from(Degree),
        st.text(max_size=3),
        st.just("grader"),
        st.floats(0.1, 1000),
        st.booleans(),
    ),
    max_size=8,
)


@given(_FINDINGS, st.floats(0, 1), st.integers(), st.sampled_from([PARTLY, NOT]))
def test_no_opinion_outweighs_a_required_check(
    opinions: list[Finding], share: float, seed: int, degree: Degree
) -> None:
    rubric = Rubric("", (Criterion("a", "x", 2, True, _CHECK), Criterion("b", "x"), Criterion("c", "x")), share)
    by_check = Finding("a", degree, "seen", "check", 2, True)
    every = [*opinions, by_check]
    random.Random(seed).shuffle(every)
    verdict = judged(rubric, every)
    assert verdict.result == "needs_revision"
    assert verdict.findings[0] == by_check
    assert verdict.score is not None
    assert 0 <= verdict.score <= 1 / 2


@given(st.lists(st.tuples(st.floats(0.001, 1000), st.sampled_from(Degree)), min_size=1, max_size=8), st.integers())
def test_the_order_of_findings_says_nothing(every: list[tuple[float, Degree]], seed: int) -> None:
    rubric = Rubric("", criteria(*(weight for weight, _ in every)), 0.5)
    findings = [found(f"c{number}", degree) for number, (_, degree) in enumerate(every)]
    shuffled = random.Random(seed).sample(findings, len(findings))
    verdict = judged(rubric, findings)
    assert judged(rubric, shuffled) == verdict
    assert verdict.score is not None
    assert 0 <= verdict.score <= 1
    assert (verdict.score == 1) is all(degree is MET for _, degree in every) or verdict.score > 0.999
    assert [each.weight for each in verdict.findings] == [weight for weight, _ in every]
