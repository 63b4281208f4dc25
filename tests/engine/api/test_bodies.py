"""Request bodies: whatever arrives is JSON that the shape accepts, or an error that says where it is not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.base.errors import InvalidRequest
from agentops.engine.api import bodies
from agentops.engine.api.bodies import parsed
from agentops.wire.agents import AgentCreate

GOOD = {"name": "a", "model": "m"}


def tool(schema: str) -> bytes:
    custom = '{"type":"custom","name":"t","description":"d","input_schema":{"type":"object","x":%s}}'
    return f'{{"name":"a","model":"m","tools":[{custom % schema}]}}'.encode()


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "The body is empty; it must be a JSON object."),
        (b" \n", "The body is empty; it must be a JSON object."),
        (b"{", "The body is not JSON: Expecting property name enclosed in double quotes at line 1, column 2."),
        (b"\xff{}", "The body is not UTF-8: byte 0 fits no character."),
        ("﻿{}".encode(), "The body is not JSON: Unexpected UTF-8 BOM (decode using utf-8-sig) at line 1, column 1."),
        (json.dumps(GOOD).encode("utf-16"), "The body is not UTF-8: byte 0 fits no character."),
        (b'{"name":"a","name":"b","model":"m"}', "The body has the key 'name' twice in one object."),
        (tool("NaN"), "The body is not JSON: NaN is not a JSON value."),
        (tool("-Infinity"), "The body is not JSON: -Infinity is not a JSON value."),
        (tool("1e999"), "The body holds a number that is too large: 1e999."),
        (tool('"\\ud800"'), "The body holds half of a surrogate pair, \\ud800, which is no character."),
        (tool('{"\\udfff":1}'), "The body holds half of a surrogate pair, \\udfff, which is no character."),
        (tool("[" * 97 + "]" * 97), "The body is nested deeper than 100 levels."),
        (b"[" + b"1," * 60_000 + b"1]", "The body holds more than 50000 keys and values."),
        (b"[" + b"[]," * 60_000 + b"1]", "The body holds more than 50000 keys and values."),
        (b'"a",' * 60_000 + b"[" * 200_000, "The body holds more than 50000 keys and values."),
        (b"[" * 40_000, "The body is nested deeper than 100 levels."),
        (b'{"a":' * 40_000, "The body is nested deeper than 100 levels."),
        (b"[]", "must be an object, is a list"),
        (b"null", "must be an object, is null"),
    ],
)
def test_what_is_no_acceptable_json_is_refused_with_the_reason(raw: bytes, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parsed(raw, AgentCreate)
    assert caught.value.message == message


_TEXTS = st.text(st.sampled_from('a"\\[{\ud800é'), max_size=3)


_DATA = st.recursive(
    _TEXTS | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(_DATA)
def test_what_is_not_worth_a_walk_would_have_passed_it(data: Any) -> None:
    raw = json.dumps(data).encode()
    if not bodies._could_be_strange(raw):
        bodies._refuse_strange(json.loads(raw))


def test_a_number_of_too_many_digits_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="holds a number that cannot be used"):
        parsed(tool("9" * 5000), AgentCreate)


@pytest.mark.parametrize(
    "schema", ["1e308", "[" * 90 + "]" * 90, '"\\u0000"', '"\\ud83d\\ude00"', "12345678901234567890"]
)
def test_what_json_allows_passes(schema: str) -> None:
    data = parsed(tool(schema), AgentCreate)
    assert data["tools"][0]["input_schema"]["x"] == json.loads(schema)


def test_the_plain_data_comes_back_with_nothing_added() -> None:
    assert parsed(json.dumps(GOOD).encode(), AgentCreate) == GOOD


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(values)
def test_any_json_is_accepted_or_refused(value: Any) -> None:
    refuses_or_returns(json.dumps({**GOOD, "tools": value}).encode())
    refuses_or_returns(json.dumps(value).encode())


@given(st.binary(max_size=60))
def test_any_bytes_are_accepted_or_refused(raw: bytes) -> None:
    refuses_or_returns(raw)


def refuses_or_returns(raw: bytes) -> None:
    try:
        data = parsed(raw, AgentCreate)
    except InvalidRequest:
        return
    assert isinstance(data, dict)


def test_a_text_may_hold_any_number_of_brackets_and_commas() -> None:
    text = ',:[{\\"' * 15_000 + ",,,"
    body = {**GOOD, "system": text, "description": ","}
    assert parsed(json.dumps(body).encode(), AgentCreate) == body
