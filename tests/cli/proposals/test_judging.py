"""A person's word on each operation: asked one by one, or told by flags."""

from collections.abc import Callable, Iterator

import pytest

from agentops.base.errors import UsageError
from agentops.cli.proposals.judging import Decision, asked, from_flags
from agentops.memory_repo.proposals.letter import Lesson, Letter
from tests.memory_repo.proposals.letters import a_letter, an_operation

OPERATIONS = [an_operation(text) for text in ("One", "Two", "Three")]
LETTER = a_letter(*OPERATIONS)
IDS = [each.id for each in OPERATIONS]


def answering(*answers: str) -> Callable[[str], str]:
    given: Iterator[str] = iter(answers)

    def ask(_question: str) -> str:
        try:
            return next(given)
        except StopIteration:
            raise EOFError from None

    return ask


def decided(*answers: str, letter: Letter = LETTER) -> tuple[Decision | None, list[int]]:
    shown: list[int] = []

    def show(number: int, _lesson: Lesson) -> None:
        shown.append(number)

    return asked(letter, answering(*answers), show), shown


def test_each_operation_is_shown_and_asked_about() -> None:
    assert decided("a", "r", "a") == (Decision(frozenset({IDS[1]}), is_final=True), [1, 2, 3])


def test_all_the_rest_asks_no_more() -> None:
    assert decided("r", "A") == (Decision(frozenset({IDS[0]}), is_final=True), [1, 2])


@pytest.mark.parametrize("answers", [("q",), ("r", "quit"), (), ("a",)])
def test_leaving_or_the_end_of_input_decides_nothing(answers: tuple[str, ...]) -> None:
    assert decided(*answers)[0] is None


def test_what_is_no_answer_is_asked_again() -> None:
    assert decided("what?", "", "A") == (Decision(frozenset(), is_final=True), [1])


def test_flags_take_numbers_ids_beginnings_and_all_and_a_rejection_wins() -> None:
    assert from_flags(LETTER, ["all"], ["2"]) == Decision(frozenset({IDS[1]}), is_final=True)
    assert from_flags(LETTER, [], [IDS[0][:7]]) == Decision(frozenset({IDS[0]}), is_final=False)
    assert from_flags(LETTER, [], ["all"]).rejected == frozenset(IDS)


@pytest.mark.parametrize("name", ["", "0", "4", "zzz"])
def test_a_flag_that_names_nothing_is_told(name: str) -> None:
    with pytest.raises(UsageError, match="names"):
        from_flags(LETTER, [], [name])


def test_live_edits_have_no_operations_to_name() -> None:
    with pytest.raises(UsageError, match="live edits alone"):
        from_flags(a_letter(), [], ["1"])
    assert from_flags(a_letter(), ["all"], []).is_final
