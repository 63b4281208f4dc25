"""Scripts as people write them, and what is wrong with those they got wrong."""

import textwrap
from typing import Any

import pytest
import yaml

from agentops.engine.models import script
from agentops.engine.models.script import Script
from agentops.wire.problems import check


def read(text: str) -> Script:
    found, problems = check(Script, yaml.load(text, Loader=yaml.CSafeLoader))
    assert not problems
    assert found
    return found


def test_the_example_in_the_documentation_is_a_script() -> None:
    assert script.__doc__
    example = textwrap.dedent(script.__doc__.split("::\n\n")[1].split("\n\nA request")[0])
    first, second, third = read(example).turns
    assert first.when.agent == "log-analyst"
    assert first.call[0].input == {"command": "df -h"}
    assert (second.limit, second.is_silent) == (2, True)
    assert isinstance(third.when.tool_result, script.Matches)


@pytest.mark.parametrize(
    ("turn", "path", "message"),
    [
        ({}, (), "must answer something: say, call, think, raw, refuse or error"),
        ({"sya": "x"}, ("sya",), "is not a field here"),
        ({"say": 5}, ("say",), "must be a string, is"),
        ({"say": None}, ("say",), "must be a string, is"),
        ({"say": "x", "times": 0}, ("times",), "must be at least 1, is 0"),
        ({"say": "x", "times": "always"}, ("times",), 'must be forever, is "always"'),
        (
            {"say": "x", "when": {"last": {"matches": "("}}},
            ("when", "last", "matches"),
            "must be a regular expression: ",
        ),
        ({"say": "x", "find": {"id": "("}}, ("find", "id"), "must be a regular expression: "),
        ({"say": "x", "find": {"id": "x"}}, ("find", "id"), "must have a group in parentheses"),
        ({"say": "x", "when": {"turn": 0}}, ("when", "turn"), "must be at least 1, is 0"),
        ({"say": "x", "when": {"last": ["a"]}}, ("when", "last"), "must be a string or an object"),
        ({"say": "x", "error": {"kind": "billing"}}, ("say",), "cannot stand beside error: there is no reply"),
        ({"usage": {}, "error": {"kind": "billing"}}, ("usage",), "cannot stand beside error: there is no reply"),
        ({"error": {"kind": "melted"}}, ("error", "kind"), "must be one of overloaded, rate_limited"),
        ({"raw": [], "call": [{"tool": "x"}]}, ("call",), "cannot stand beside raw, which is the whole content"),
        ({"raw": [{"type": "text"}]}, ("raw", 0, "text"), "is required here, as a string"),
        ({"raw": [{"text": "x"}]}, ("raw", 0, "type"), "is required here, as a string"),
        ({"raw": [{"type": "x", "y": float("nan")}]}, ("raw", 0), "must be JSON"),
        ({"call": [{"tool": "x", "input": {"y": float("inf")}}]}, ("call", 0, "input"), "must be JSON"),
        ({"call": [{"input": {}}]}, ("call", 0, "tool"), "is required"),
        ({"refuse": {}, "stop_reason": "end_turn"}, ("stop_reason",), "cannot stand beside refuse, which is one"),
        ({"refuse": {"category": "rude"}}, ("refuse", "category"), "must be one of cyber, bio"),
        ({"say": "x" * 100, "repeat": 1_000_000}, ("repeat",), "must make at most 33554432 characters of say"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(turn: Any, path: tuple[Any, ...], message: str) -> None:
    found, (problem,) = check(Script, {"turns": [{"say": "fine"}, turn]})
    assert found is None
    assert problem.path == ("turns", 1, *path)
    assert problem.message.startswith(message)


@pytest.mark.parametrize("data", [None, [], "x", {}, {"turns": []}, {"turns": {}}])
def test_whatever_is_no_script_is_a_problem(data: Any) -> None:
    assert check(Script, data)[1]
