"""Lengths of time: read as people write them, written in one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.wire.durations import seconds, spelled
from agentops.wire.fields import Duration
from agentops.wire.problems import check
from agentops.wire.shape import Shape


class Pause(Shape):
    every: Duration


@pytest.mark.parametrize(
    ("text", "total_s"), [("90s", 90), ("30m", 1800), ("6h", 21600), ("1h30m", 5400), ("7d", 604800), ("2w", 1209600)]
)
def test_a_length_is_read(text: str, total_s: int) -> None:
    assert seconds(text) == total_s


@pytest.mark.parametrize(
    "text", ["", "6", "h", "6 h", "6H", "30m1h", "-6h", "1.5h", "6h6h", "PT6H", "6h\n", "٦h", "9999999h"]
)
def test_what_is_no_length_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        seconds(text)
    [problem] = check(Pause, {"every": text})[1]
    assert (problem.path, problem.kind) == (("every",), "bad-format" if text else "too-short")
    assert not text or '"6h"' in problem.message


@pytest.mark.parametrize("text", ["0m", "59s", "367d", "999999w"])
def test_a_length_has_bounds(text: str) -> None:
    [problem] = check(Pause, {"every": text})[1]
    assert problem.kind == "invalid-value"
    assert "from 1m to 366d" in problem.message


def test_a_number_is_no_length() -> None:
    assert [each.kind for each in check(Pause, {"every": 6})[1]] == ["wrong-type"]


@given(st.integers(0, 10**9))
def test_a_length_survives_its_spelling(total_s: int) -> None:
    assert seconds(spelled(total_s)) == total_s


def test_all_spellings_of_a_length_become_one() -> None:
    assert {spelled(seconds(each)) for each in ("90m", "1h30m", "5400s")} == {"1h30m"}
