"""Team: a lead, its specialists, and how work is handed on; it becomes one coordinator agent."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Tag, model_validator

from agentops.wire.agents import (
    AgentCreate,
    AgentName,
    Description,
    ExecutionIdentity,
    Model,
    SkillList,
    System,
    connection_problems,
)
from agentops.wire.fields import AgentId, Metadata, repeats
from agentops.wire.multiagent import AdvisorEnabled, Delegation, Disabled, InlineAgents
from agentops.wire.problems import Problem, at, obeying
from agentops.wire.shape import STRING_OR_OBJECT, Omissible, Shape
from agentops.wire.tools import McpServerList, ToolList

MOST_MEMBERS = 20

Advisor = Annotated[AdvisorEnabled | Disabled, Field(discriminator="type")]


class Lead(Shape):
    """A lead that no other document declares: an Agent's fields, without those that the Team has itself."""

    model: Model
    system: System | None = None
    tools: Omissible[ToolList] = None
    mcp_servers: Omissible[McpServerList] = None
    skills: Omissible[SkillList] = None
    execution_identity: ExecutionIdentity | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> "Lead":
        agent = AgentCreate.model_construct(
            name="", model=self.model, tools=self.tools, mcp_servers=self.mcp_servers, skills=self.skills
        )
        return obeying(self, connection_problems(agent))


class Specialist(Shape):
    """A member at one version."""

    agent: AgentId
    version: Omissible[Annotated[int, Field(ge=1)]] = None


Member = Annotated[
    Annotated[AgentId, Tag("string")] | Annotated[Specialist, Tag("object")],
    STRING_OR_OBJECT,
]


class Subagents(Shape):
    """Threads, workflows and an advisor. Source: SDK 2.11.0 `…multiagent20261001_params.py`."""

    type: Literal["multiagent_20261001"]
    inline_agents: InlineAgents | None = None
    workflows: Delegation | None = None
    advisor: Advisor | None = None


class CoordinatorDelegation(Shape):
    """Threads and an advisor, the older form. Source: SDK 2.11.0 `…multiagent_coordinator_params.py`."""

    type: Literal["coordinator"]
    advisor: Advisor | None = None


def _repeated(members: list[str | Specialist]) -> Iterator[Problem]:
    names = [each.agent if isinstance(each, Specialist) else each for each in members]
    return repeats(names, lambda index: (index, "agent") if isinstance(members[index], Specialist) else (index,))


class TeamSpec(Shape):
    """What a Team is made of."""

    name: Omissible[AgentName] = None
    description: Description | None = None
    lead: Annotated[Annotated[AgentId, Tag("string")] | Annotated[Lead, Tag("object")], STRING_OR_OBJECT]
    specialists: Annotated[
        list[Member],
        Field(min_length=1, max_length=MOST_MEMBERS),
        AfterValidator(lambda members: obeying(members, _repeated(members))),
    ]
    delegation: Annotated[Subagents | CoordinatorDelegation, Field(discriminator="type")] | None = None
    metadata: Omissible[Metadata] = None

    @model_validator(mode="after")
    def _leaves_room_for_the_advisor(self) -> "TeamSpec":
        return obeying(self, at(("specialists",), self._crowded()))

    def _crowded(self) -> Iterator[Problem]:
        # A coordinator's advisor is an entry of the same roster.
        advised = isinstance(self.delegation, CoordinatorDelegation) and isinstance(
            self.delegation.advisor, AdvisorEnabled
        )
        if advised and len(self.specialists) == MOST_MEMBERS:
            yield Problem((), "too-many", f"must have at most {MOST_MEMBERS - 1} entries beside the advisor")
