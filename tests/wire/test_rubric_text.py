"""Criteria in the text of a rubric: what is written is read again, and nothing before it hides it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.wire.rubric_text import block, read

SPEC: dict[str, Any] = {"criteria": [{"id": "a", "text": "It is so.", "weight": 2}], "pass": 0.5}


def test_a_text_without_a_block_is_words() -> None:
    found = read("# It is good\n\n```json\n{}\n```\n")
    assert (found.words, found.spec, found.problems) == ("# It is good\n\n```json\n{}\n```\n", None, ())


def test_a_block_is_read_and_is_no_part_of_the_words() -> None:
    found = read(f"# It is good\n\n{block(SPEC)}")
    assert found.words == "# It is good"
    assert found.spec is not None
    assert found.spec.sent() == {"criteria": [{"id": "a", "text": "It is so.", "weight": 2.0}], "pass_": 0.5}


def test_equal_data_gives_equal_text() -> None:
    assert block({"b": 1, "a": [2]}) == block({"a": [2], "b": 1}) == '```agentops-rubric\n{"a":[2],"b":1}\n```\n'


@given(st.text(alphabet='`~ a\n\r\u2028"\\', max_size=30), st.text(alphabet="`~\n a{}", max_size=30))
def test_whatever_is_written_is_read_again_whatever_stands_before(text: str, before: str) -> None:
    spec = {"criteria": [{"id": "a", "text": f"x{text}"}]}
    found = read(f"{before}\n{block(spec)}")
    assert found.problems == ()
    assert found.spec is not None
    assert found.spec.criteria[0].text == f"x{text}"


@pytest.mark.parametrize(
    "text",
    [
        "~~~agentops-rubric\n{}\n~~~",
        "  ``````  agentops-rubric  more\r\n{}\r\n  ```````  \r\nafter",
        "```agentops-rubric\r{}\r```",
        "```agentops-rubric\n{}",
        "a fence that is left open\n```\n```agentops-rubric\n{}\n```",
    ],
)
def test_fences_are_those_of_commonmark(text: str) -> None:
    assert [each.message for each in read(text).problems] == ["has an agentops-rubric block whose criteria is required"]


@pytest.mark.parametrize(
    "text", ["    ```agentops-rubric\n{}\n```", "``agentops-rubric\n{}", "```agentops-rubrics\n{}"]
)
def test_what_only_looks_like_a_block_is_none(text: str) -> None:
    assert read(text).problems == ()


def test_of_several_blocks_the_last_counts() -> None:
    found = read(block({"criteria": []}) + "between\n" + block(SPEC))
    assert found.problems == ()
    assert "between" in found.words


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "that is not JSON: Expecting property name enclosed in double quotes: line"),
        ('{"criteria": NaN}', "that is not JSON: NaN is not JSON"),
        ("[" * 100_000, "that is not JSON: maximum recursion depth exceeded"),
        ("3", "whose content must be an object, is a number"),
        (json.dumps({**SPEC, "pas": 1}), "whose pas is not a field here"),
        (
            json.dumps({"criteria": [{"id": "a", "text": "x", "check": {"path": "/a", "present": "("}}]}),
            "whose criteria.0.check.present must be a regular expression: missing ), unterminated subpattern",
        ),
    ],
)
def test_a_block_that_cannot_be_read_is_told(content: str, message: str) -> None:
    (problem,) = read(f"Words.\n```agentops-rubric\n{content}\n```").problems
    assert problem.path == ()
    assert problem.message.startswith(f"has an agentops-rubric block {message}"), problem.message
