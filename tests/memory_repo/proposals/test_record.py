"""What a pull request says of a dream is kept in the branch, whole."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.base.errors import RepositoryError
from agentops.memory.operations import Finding, Operation, Verdict
from agentops.memory_repo.proposals import record
from agentops.memory_repo.proposals.body import body
from tests.memory_repo.proposals.letters import OPERATIONS, TEXT, a_letter, an_operation


@given(st.lists(OPERATIONS, max_size=4), TEXT, TEXT)
def test_a_letter_is_read_back_as_it_was_written(operations: list[Operation], said: str, words: str) -> None:
    letter = a_letter(*operations, said=said, words=words)
    log, beside = record.written(letter).values()

    assert record.read(log, beside) == letter
    assert body(record.read(log, beside)) == body(letter)


def test_two_operations_keep_the_words_that_each_cites_of_one_event() -> None:
    said = "The ledger has port 8431. Dates are written as YYYY-MM-DD."
    quotes = ("The ledger has port 8431.", "Dates are written as YYYY-MM-DD.")
    made = [replace(an_operation(each), verdict=Verdict(Finding.SUPPORTED, quote=each)) for each in quotes]
    read = record.read(*record.written(a_letter(*made, said=said)).values())

    assert [each.citations[0].quote for each in read.lessons] == list(quotes)


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"store": 1}', "{"])
def test_what_is_no_letter_says_so(said: str) -> None:
    with pytest.raises(RepositoryError, match="cannot be read"):
        record.read("", said)


def test_the_operations_are_lines_of_their_own() -> None:
    log = record.written(a_letter(an_operation("One"), an_operation("Two")))["dream-0123.jsonl"]

    assert log.count("\n") == 2
