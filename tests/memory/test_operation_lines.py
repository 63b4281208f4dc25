"""Operations come back from the log of a dream."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.base.errors import RepositoryError
from agentops.memory import operation_lines
from agentops.memory.operations import Operation
from tests.memory.given import add, operations


@settings(max_examples=20)
@given(operations())
def test_an_operation_comes_back(operation: Operation) -> None:
    line = operation_lines.written(operation)

    assert "\n" not in line
    assert operation_lines.read(line) == operation
    assert operation_lines.written(operation_lines.read(line)) == line


@settings(max_examples=20)
@given(st.lists(operations(), max_size=3))
def test_a_log_comes_back(said: list[Operation]) -> None:
    assert list(operation_lines.read_log(operation_lines.log(said))) == said


def test_a_line_names_its_operation() -> None:
    assert json.loads(operation_lines.written(add()))["id"] == add().id


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"verb": "sing"}', "null"])
def test_a_line_that_says_no_operation_is_told(line: str) -> None:
    with pytest.raises(RepositoryError, match="log of operations"):
        operation_lines.read(line)
