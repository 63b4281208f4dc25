"""How an agent delegates: a coordinator's roster, or subagents, workflows and an advisor."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Tag

from agentops.wire.fields import AgentId, ModelId, repeats
from agentops.wire.problems import Path, Problem, obeying
from agentops.wire.shape import STRING_OR_OBJECT, Omissible, Shape


class AgentReference(Shape):
    """A saved agent, at a version or at its newest. Source: SDK 2.11.0 `…beta_managed_agents_agent_params.py`."""

    type: Literal["agent"]
    id: AgentId
    version: Omissible[Annotated[int, Field(ge=1)]] = None


class Self(Shape):
    """The agent that owns the roster. Source: SDK 2.11.0 `…multiagent_self_params.py`."""

    type: Literal["self"]


class Advisor(Shape):
    """A model that the primary thread may consult. Source: SDK 2.11.0 `…advisor_params.py`."""

    type: Literal["advisor"]
    model: ModelId


RosterEntry = Annotated[
    Annotated[AgentId, Tag("string")]
    | Annotated[AgentReference | Self | Advisor, Field(discriminator="type"), Tag("object")],
    STRING_OR_OBJECT,
]
PredefinedAgent = Annotated[
    Annotated[AgentId, Tag("string")] | Annotated[AgentReference | Self, Field(discriminator="type"), Tag("object")],
    STRING_OR_OBJECT,
]

Member = str | AgentReference | Self | Advisor


def roster_problems(members: Sequence[Member]) -> Iterator[Problem]:
    """Yield who stands in a roster twice, paths relative to the roster."""
    yield from repeats([_id(each) for each in members], lambda index: _id_path(members, index))
    for kind, rule in ((Self, "must have at most one self"), (Advisor, "must have at most one advisor")):
        for index in [index for index, each in enumerate(members) if isinstance(each, kind)][1:]:
            yield Problem((index,), "not-unique", rule)


def _id(member: Member) -> str | None:
    if isinstance(member, AgentReference):
        return member.id
    return member if isinstance(member, str) else None


def _id_path(members: Sequence[Member], index: int) -> Path:
    return (index,) if isinstance(members[index], str) else (index, "id")


_rostered = AfterValidator(lambda members: obeying(members, roster_problems(members)))


class Coordinator(Shape):
    """An agent that runs the agents of a roster as threads. Source: SDK 2.11.0 `…multiagent_coordinator_params.py`."""

    type: Literal["coordinator"]
    agents: Annotated[list[RosterEntry], Field(min_length=1, max_length=20), _rostered]


class InlineAgents(Shape):
    """Whether agents may be made up on the spot. Source: `…multiagent_inline_agents_{enabled,disabled}_params.py`."""

    type: Literal["enabled", "disabled"]


class DelegationEnabled(Shape):
    """Work may be handed on. Source: `…multiagent_{subagents,workflows}_enabled_params.py`."""

    type: Literal["enabled"]
    inline_agents: InlineAgents | None = None
    predefined_agents: Annotated[list[PredefinedAgent], Field(max_length=20), _rostered] | None = None


class Disabled(Shape):
    """Work is not handed on. Source: `…multiagent_{subagents,workflows,advisor}_disabled_params.py`."""

    type: Literal["disabled"]


class AdvisorEnabled(Shape):
    """The primary thread can consult a model. Source: SDK 2.11.0 `…multiagent_advisor_enabled_params.py`."""

    type: Literal["enabled"]
    model: ModelId


Delegation = Annotated[DelegationEnabled | Disabled, Field(discriminator="type")]


class Multiagent20261001(Shape):
    """Subagents, workflows and an advisor, each on or off. Source: SDK 2.11.0 `…multiagent20261001_params.py`."""

    type: Literal["multiagent_20261001"]
    subagents: Delegation | None = None
    workflows: Delegation | None = None
    advisor: Annotated[AdvisorEnabled | Disabled, Field(discriminator="type")] | None = None


MultiagentPatch = Annotated[Coordinator | Multiagent20261001, Field(discriminator="type")]
"""What an update sends: merged into a stored one of the same type before the whole is looked at."""


def delegation_problems(multiagent: Coordinator | Multiagent20261001) -> Iterator[Problem]:
    """Yield where work could be handed on to nobody: inline agents disabled and none predefined."""
    if isinstance(multiagent, Coordinator):
        return
    for name in ("subagents", "workflows"):
        delegation = getattr(multiagent, name)
        if isinstance(delegation, DelegationEnabled) and _reaches_nobody(delegation):
            message = "must name at least one agent, because inline_agents is disabled"
            yield Problem((name, "predefined_agents"), "bad-combination", message)


def _reaches_nobody(delegation: DelegationEnabled) -> bool:
    inline = delegation.inline_agents
    return inline is not None and inline.type == "disabled" and not delegation.predefined_agents


Multiagent = Annotated[MultiagentPatch, AfterValidator(lambda whole: obeying(whole, delegation_problems(whole)))]
"""What a create sends, and what an update leads to."""
