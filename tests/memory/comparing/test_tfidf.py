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


@given(st.lists(st.text(max_size=40), max_size=6))
def test_any_texts_can_be_compared(texts: list[str]) -> None:
    for one, other, alike in Space(texts).pairs(0.5):
        assert one < other
        assert 0.5 <= alike < 1.001
