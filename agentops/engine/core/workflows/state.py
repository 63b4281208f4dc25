"""What a workflow run is at a moment: what its events say, and how far the present attempt at its plan has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from agentops.engine.core.json import Json
from agentops.engine.core.workflows.effects import Facts
from agentops.engine.core.workflows.happenings import Asked, PauseReason
from agentops.engine.core.workflows.plan import Plan


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a run goes. Source: platform.claude.com/docs/en/managed-agents/workflow-runs."""

    threads_at_once: int = 64
    agents: int = 1_000
    open_runs: int = 10
    """Of one session."""

    lifetime_s: int = 24 * 60 * 60
    requests: int = 10_000
    """Of a plan, of all kinds: more of them are a loop without an end. Not documented."""

    visits: int = 1_000
    """Of phases. Not documented."""

    waiting: int = 256
    """Agents that have no thread yet; a plan that keeps to its language never asks for so many at once."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A run's surroundings, which stay as they are."""

    facts: Facts = field(default_factory=Facts)
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True, slots=True)
class Visit:
    """A phase that the plan entered; it may enter one more than once."""

    phase_id: str
    started_id: str
    """The id of the event that said so."""

    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a piece of work."""

    text: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Agent:
    """A piece of work that has a thread."""

    thread_id: str
    name: str
    digest: str
    """Of what was asked for."""

    is_over: bool = False
    answer: Answer | None = None
    """None also for a thread that ended because its run did."""


@dataclass(frozen=True, slots=True)
class Run:
    """One workflow run: its folded events."""

    id: str
    plan: Plan
    expires_at: str
    visits: Mapping[int, Visit] = field(default_factory=lambda: MappingProxyType({}))
    """By the number of the request that entered the phase."""

    agents: Mapping[int, Agent] = field(default_factory=lambda: MappingProxyType({}))
    """By the number of the request that asked for it."""

    recorded: int = 0
    """The highest of those numbers."""

    answers: tuple[int, ...] = ()
    """The numbers of what was answered, in order."""

    pause: PauseReason | None = None
    result: Json | None = None
    """How it ended; None while it is open."""

    notice: str = ""
    """What the agent is told of the end; not a part of any event's body."""

    @property
    def is_open(self) -> bool:
        """Tell whether it has not ended."""
        return self.result is None

    @property
    def running(self) -> list[int]:
        """Return the numbers of what has a thread and is not over."""
        return [number for number, each in self.agents.items() if not each.is_over]


@dataclass(frozen=True, slots=True)
class Attempt:
    """How far a process came with the plan; it is gone with the process, and the next one makes up for it."""

    numbers: int = 0
    """How many numbered requests it made."""

    queue: tuple[Asked, ...] = ()
    """What has no thread yet."""

    told: int = 0
    """How many answers it was given."""

    requests: int = 0
    logs: tuple[str, ...] = ()
    """The last of what it logged."""


@dataclass(frozen=True, slots=True)
class Course:
    """A run together with the present attempt at its plan."""

    run: Run
    attempt: Attempt = field(default_factory=Attempt)
