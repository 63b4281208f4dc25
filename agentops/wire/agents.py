"""Agents: what creates and updates one, and what must hold between its fields."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, Tag, model_validator

from agentops.wire import models
from agentops.wire.fields import Metadata, MetadataPatch, ModelId, SkillId
from agentops.wire.models import Level
from agentops.wire.multiagent import Multiagent, MultiagentPatch
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import STRING_OR_OBJECT, LongText, Omissible, Shape
from agentops.wire.tools import AgentToolset, McpServer, McpServerList, McpToolset, Tool, ToolList
from agentops.wire.wording import quoted

AgentName = Annotated[str, Field(min_length=1, max_length=256)]
Description = Annotated[str, Field(max_length=2048), LongText()]
System = Annotated[str, Field(max_length=100_000), LongText()]


class Effort(Shape):
    """How hard the model works on each call. Source: SDK 2.11.0 `…effort_{low,medium,high,xhigh,max}_param.py`."""

    type: Level


class ModelConfig(Shape):
    """A model and how it is used. Source: SDK 2.11.0 `types/beta/beta_managed_agents_model_config_params.py`."""

    id: ModelId
    effort: Annotated[Annotated[Level, Tag("string")] | Annotated[Effort, Tag("object")], STRING_OR_OBJECT] | None = (
        None
    )
    speed: Literal["standard", "fast"] | None = None
    inference_geo: Literal["us", "global"] | None = None

    @model_validator(mode="after")
    def _can_be_had(self) -> "ModelConfig":
        return obeying(self, model_problems(self))


Model = Annotated[Annotated[ModelId, Tag("string")] | Annotated[ModelConfig, Tag("object")], STRING_OR_OBJECT]


class AnthropicSkill(Shape):
    """A skill that comes with the platform. Source: SDK 2.11.0 `…anthropic_skill_params.py`."""

    type: Literal["anthropic"]
    skill_id: Annotated[str, Field(min_length=1)]
    version: str | None = None


class CustomSkill(Shape):
    """A skill that somebody uploaded. Source: SDK 2.11.0 `…custom_skill_params.py`."""

    type: Literal["custom"]
    skill_id: SkillId
    version: str | None = None


SkillList = Annotated[
    list[Annotated[AnthropicSkill | CustomSkill, Field(discriminator="type")]],
    Field(max_length=500),
]
"""Documented limit: 500 a session, over all its agents."""


class ServiceAccount(Shape):
    """The default identity. Source: SDK 2.11.0 `…service_account_execution_identity_params.py`."""

    type: Literal["service_account"]


class AwsRole(Shape):
    """An IAM role. Source: SDK 2.11.0 `…aws_role_execution_identity_params.py`."""

    type: Literal["aws_role"]
    role_arn: Annotated[str, Field(min_length=1, max_length=2048)]


ExecutionIdentity = Annotated[ServiceAccount | AwsRole, Field(discriminator="type")]


class Connections(Shape):
    """The fields of an agent that must fit each other. Source: SDK 2.11.0 `types/beta/agent_create_params.py`."""

    model_config = ConfigDict(extra="ignore")

    tools: Omissible[ToolList] = None
    mcp_servers: Omissible[McpServerList] = None
    skills: Omissible[SkillList] = None

    @model_validator(mode="after")
    def _holds_together(self) -> "Connections":
        return obeying(self, connection_problems(self))


class AgentCreate(Shape):
    """What creates an agent. Source: SDK 2.11.0 `types/beta/agent_create_params.py`."""

    parts = (Connections,)

    name: AgentName
    model: Model
    description: Description | None = None
    system: System | None = None
    tools: Omissible[ToolList] = None
    mcp_servers: Omissible[McpServerList] = None
    skills: Omissible[SkillList] = None
    metadata: Omissible[Metadata] = None
    multiagent: Multiagent | None = None
    execution_identity: ExecutionIdentity | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> "AgentCreate":
        return obeying(self, connection_problems(self))


class AgentUpdate(Shape):
    """What updates an agent; what must hold between fields holds of the outcome, not of the request.

    Source: SDK 2.11.0 `types/beta/agent_update_params.py`.
    """

    version: Omissible[Annotated[int, Field(ge=1)]] = None
    name: Omissible[AgentName] = None
    model: Omissible[Model] = None
    description: Description | None = None
    system: System | None = None
    tools: ToolList | None = None
    mcp_servers: McpServerList | None = None
    skills: SkillList | None = None
    metadata: MetadataPatch | None = None
    multiagent: MultiagentPatch | None = None
    execution_identity: ExecutionIdentity | None = None


def model_problems(model: ModelConfig) -> Iterator[Problem]:
    """Yield what a model of the platform does not have. Documented: refused, as an effort or as a speed."""
    known = models.MODELS.get(model.id)
    if known is None:
        return
    effort = model.effort.type if isinstance(model.effort, Effort) else model.effort
    if effort is not None and effort not in known.efforts:
        levels = ", ".join(known.efforts)
        how = f"one of {levels} for {model.id}, is {quoted(effort)}" if known.takes_effort else "left out"
        why = "" if known.takes_effort else f": {model.id} takes no effort"
        yield Problem(("effort",), "bad-combination", f"must be {how}{why}")
    if model.speed == "fast" and not known.has_fast_mode:
        others = ", ".join(models.with_fast_mode())
        yield Problem(
            ("speed",), "bad-combination", f"must be standard: {model.id} has no fast mode; {others} have one"
        )


def connection_problems(agent: AgentCreate | Connections) -> Iterator[Problem]:
    """Yield where an agent's tools, MCP servers and skills do not fit each other."""
    tools, servers = agent.tools or (), agent.mcp_servers or ()
    yield from _unused_servers(tools, servers)
    yield from _undeclared_servers(tools, servers)
    if agent.skills and not any(isinstance(each, AgentToolset) and each.is_enabled("read") for each in tools):
        message = "need the read tool: enable it in an agent_toolset_20260401 entry of tools"
        yield Problem(("skills",), "bad-combination", message)


def _unused_servers(tools: Sequence[Tool], servers: Sequence[McpServer]) -> Iterator[Problem]:
    used = {each.mcp_server_name for each in tools if isinstance(each, McpToolset)}
    for index, server in enumerate(servers):
        if server.name not in used:
            message = f"must be used by an mcp_toolset in tools, {quoted(server.name)} is not"
            yield Problem(("mcp_servers", index, "name"), "bad-combination", message, tuple(sorted(used)))


def _undeclared_servers(tools: Sequence[Tool], servers: Sequence[McpServer]) -> Iterator[Problem]:
    declared = tuple(each.name for each in servers)
    for index, tool in enumerate(tools):
        if isinstance(tool, McpToolset) and tool.mcp_server_name not in declared:
            message = f"must name one of mcp_servers, {quoted(tool.mcp_server_name)} is not there"
            yield Problem(("tools", index, "mcp_server_name"), "bad-combination", message, declared)
