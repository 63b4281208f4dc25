"""What stays as it is while a turn runs: the agent, where its tools run, and how far it may go."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from agentops.engine.core.conversation import Usage
from agentops.engine.core.json import Json
from agentops.engine.core.runs.team import NOBODY, Team
from agentops.engine.core.workflows.cast import Planner
from agentops.engine.core.workflows.state import Bounds as PlanBounds


@dataclass(frozen=True, slots=True)
class Grant:
    """What is known of a tool by its name."""

    kind: Literal["builtin", "mcp", "custom", "remote", "team"]
    """`remote`: built in, and carried out by the worker of a self-hosted environment. `team`: done by the
    session itself."""

    policy: Literal["always_allow", "always_ask", "auto"] = "always_allow"
    is_enabled: bool = True
    is_harmless: bool = False
    """Whether it changes nothing: it may be run again after a crash, and needs no person under `auto`."""

    event_name: str | None = None
    """The name that events show, where the model knows it by another."""

    mcp_server_name: str | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a turn goes before it is stopped."""

    requests: int = 5_000
    """Of one turn: what loops for longer will not end by itself."""

    attempts: int = 6
    """Failed requests in a row."""

    compactions: int = 3
    context_tokens: int = 160_000
    """When a conversation is this long it is compacted before it goes on; four fifths of the smallest window."""

    plans: PlanBounds = field(default_factory=PlanBounds)


@dataclass(frozen=True, slots=True)
class Setting:
    """One thread's surroundings."""

    thread_id: str
    agent_name: str
    grants: Callable[[str], Grant | None]
    """Tells what a tool is; None for a name that the agent was never told."""

    cost_cents: Callable[[Usage, int, float], float | None]
    """What tokens, web searches and active seconds cost at list prices; None where a price is not known."""

    budget: Json | None = None
    team: Team = NOBODY
    """Whom the agent may call on."""

    planner: Planner | None = None
    """What the plans of the agent may use; None where it may run no workflows."""

    bounds: Bounds = field(default_factory=Bounds)


Settings = Callable[[str | None, Json | None], Setting]
"""The surroundings of a thread by its id and its agent; None and None for those of the primary one."""
