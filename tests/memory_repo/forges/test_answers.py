"""Answers are read with suspicion."""

from typing import Any

import pytest

from agentops.memory_repo.forges import answers


@pytest.mark.parametrize("value", [None, True, 0, -1, 1.0, "7", "../7", [7]])
def test_only_a_positive_integer_is_a_number(value: Any) -> None:
    with pytest.raises(TypeError):
        answers.number({"number": value}, "number")


@pytest.mark.parametrize("value", ["main", "a" * 39, "A" * 40, "a" * 41, "-" + "a" * 39, 7])
def test_only_a_name_of_a_commit_is_a_commit(value: Any) -> None:
    with pytest.raises(TypeError):
        answers.commit({"sha": value}, "sha")


@pytest.mark.parametrize("value", ["a" * 40, "b" * 64])
def test_both_kinds_of_commits_are_read(value: str) -> None:
    assert answers.commit({"head": {"sha": value}}, "head", "sha") == value


def test_what_is_absent_is_nothing() -> None:
    assert answers.text({"head": None}, "head", "ref") == ""
    assert answers.commit({}, "sha") == ""
    assert answers.member(None, "a", "b") is None


@pytest.mark.parametrize("value", ["javascript:alert(1)", "https://x.example/\x1b[2J", "", "ftp://x"])
def test_an_address_that_nobody_should_follow_is_none(value: str) -> None:
    assert answers.address({"html_url": value}, "html_url") == ""


@pytest.mark.parametrize("value", [None, {}, "x", [1], [{}, None]])
def test_only_a_list_of_objects_is_a_list(value: Any) -> None:
    with pytest.raises(TypeError):
        answers.rows(value)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"message": "Not Found", "status": "404"}, "Not Found"),
        (
            {
                "message": "Validation Failed",
                "errors": [{"message": "No commits"}, {"field": "head", "code": "invalid"}],
            },
            "Validation Failed; No commits; head is invalid",
        ),
        ({"message": ["Another open one", "and more"]}, "Another open one; and more"),
        ({"message": {"base": ["is missing"], "title": ["is empty"]}}, "base is missing; title is empty"),
        ({"error": "insufficient_scope"}, "insufficient_scope"),
        ({"message": "a\x1b[2J\nb"}, "a [2J b"),
        ({"message": "x" * 9999}, "x" * 300),
        ({"message": 7}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_a_refusal_is_told_in_the_forges_own_words(data: Any, reason: str) -> None:
    assert answers.reason(data) == reason
