"""DreamSchedule: which store is dreamt over, when, from which sessions, and how the result is proposed."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, Tag, model_validator

from agentops.wire.dreams import DreamModel, Instructions
from agentops.wire.fields import MemoryStoreId, ModelId, RunnableId
from agentops.wire.problems import Problem, obeying
from agentops.wire.schedules import Schedule
from agentops.wire.shape import STRING_OR_OBJECT, Omissible, Shape

MOST_SESSIONS = 100
"""Source: SDK 2.11.0 `types/beta/beta_dream_sessions_input_param.py`."""

_SessionCount = Annotated[int, Field(ge=1, le=MOST_SESSIONS)]

Gate = Literal[
    "secrets", "invisible_characters", "smuggled_instructions", "size_budget", "evidence_coverage", "contradiction"
]


class Sessions(Shape):
    """Which sessions a dream reads."""

    agents: Omissible[list[RunnableId]] = None
    """Whose sessions; everybody's when left out."""

    since: Omissible[Literal["last-dream"]] = None
    max: Omissible[_SessionCount] = None
    min: Omissible[_SessionCount] = None
    """With fewer sessions than this the dream waits."""


class DreamScheduleSpec(Sessions):
    """What a DreamSchedule is made of."""

    store: MemoryStoreId
    schedule: Schedule | None = None
    after_sessions: Omissible[_SessionCount] = None
    model: Annotated[Annotated[ModelId, Tag("string")] | Annotated[DreamModel, Tag("object")], STRING_OR_OBJECT]
    instructions: Instructions | None = None
    review: Omissible[Literal["pull_request", "auto"]] = None
    """Who accepts the result: a person in a pull request (when left out), or nobody."""

    gates: Omissible[dict[Gate, Literal["block", "warn", "off"]]] = None

    @model_validator(mode="after")
    def _fires(self) -> "DreamScheduleSpec":
        return obeying(self, self._problems())

    def _problems(self) -> Iterator[Problem]:
        if self.schedule is None and self.after_sessions is None:
            yield Problem((), "bad-combination", "must have schedule, after_sessions or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            yield Problem(("min",), "bad-combination", f"must be at most max, which is {self.max}")
