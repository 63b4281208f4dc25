"""Rubrics: as an outcome carries them, text or a file, and as criteria that code checks or a grader judges."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from agentops.wire.fields import Id, ModelId, repeats
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Form, LongText, Omissible, Shape

RUBRIC_MAX: Final = 262_144
"""Units: characters. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_text_rubric_params.py`."""

RubricContent = Annotated[str, Field(min_length=1, max_length=RUBRIC_MAX), LongText()]


class TextRubric(Shape):
    """A rubric in the request. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_text_rubric_params.py`."""

    type: Literal["text"]
    content: RubricContent


class FileRubric(Shape):
    """A rubric that was uploaded. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_file_rubric_params.py`."""

    type: Literal["file"]
    file_id: Id


Rubric = Annotated[TextRubric | FileRubric, Field(discriminator="type")]

_WAYS = ("run", "json_schema", "present", "absent", "exists")

CHECK_SECONDS_MAX: Final = 600
"""How long a command of a check may take at most."""

CriterionId = Annotated[
    str,
    Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$"),
    Form("1 to 63 lower-case letters, digits, hyphens and underscores"),
]


def _pattern_problems(pattern: str) -> Iterator[Problem]:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        yield Problem((), "bad-format", f"must be a regular expression: {error}")


_Pattern = Annotated[
    str, Field(min_length=1, max_length=1024), AfterValidator(lambda text: obeying(text, _pattern_problems(text)))
]
_SandboxPath = Annotated[str, Field(pattern=r"^/[^\x00]*$"), Form("an absolute path in the sandbox")]


class Check(Shape):
    """What settles a criterion without a model: a command's exit code, or what a file in the sandbox holds."""

    run: Omissible[Annotated[str, Field(min_length=1), LongText()]] = None
    exit: Omissible[Annotated[int, Field(ge=0, le=255)]] = None
    """The status with which the command has to end; 0 when left out."""

    timeout_s: Omissible[Annotated[int, Field(ge=1, le=CHECK_SECONDS_MAX)]] = None
    """How long the command may take; 60 when left out."""

    exists: Omissible[_SandboxPath] = None
    """A file or folder that has to be there."""

    path: Omissible[_SandboxPath] = None
    json_schema: Omissible[dict[str, Any]] = None
    present: Omissible[_Pattern] = None
    absent: Omissible[_Pattern] = None
    min_count: Omissible[Annotated[int, Field(ge=1)]] = None
    """How often `present` must match; once when left out."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Check":
        return obeying(self, self._problems())

    def _problems(self) -> Iterator[Problem]:
        ways = [each for each in _WAYS if getattr(self, each) is not None]
        if len(ways) != 1:
            yield Problem((), "bad-combination", f"must have exactly one of {', '.join(_WAYS)}")
        elif ways[0] == "run" and self.path is not None:
            yield Problem(("path",), "bad-combination", "must not stand beside run: the command names its files itself")
        elif ways[0] == "exists" and self.path is not None:
            yield Problem(("path",), "bad-combination", "must not stand beside exists, which is a path itself")
        elif ways[0] not in ("run", "exists") and self.path is None:
            yield Problem(("path",), "missing-field", f"is required beside {ways[0]}")
        for name in ("exit", "timeout_s"):
            if getattr(self, name) is not None and self.run is None:
                yield Problem((name,), "bad-combination", "must stand beside run, the command that it is about")
        if self.min_count is not None and self.present is None:
            yield Problem(("min_count",), "bad-combination", "must stand beside present, whose matches it counts")


class Criterion(Shape):
    """One thing that must be true of the result."""

    id: CriterionId
    text: Annotated[str, Field(min_length=1), LongText()]
    weight: Omissible[Annotated[float, Field(gt=0, le=1000)]] = None
    """Its share in the score, 1 when left out."""

    required: Omissible[bool] = None
    """Whether the outcome fails without it, whatever the score."""

    check: Check | None = None


class Grader(Shape):
    """The model that judges what no check settles."""

    model: Omissible[ModelId] = None
    instructions: Omissible[Annotated[str, Field(min_length=1), LongText()]] = None


class RubricSpec(Shape):
    """What a Rubric is made of."""

    title: Omissible[Annotated[str, Field(min_length=1, max_length=256)]] = None
    description: Omissible[Annotated[str, LongText()]] = None
    criteria: Annotated[
        list[Criterion],
        Field(min_length=1, max_length=200),
        AfterValidator(lambda items: obeying(items, repeats([each.id for each in items], lambda i: (i, "id")))),
    ]
    pass_: Omissible[Annotated[float, Field(ge=0, le=1)]] = Field(default=None, alias="pass")
    """The score that is enough; all criteria when left out."""

    max_iterations: Omissible[Annotated[int, Field(ge=1, le=20)]] = None
    """Source: SDK 2.11.0 `beta_managed_agents_user_define_outcome_event_params.py`."""

    grader: Grader | None = None
