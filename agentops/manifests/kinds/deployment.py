"""Deployment: the API's deployment, whose outcomes may name a Rubric of the tree."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from agentops.base.names import Kind
from agentops.wire.deployments import DeploymentCreate
from agentops.wire.events import DefineOutcome, SystemMessage, UserMessage, initial_event_problems
from agentops.wire.problems import obeying
from agentops.wire.rubrics import FileRubric, TextRubric
from agentops.wire.shape import IdOf, Shape


class NamedRubric(Shape):
    """A Rubric of the tree; it is sent as text."""

    type: Literal["rubric"]
    name: Annotated[str, Field(min_length=1), IdOf((Kind.RUBRIC,))]


class Outcome(DefineOutcome):
    """What the agent works toward, and how it is graded."""

    rubric: Annotated[TextRubric | FileRubric | NamedRubric, Field(discriminator="type")]  # type: ignore[assignment] # a manifest may say more here than the API takes


InitialEvent = Annotated[UserMessage | Outcome | SystemMessage, Field(discriminator="type")]


class DeploymentSpec(DeploymentCreate):
    """What a Deployment is made of."""

    initial_events: Annotated[  # type: ignore[assignment] # a manifest may say more here than the API takes
        list[InitialEvent],
        Field(min_length=1, max_length=50),
        AfterValidator(lambda events: obeying(events, initial_event_problems(events))),
    ]
