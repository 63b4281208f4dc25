"""The two writers of JSON say the same."""

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.engine.core.json import line, parsed, written

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_a_line_reads_as_what_it_was_written_from_with_its_keys_in_order(value: dict[str, Any]) -> None:
    assert parsed(line(value)) == parsed(written(value)) == value
    assert json.dumps(parsed(line(value))) == json.dumps(value)


def test_a_line_has_no_spaces_and_no_escapes_that_json_does_not_need() -> None:
    value = {"b": [1, 2.5, None, True], "a": 'ä😀\u2028/"\\\n\x00', "c": (1,)}
    assert line(value) == written(value)


@pytest.mark.parametrize("depth", [200, 300, 900])
def test_what_one_writer_finds_too_deep_the_other_writes(depth: int) -> None:
    value: Any = "leaf"
    for _ in range(min(depth, sys.getrecursionlimit() - 100)):
        value = {"in": value}
    assert line(value) == written(value)
