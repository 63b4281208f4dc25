"""A rubric's text as it is graded by."""

from typing import Any

import pytest

from agentops.engine.core.outcomes.rubric import COMMAND_MAX, SCHEMA_MAX, Rubric, Unreadable, problems, rubric
from agentops.wire.rubric_text import block


def of(check: Any) -> str:
    return block({"criteria": [{"id": "a", "text": "x", "check": check}]})


def test_free_text_is_a_rubric_without_criteria() -> None:
    assert rubric("It is good.") == Rubric("It is good.")
    assert problems("It is good.") == ()


def test_what_is_left_out_has_its_default() -> None:
    found = rubric("Words.\n" + block({"criteria": [{"id": "a", "text": "x"}]}))
    (only,) = found.criteria
    assert (only.weight, only.is_required, only.check) == (1, False, None)
    assert (found.words, found.pass_share, found.model, found.instructions) == ("Words.", 1, None, "")


def test_everything_is_read() -> None:
    spec = {
        "title": "T", "pass": 0, "grader": {"model": "m", "instructions": "Look."},
        "criteria": [{"id": "a", "text": "x", "weight": 0.5, "required": True, "check": {"run": "true"}}],
    }  # fmt: skip
    found = rubric(block(spec))
    (only,) = found.criteria
    assert (only.weight, only.is_required, only.check and only.check.run) == (0.5, True, "true")
    assert (found.words, found.pass_share, found.model, found.instructions) == ("", 0, "m", "Look.")
    assert found.title == "T"


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ({"run": "x" * (COMMAND_MAX + 1)}, f"must run a command of at most {COMMAND_MAX} bytes"),
        ({"run": "a\0"}, "must run a command without NUL characters"),
        (
            {"path": "/a", "json_schema": {"items": [{"$ref": "https://x.test/s"}]}},
            "refers to 'https://x.test/s': only what the schema itself holds can be used",
        ),
        (
            {"path": "/a", "json_schema": {"enum": ["x" * SCHEMA_MAX]}},
            f"must have a schema of at most {SCHEMA_MAX} characters of JSON",
        ),
    ],
)
def test_checks_that_cannot_be_carried_out_are_refused(check: Any, message: str) -> None:
    (problem,) = problems(of(check))
    assert problem.message == f"has an agentops-rubric block whose check of a {message}"
    with pytest.raises(Unreadable, match="The rubric has an agentops-rubric block"):
        rubric(of(check))


def test_a_schema_may_refer_to_its_own_parts() -> None:
    assert problems(of({"path": "/a", "json_schema": {"$ref": "#/$defs/a", "$defs": {"a": True}}})) == ()
