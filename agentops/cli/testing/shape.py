r"""What a test file holds: one test a document.

::

    name: finds the first error
    agent: logs                       # a manifest's name: logs, Agent/logs, Team/incident
    files: [{path: ../logs, at: logs}]
    task: What failed first?
    model:
      turns:                          # or {script: FILE}, or {replay: FILE}
        - call: [{tool: grep, input: {pattern: ERROR, path: /mnt/session/uploads/logs}}]
        - say: checkout failed first.
    expect:
      says: [checkout]
      tools: [{tool: grep, input: {pattern: ERROR}}]
      files: {report.md: {matches: '^# '}}
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, Tag, model_validator

from agentops.engine.models.script import Turn, Words
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import STRING_OR_OBJECT, Omissible, Shape

_Text = Annotated[str, Field(min_length=1)]
_MODELS = ("turns", "script", "replay")


class GivenFile(Shape):
    """A file, or a folder of files, and where below `/mnt/session/uploads` it lies."""

    path: _Text
    at: Omissible[_Text] = None


class PlayedBy(Shape):
    """Who plays the model: turns, a file of them, or a recording."""

    turns: Omissible[Annotated[list[Turn], Field(min_length=1, max_length=10_000)]] = None
    script: Omissible[_Text] = None
    replay: Omissible[_Text] = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        return obeying(self, self._problems())

    def _problems(self) -> Iterator[Problem]:
        sent = [each for each in _MODELS if each in self.model_fields_set]
        if not sent:
            yield Problem((), "bad-combination", "must hold turns, script or replay")
        for each in sent[1:]:
            yield Problem((each,), "bad-combination", f"cannot stand beside {sent[0]}: one plays the model")


class WantedCall(Shape):
    """A call of a tool; of its input each named field must hold the words."""

    tool: _Text
    input: dict[str, Words] = Field(default_factory=dict)


class Expectations(Shape):
    """What must hold once the session rests."""

    says: list[Words] = Field(default_factory=list)
    """Each somewhere in what the agent said."""

    tools: list[Annotated[Annotated[str, Tag("string")] | Annotated[WantedCall, Tag("object")], STRING_OR_OBJECT]] = (
        Field(default_factory=list)
    )
    """Calls in this order; others may stand between."""

    files: dict[str, Words | None] = Field(default_factory=dict)
    """Files below `/mnt/session/outputs`, and what they hold; null for whatever it is."""

    stop: Literal["end_turn", "requires_action", "retries_exhausted", "refusal", "budget_reached", "terminated"] = (
        "end_turn"
    )
    errors: list[str] = Field(default_factory=list)
    """Types of session errors that may come; any other fails the test."""

    max_requests: Omissible[Annotated[int, Field(ge=1)]] = None


class Test(Shape):
    """One test."""

    __test__ = False  # pytest takes every class of this name for one of its own

    name: Omissible[_Text] = None
    agent: _Text
    environment: Omissible[_Text] = None
    task: Omissible[_Text] = None
    tasks: list[_Text] = Field(default_factory=list)
    """Sent one after the other, each when the session rests."""

    model: PlayedBy
    files: list[GivenFile] = Field(default_factory=list)
    confirm: Omissible[Literal["allow", "deny"]] = None
    """What is answered to calls that ask; without it the session waits."""

    timeout_s: Annotated[int, Field(ge=1, le=3600)] = 60
    expect: Expectations = Field(default_factory=Expectations)

    @property
    def messages(self) -> tuple[str, ...]:
        """Return what is sent."""
        return (self.task,) if self.task is not None else tuple(self.tasks)

    @model_validator(mode="after")
    def _has_a_task(self) -> Self:
        return obeying(self, self._problems())

    def _problems(self) -> Iterator[Problem]:
        if self.task is not None and self.tasks:
            yield Problem(("tasks",), "bad-combination", "cannot stand beside task")
        if not self.messages:
            yield Problem(("task",), "missing-field", "is required: what the agent is asked to do")
