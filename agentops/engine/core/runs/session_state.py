"""What a running session is at a moment: its threads, the outcome that they work towards, and what both took."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from agentops.engine.core.conversation import Usage
from agentops.engine.core.json import Json
from agentops.engine.core.runs.altered import altered
from agentops.engine.core.runs.state import END_TURN, Call, Phase, State, between
from agentops.engine.core.workflows.state import Attempt, Run

ADVISOR = "advisor"


@dataclass(frozen=True)
class Thread:
    """One conversation of the session: an agent with a history, a prompt and tools of its own."""

    state: State = field(default_factory=State)
    agent: Json | None = None
    """A snapshot, `{"type": "advisor", "model": …}`, or an agent that was made up on the spot; None of the primary one,
    which the session itself says."""

    name: str = ""
    """The agent's, as events say it."""

    created_at: str = ""
    started_at: str | None = None
    """When it first ran."""

    changed_at: str = ""
    """When its status last changed."""

    has_rested: bool = False
    is_over: bool = False
    """Whether it was archived, or ended for good."""
    workflow_run_id: str | None = None
    advises: str | None = None
    """The call of the primary thread that an advisor answers."""

    @property
    def counts(self) -> bool:
        """Tell whether it takes one of the places that a session has for threads.

        Source: documented, managed-agents page session-threads.
        """
        return not (self.is_over or self.advises or self.workflow_run_id)


class Stage(StrEnum):
    """How far an outcome is."""

    WORKING = "working"
    EVALUATING = "evaluating"


@dataclass(frozen=True)
class Outcome:
    """What the session works towards until an evaluation ends it."""

    id: str
    description: str
    rubric: str
    max_iterations: int
    iteration: int = 0
    """From 0: how many evaluations there were."""

    stage: Stage = Stage.WORKING
    start_id: str = ""
    """The `span.outcome_evaluation_start` of the evaluation under way."""

    started_at: str = ""
    """When that began."""

    outlives: frozenset[str] = frozenset()
    """The interrupts that were sent before it and waited still: it is not what they are to stop."""


@dataclass(frozen=True)
class SessionState:
    """The folded log of a session."""

    threads: Mapping[str | None, Thread] = field(default_factory=lambda: MappingProxyType({None: Thread()}))
    """By id, in the order of creation; None is the primary one."""

    phase: Phase = Phase.IDLE
    stop: Json = field(default_factory=lambda: END_TURN)
    """Why the session rests; meaningless while it runs."""

    outcome: Outcome | None = None
    """The one under way."""

    evaluations: tuple[Json, ...] = ()
    """Every outcome there was. Source: SDK 2.11.0 `types/beta/beta_managed_agents_outcome_evaluation_resource.py`."""

    graded: Usage = field(default_factory=Usage)
    """What evaluations took."""

    graded_cents: float = 0
    """The same at list prices."""

    active_seconds: float = 0
    """How long any thread ran; where several did, once."""

    running_since: str | None = None
    runs: Mapping[str, Run] = field(default_factory=lambda: MappingProxyType({}))
    """The workflow runs that are open, by id."""

    attempts: Mapping[str, Attempt] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    """How far their programs are that run now, by the same ids. The log does not tell: who folds it runs them again."""

    last_at: str = ""
    """The moment of the newest entry: later ones are never earlier, whatever the clock does."""

    @property
    def seconds(self) -> float:
        """Return how long the session has run up to its newest entry."""
        return self.active_seconds + (between(self.running_since, self.last_at) if self.running_since else 0.0)

    @property
    def primary(self) -> State:
        """Return the state of the primary thread."""
        return self.threads[None].state

    @property
    def rests_for(self) -> str | None:
        """Return why the session rests; None while it does not."""
        if self.phase is not Phase.IDLE:
            return None
        stop: str = self.stop["type"]
        return stop

    @property
    def has_plans_at_work(self) -> bool:
        """Tell whether a workflow run goes on, whatever the threads do."""
        return bool(self.runs) and any(each.pause is None for each in self.runs.values())

    @property
    def waits_for(self) -> list[tuple[str | None, Call]]:
        """Return the calls that only the client can bring further, each with its thread."""
        return [(thread_id, call) for thread_id, each in self.threads.items() for call in each.state.waits_for]

    def with_thread(self, thread_id: str | None, thread: Thread) -> "SessionState":
        """Return the session with a thread as it is now."""
        return altered(self, threads=MappingProxyType({**self.threads, thread_id: thread}))
