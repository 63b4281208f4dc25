"""Pairs counted, and chance."""

from math import comb, isclose

from hypothesis import given
from hypothesis import strategies as st

from agentops.memory.gates.paired import Paired

COUNTS = st.integers(min_value=0, max_value=40)


def test_only_pairs_that_differ_speak() -> None:
    found = Paired.of([(True, True), (False, True), (False, True), (True, False), (False, False)])
    assert found == Paired(better=2, worse=1, alike=2)
    assert found.difference == 0.2
    assert found.words == "2 better, 1 worse, 2 alike, p = 1"


def test_the_numbers_are_those_of_the_exact_test() -> None:
    """Source: the two-sided binomial probabilities at one half: 1 of 10, 0 of 6 and 5 of 20."""
    assert isclose(Paired(9, 1, 0).p, 2 * (1 + 10) / 1024)
    assert isclose(Paired(0, 6, 3).p, 2 / 64)
    assert isclose(Paired(15, 5, 100).p, 2 * sum(comb(20, each) for each in range(6)) / 2**20)


@given(COUNTS, COUNTS, COUNTS)
def test_chance_is_a_probability_and_does_not_know_which_side_is_which(better: int, worse: int, alike: int) -> None:
    found = Paired(better, worse, alike)
    assert 0 < found.p <= 1
    assert found.p == Paired(worse, better, alike).p
    assert found.difference == -Paired(worse, better, alike).difference


def test_nothing_differs_from_nothing() -> None:
    assert (Paired(0, 0, 0).p, Paired(0, 0, 0).difference) == (1.0, 0.0)
