"""A rubric as it is graded by: the words for a grader, and the criteria that the text holds for code."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from agentops.base.canonical import canonical_json
from agentops.wire import rubric_text
from agentops.wire.problems import Problem
from agentops.wire.rubrics import Check, RubricSpec

ALL: Final = 1.0

SCHEMA_MAX: Final = 65_536
"""The longest schema that a check may hold: to look at one takes time. Units: characters of JSON."""

COMMAND_MAX: Final = 100_000
"""The longest command that a sandbox takes. Units: bytes."""

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that must be true of the result."""

    id: str
    text: str
    weight: float = 1.0
    is_required: bool = False
    check: Check | None = None
    """What settles it; None leaves it to a model."""


@dataclass(frozen=True, slots=True)
class Rubric:
    """What a result is graded by."""

    words: str
    """For a model; empty where the text is criteria alone."""

    criteria: tuple[Criterion, ...] = ()
    """Empty for a rubric of free text: then a model finds them itself."""

    pass_share: float = ALL
    """The score that is enough, from 0 to 1."""

    model: str | None = None
    """The model that grades; None for the agent's own."""

    instructions: str = ""
    """More for whoever grades."""

    title: str | None = None


class Unreadable(Exception):
    """The text holds criteria that cannot be read: to grade without them would be to grade by another rubric."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Say in one line what is wrong."""
        super().__init__(f"The rubric {'; '.join(each.message for each in problems)}.")
        self.problems = problems


def rubric(text: str) -> Rubric:
    """Return the rubric that a text holds.

    Raises:
        Unreadable: its block of criteria cannot be read.
    """
    found = rubric_text.read(text)
    wrong = tuple(_problems(found))
    if wrong:
        raise Unreadable(wrong)
    return Rubric(found.words) if found.spec is None else _of_spec(found.words, found.spec)


def problems(text: str) -> tuple[Problem, ...]:
    """Return what is wrong with the criteria in a rubric's text, for whoever defines an outcome by it."""
    return tuple(_problems(rubric_text.read(text)))


def _of_spec(words: str, spec: RubricSpec) -> Rubric:
    grader = spec.grader
    return Rubric(
        words,
        tuple(
            Criterion(each.id, each.text, each.weight or 1.0, bool(each.required), each.check) for each in spec.criteria
        ),
        ALL if spec.pass_ is None else spec.pass_,
        grader.model if grader is not None else None,
        (grader.instructions if grader is not None else None) or "",
        spec.title,
    )


def _problems(found: rubric_text.RubricText) -> Iterator[Problem]:
    yield from found.problems
    for each in found.spec.criteria if found.spec is not None else ():
        if each.check is not None:
            place = f"has an {rubric_text.INFO} block whose check of {each.id}"
            yield from (Problem((), kind, f"{place} {wrong}") for kind, wrong in _check_problems(each.check))


def _check_problems(check: Check) -> Iterator[tuple[str, str]]:
    if check.run is not None and len(check.run.encode()) > COMMAND_MAX:
        yield "too-long", f"must run a command of at most {COMMAND_MAX} bytes"
    if check.run is not None and "\0" in check.run:
        yield "bad-format", "must run a command without NUL characters"
    if check.json_schema is not None:
        if len(canonical_json(check.json_schema)) > SCHEMA_MAX:
            yield "too-long", f"must have a schema of at most {SCHEMA_MAX} characters of JSON"
        for reference in sorted(set(_references(check.json_schema))):
            if not reference.startswith("#"):
                yield "invalid-value", f"refers to {reference[:200]!r}: only what the schema itself holds can be used"


def _references(schema: dict[str, Any]) -> Iterator[str]:
    """Yield what a schema refers to, wherever in it; nothing is fetched for a check."""
    waiting: list[Any] = [schema]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield from (each[name] for name in _REFERENCES if isinstance(each.get(name), str))
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
