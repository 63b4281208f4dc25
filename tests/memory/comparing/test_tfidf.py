import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.memory.comparing.tfidf import Space, likeness


def test_the_same_line_is_as_alike_as_can_be() -> None:
    assert likeness("the port is 5433", "the port is 5433") > 0.999


def test_lines_without_a_common_word_are_not_alike() -> None:
    assert likeness("backups run at night", "prices come in cents") < 0.1


def test_pairs_are_found_with_their_likeness_in_order() -> None:
    found = list(Space(["backups run at night", "prices are in cents", "at night backups run"]).pairs(0.8))
    assert [(one, other) for one, other, _ in found] == [(0, 2)]


def test_a_word_that_all_have_finds_no_pairs() -> None:
    space = Space([f"store note{number} apart{number}" for number in range(300)])
    assert list(space.pairs(0.9)) == []


def test_a_text_is_held_against_those_that_share_most_with_it() -> None:
    several = [f"pool{number % 9} size{number % 7} db{number % 11} note{number}" for number in range(400)]
    twins = [*several, "pool3 size5 db7 and nothing else"]
    found = [each for each in Space([*twins, twins[-1]]).pairs(0.9) if each[1] == len(twins)]
    assert [one for one, _, _ in found] == [len(twins) - 1]


@given(st.lists(st.sampled_from(["a b c", "a b d", "a c", "b c d e", "e f", ""]), max_size=8), st.integers(0, 8))
def test_pairs_are_those_whose_likeness_is_that_high_and_whose_later_text_is_asked_about(
    texts: list[str], start: int
) -> None:
    space = Space(texts)
    every = [(one, other) for other in range(len(texts)) for one in range(other)]
    alike = [(*pair, space.likeness(*pair)) for pair in every if pair[1] >= start and space.likeness(*pair) >= 0.55]
    found = list(space.pairs(0.55, start))
    assert [each[:2] for each in found] == [each[:2] for each in alike]
    assert [each[2] for each in found] == pytest.approx([each[2] for each in alike])


@given(st.lists(st.text(max_size=40), max_size=6))
def test_any_texts_can_be_compared(texts: list[str]) -> None:
    for one, other, alike in Space(texts).pairs(0.5):
        assert one < other
        assert 0.5 <= alike < 1.001
