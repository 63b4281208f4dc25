import pytest

from agentops.memory.comparing.words import plain, stem, terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("stopped", "stops"),
        ("payments", "payment"),
        ("retries", "retry"),
        ("listening", "listens"),
        ("classes", "class"),
    ],
)
def test_words_that_differ_in_their_ending_are_one(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_a_name_is_found_whole_and_in_parts() -> None:
    assert terms("call `book_reservation`") == ["call", "book_reservation", "book", stem("reservation")]


def test_numbers_versions_and_flags_are_kept() -> None:
    assert {"5433", "2.4.1", "--no-cache"} <= set(terms("port 5433, version 2.4.1, with --no-cache"))


def test_words_that_say_nothing_are_left_out() -> None:
    assert terms("it is what it is") == []


def test_negations_say_something() -> None:
    assert terms("not without") != terms("")


def test_marks_spaces_and_capitals_do_not_make_another_line() -> None:
    assert plain("Use  `uv`, not *pip*.") == plain("use uv not pip")


def test_a_name_with_a_file_ending_is_not_torn() -> None:
    assert plain("See `config/flags.yaml`.") == "see config/flags.yaml"
