"""Sessions: an agent at work in an environment, as it is begun and as it is changed."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Tag, model_validator

from agentops.wire.agents import Model, SkillList, System
from agentops.wire.budgets import Budget
from agentops.wire.deployments import RunnableReference
from agentops.wire.events import FirstEvents
from agentops.wire.fields import EnvironmentId, Metadata, MetadataPatch, RunnableId, VaultIds
from agentops.wire.problems import Problem, obeying
from agentops.wire.resources import ResourceList
from agentops.wire.shape import STRING_OR_OBJECT, Omissible, Shape
from agentops.wire.tools import McpServerList, ToolList

Title = Annotated[str, Field(max_length=1024)]
"""The API states no limit; this one keeps a list of sessions readable."""


class AgentWithOverrides(Shape):
    """An agent with some of its fields replaced for one session: omitted inherits, null and an empty list clear.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_agent_with_overrides_params.py`; documented: null clears.
    """

    type: Literal["agent_with_overrides"]
    id: RunnableId
    version: Omissible[Annotated[int, Field(ge=1)]] = None
    model: Model | None = None
    system: System | None = None
    tools: ToolList | None = None
    mcp_servers: McpServerList | None = None
    skills: SkillList | None = None

    @model_validator(mode="after")
    def _has_a_model(self) -> "AgentWithOverrides":
        is_cleared = "model" in self.model_fields_set and self.model is None
        message = "must not be null (agent_model_required); leave it out for the agent's own"
        return obeying(self, [Problem(("model",), "wrong-type", message)] if is_cleared else ())


SessionAgent = Annotated[
    Annotated[RunnableId, Tag("string")]
    | Annotated[RunnableReference | AgentWithOverrides, Field(discriminator="type"), Tag("object")],
    STRING_OR_OBJECT,
]


class SessionCreate(Shape):
    """What creates a session. Source: SDK 2.11.0 `types/beta/session_create_params.py`."""

    agent: SessionAgent
    environment_id: EnvironmentId
    title: Title | None = None
    metadata: Omissible[Metadata] = None
    resources: Omissible[ResourceList] = None
    vault_ids: Omissible[VaultIds] = None
    budget: Omissible[Budget] = None
    initial_events: Omissible[FirstEvents] = None


class SessionAgentUpdate(Shape):
    """What of a session's agent can change later. Source: SDK 2.11.0 `…session_agent_update_param.py`."""

    tools: Omissible[ToolList] = None
    mcp_servers: Omissible[McpServerList] = None


def _late_vaults(_ids: Sequence[str]) -> Iterator[Problem]:
    yield Problem((), "invalid-value", "cannot be changed: vaults are attached when a session is created")


class SessionUpdate(Shape):
    """What updates a session. Source: SDK 2.11.0 `types/beta/session_update_params.py`."""

    title: Title | None = None
    metadata: MetadataPatch | None = None
    budget: Budget | None = None
    agent: Omissible[SessionAgentUpdate] = None
    vault_ids: Omissible[Annotated[list[str], AfterValidator(lambda ids: obeying(ids, _late_vaults(ids)))]] = None
