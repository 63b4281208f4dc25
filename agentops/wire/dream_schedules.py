"""Dream schedules: which store is dreamt over, when, from which sessions, and how the result is proposed.

An extension: the vendor's API has dreams, and nothing that starts them.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Tag, model_validator

from agentops.wire.dreams import DreamModel, Instructions
from agentops.wire.fields import Duration, MemoryStoreId, Metadata, MetadataPatch, ModelId, RunnableId, repeats
from agentops.wire.memory_policies import Gate, Strictness
from agentops.wire.problems import Problem, obeying
from agentops.wire.schedules import Schedule
from agentops.wire.shape import STRING_OR_OBJECT, Omissible, Shape

MOST_SESSIONS = 100
"""Source: SDK 2.11.0 `types/beta/beta_dream_sessions_input_param.py`."""

_MOST_AGENTS = 100

ScheduleName = Annotated[str, Field(min_length=1, max_length=256)]
_SessionCount = Annotated[int, Field(ge=1, le=MOST_SESSIONS)]
_Agents = Annotated[
    list[RunnableId],
    Field(max_length=_MOST_AGENTS),
    AfterValidator(lambda agents: obeying(agents, repeats(agents, lambda index: (index,)))),
]
_Model = Annotated[Annotated[ModelId, Tag("string")] | Annotated[DreamModel, Tag("object")], STRING_OR_OBJECT]

Review = Literal["pull_request", "auto"]
Engine = Literal["lexical", "messages", "hosted"]
MODELLED = ("messages", "hosted")
"""The engines that ask a model."""


class DreamBudget(Shape):
    """What one dream may spend: whatever is used up first ends its questions, and code does the rest."""

    tokens: Omissible[Annotated[int, Field(ge=1, le=1_000_000_000_000)]] = None
    """Of all requests together, in and out."""

    dollars: Omissible[Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]] = None
    """At list prices."""


class Sessions(Shape):
    """Which sessions a dream reads."""

    agents: Omissible[_Agents] = None
    """Whose sessions; everybody's when left out."""

    since: Omissible[Literal["last-dream"]] = None
    max: Omissible[_SessionCount] = None
    min: Omissible[_SessionCount] = None
    """With fewer sessions than this the dream waits."""


class DreamScheduleCreate(Sessions):
    """What creates a dream schedule."""

    name: ScheduleName
    store: MemoryStoreId
    schedule: Schedule | None = None
    every: Omissible[Duration] = None
    """How often, such as `6h`: counted from midnight UTC of 1 January 1970, so that everybody counts alike."""

    after_sessions: Omissible[_SessionCount] = None
    engine: Omissible[Engine] = None
    """What dreams: `messages` when left out and there is a model, else `lexical`, which needs none."""

    model: _Model | None = None
    budget: DreamBudget | None = None
    instructions: Instructions | None = None
    review: Omissible[Review] = None
    """Who accepts the result: a person in a pull request (when left out), or nobody."""

    gates: Omissible[dict[Gate, Strictness]] = None
    metadata: Omissible[Metadata] = None

    @model_validator(mode="after")
    def _fires(self) -> "DreamScheduleCreate":
        return obeying(self, self._problems())

    def _problems(self) -> Iterator[Problem]:
        if self.schedule is None and self.every is None and self.after_sessions is None:
            yield Problem((), "bad-combination", "must have one or more of schedule, every, after_sessions")
        if self.min is not None and self.max is not None and self.min > self.max:
            yield Problem(("min",), "bad-combination", f"must be at most max, which is {self.max}")
        if self.engine in MODELLED and self.model is None:
            yield Problem(("model",), "missing-field", f"is required with the engine {self.engine}")


class DreamScheduleUpdate(Shape):
    """What updates one: what is left out is kept, null brings back what a new schedule would have."""

    name: Omissible[ScheduleName] = None
    store: Omissible[MemoryStoreId] = None
    engine: Engine | None = None
    model: _Model | None = None
    budget: DreamBudget | None = None
    agents: _Agents | None = None
    since: Literal["last-dream"] | None = None
    max: _SessionCount | None = None
    min: _SessionCount | None = None
    schedule: Schedule | None = None
    every: Duration | None = None
    after_sessions: _SessionCount | None = None
    instructions: Instructions | None = None
    review: Review | None = None
    gates: dict[Gate, Strictness] | None = None
    metadata: MetadataPatch | None = None
