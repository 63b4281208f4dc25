from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, Field, Tag

from agentops.wire.problems import Problem, check, obeying
from agentops.wire.shape import STRING_OR_OBJECT, Form, Omissible, Shape


class Cat(Shape):
    type: Literal["cat"]
    name: Annotated[str, Field(min_length=1, max_length=5)]
    lives: Annotated[int, Field(ge=1, le=9)] | None = None


class Dog(Shape):
    type: Literal["dog", "hound"]
    tricks: Omissible[Annotated[list[str], Field(min_length=1, max_length=2)]] = None


def _no_twins(pets: list[Any]) -> list[Any]:
    twins = len(pets) == 2 and pets[0] == pets[1]
    return obeying(pets, [Problem((1,), "not-unique", "must not be a twin")] if twins else [])


Pet = Annotated[
    Annotated[str, Tag("string")] | Annotated[Cat | Dog, Field(discriminator="type"), Tag("object")], STRING_OR_OBJECT
]


class House(Shape):
    pets: Annotated[list[Pet], Field(max_length=3), AfterValidator(_no_twins)]
    colour: Annotated[str, Field(pattern="^[a-z]+$"), Form("lower-case letters")] | None = None
    open: Omissible[bool] = None
    labels: dict[Annotated[str, Field(max_length=3)], str] | None = None
    form: Literal[1] | None = None


def said(data: object) -> list[tuple[Any, ...]]:
    return [(*each.path, each.kind, each.message) for each in check(House, data)[1]]


def test_a_sound_request_becomes_its_shape() -> None:
    house, problems = check(House, {"pets": ["rex", {"type": "cat", "name": "Tom"}]})
    assert problems == ()
    assert house is not None
    assert house.pets == ["rex", Cat(type="cat", name="Tom")]


def test_what_was_sent_is_told_from_what_was_left_out() -> None:
    house, _ = check(House, {"pets": [], "colour": None})
    assert house is not None
    assert house.sent() == {"pets": [], "colour": None}


def test_every_problem_is_said_at_once_each_with_its_path_in_the_data() -> None:
    assert said(
        {"pets": [{"type": "cat", "name": ""}, {"type": "dog", "tricks": [1]}], "colour": "RED", "open": 1}
    ) == [
        ("pets", 0, "name", "too-short", "must not be empty"),
        ("pets", 1, "tricks", 0, "wrong-type", "must be a string, is a number"),
        ("colour", "bad-format", "must be lower-case letters"),
        ("open", "wrong-type", "must be true or false, is a number"),
    ]


def test_a_missing_field_is_named_at_the_place_where_it_should_stand() -> None:
    assert said({"pets": [{"type": "cat"}]}) == [("pets", 0, "name", "missing-field", "is required")]


def test_an_unknown_field_comes_with_the_fields_of_its_own_form() -> None:
    [problem] = check(House, {"pets": [{"type": "dog", "trick": []}]})[1]
    assert (problem.path, problem.kind) == (("pets", 0, "trick"), "unknown-field")
    assert problem.candidates == ("type", "tricks")


def test_an_unknown_form_names_every_form_there_is() -> None:
    [problem] = check(House, {"pets": [{"type": "cta"}]})[1]
    assert problem == Problem(
        ("pets", 0, "type"), "invalid-value", 'must be one of cat, dog, hound, is "cta"', ("cat", "dog", "hound")
    )


def test_a_form_that_is_not_named_is_a_missing_field() -> None:
    [problem] = check(House, {"pets": [{"name": "x"}]})[1]
    assert (problem.path, problem.kind) == (("pets", 0, "type"), "missing-field")
    assert problem.candidates == ("cat", "dog", "hound")


def test_a_value_of_no_form_at_all_is_of_the_wrong_type() -> None:
    assert said({"pets": [7]}) == [("pets", 0, "wrong-type", "must be a string or an object, is a number")]


def test_a_limit_says_what_is_allowed_and_what_is_there() -> None:
    assert said({"pets": [{"type": "cat", "name": "Tomcat", "lives": 10}]}) == [
        ("pets", 0, "name", "too-long", "must be at most 5 characters, is 6"),
        ("pets", 0, "lives", "invalid-value", "must be at most 9, is 10"),
    ]
    assert said({"pets": list("abcd")}) == [("pets", "too-many", "must have at most 3 entries, has 4")]


def test_null_is_refused_where_a_field_may_only_be_left_out() -> None:
    assert said({"pets": [], "open": None}) == [("open", "wrong-type", "must be true or false, is null")]


def test_a_rule_between_values_has_the_path_of_the_value_that_breaks_it() -> None:
    assert said({"pets": ["rex", "rex"]}) == [("pets", 1, "not-unique", "must not be a twin")]


def test_a_key_that_is_wrong_is_told_from_its_value() -> None:
    assert said({"pets": [], "labels": {"long": "x", "a": 1}}) == [
        ("labels", "long", "too-long", "its key must be at most 3 characters, is 4"),
        ("labels", "a", "wrong-type", "must be a string, is a number"),
    ]


def test_a_key_that_looks_like_a_tag_stays_in_the_path() -> None:
    assert said({"pets": [{"type": "cat", "name": "Tom", "cat": 1, "object": 2}]}) == [
        ("pets", 0, "cat", "unknown-field", "is not a field here"),
        ("pets", 0, "object", "unknown-field", "is not a field here"),
    ]


def test_text_that_is_not_unicode_is_refused_and_never_printed_raw() -> None:
    assert said({"pets": ["\ud800"]}) == [
        ("pets", 0, "bad-format", "must be valid Unicode, holds half of a surrogate pair")
    ]
    [problem] = check(House, {"pets": [{"type": "\x1b[2J"}]})[1]
    assert problem.message.isprintable()


def test_a_long_value_is_cut_in_the_message() -> None:
    [problem] = check(House, {"pets": [{"type": "x" * 10_000}]})[1]
    assert len(problem.message) < 120


@pytest.mark.parametrize("value", [2, "1"])
def test_a_number_that_is_the_only_one_is_no_word(value: object) -> None:
    assert said({"pets": [], "form": value}) == [("form", "invalid-value", "must be 1")]
