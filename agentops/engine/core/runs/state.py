"""What a running session is at a moment: everything that decides what comes next, and nothing that the log lacks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from agentops.engine.core.conversation import Conversation, Usage
from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json

END_TURN: Json = {"type": "end_turn"}
BUDGET_REACHED: Json = {"type": "budget_reached"}

ADVICE = "advice"
"""The type of a call of the advisor: it shows as a thread, and neither as a call nor as a result."""


class Phase(StrEnum):
    """Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_session_thread_status.py`."""

    IDLE = "idle"
    RUNNING = "running"
    RESCHEDULING = "rescheduling"
    TERMINATED = "terminated"


class Standing(StrEnum):
    """How far a tool call is."""

    ASKED = "asked"
    """A person has to agree."""

    AWAITED = "awaited"
    """The client carries it out and sends the result."""

    ALLOWED = "allowed"
    """Agreed to, and held until every other answer is there."""

    REJECTED = "rejected"
    """Refused by a person, and held likewise."""

    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call of the last reply."""

    id: str
    """The id of its event."""

    tool_use_id: str
    """The model's own id of it."""

    name: str
    input: Json
    standing: Standing
    type: str = "agent.tool_use"
    mcp_server_name: str | None = None
    content: tuple[Json, ...] = ()
    """What the model is told, once it is done; before that, what a person said who refused it."""

    is_error: bool = False

    @property
    def awaits(self) -> str | None:
        """Return the type of the event by which the client brings the call further; None when nothing of it is due."""
        if self.standing is Standing.ASKED:
            return "user.tool_confirmation"
        if self.standing is Standing.AWAITED:
            return "user.custom_tool_result" if self.type == "agent.custom_tool_use" else "user.tool_result"
        return None


@dataclass(frozen=True)
class State:
    """One thread of a session: the folded log."""

    phase: Phase = Phase.IDLE
    stop: Json = field(default_factory=lambda: END_TURN)
    """Why it rests; meaningless while it runs."""

    stop_details: Json | None = None
    """What more is known of that."""

    conversation: Conversation = field(default_factory=Conversation)
    """What the model is sent, oldest first."""

    pending: tuple[Json, ...] = ()
    """Blocks that the next message to the model holds, after the results of its calls."""

    instructions: tuple[Json, ...] = ()
    """Texts of `system.message` that the model has not been sent yet."""

    calls: Mapping[str, Call] = field(default_factory=lambda: MappingProxyType({}))
    """The tool calls of the last reply by event id, in the model's order, until their results are sent."""

    queue: tuple[Entry, ...] = ()
    """What was sent and waits, in order."""

    request_id: str | None = None
    """The `span.model_request_start` of the request in flight."""

    requests: int = 0
    """How many requests this turn took."""

    attempts: int = 0
    """How often in a row a request failed and was put off."""

    compactions: int = 0
    """How often in a row the context was compacted without anything new being said."""

    context_tokens: int = 0
    """How long the conversation was at the last reply."""

    usage: Usage = field(default_factory=Usage)
    web_searches: int = 0
    active_seconds: float = 0
    running_since: str | None = None
    started_once: bool = False
    """Whether it ever ran."""

    is_called: bool = False
    """Whether something came that a turn is taken for: a verdict, or word from another thread."""

    task: Json | None = None
    """The outcome that it is to work towards, until the model has been sent it.

    An outcome takes effect when it is received, which may be in the middle of a step that knew nothing of it.
    """

    said: tuple[Json, ...] = ()
    """What the last message of the turn held."""

    @property
    def open_calls(self) -> list[Call]:
        """Return the calls without a result."""
        return [each for each in self.calls.values() if each.standing is not Standing.DONE]

    @property
    def waits_for(self) -> list[Call]:
        """Return the calls that only the client can bring further."""
        return [each for each in self.calls.values() if each.awaits is not None]

    @property
    def is_summing_up(self) -> bool:
        """Tell whether the conversation is being made shorter: it runs, and neither a request nor a call is open."""
        return self.phase is Phase.RUNNING and self.request_id is None and not self.open_calls

    @property
    def is_active(self) -> bool:
        """Tell whether it runs, or is about to again."""
        return self.phase in (Phase.RUNNING, Phase.RESCHEDULING)

    @property
    def is_unfinished(self) -> bool:
        """Tell whether its turn has not come to its end: it may be held up, by the client or by the budget."""
        is_held_up = self.phase is Phase.IDLE and self.stop["type"] in ("requires_action", "budget_reached")
        return self.is_active or self.is_called or is_held_up


def between(since: str, until: str | None) -> float:
    """Return the seconds from one moment to another; none where there is no second one."""
    if until is None:
        return 0.0
    return max(0.0, (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds())
