"""A session as a dream reads it, wherever it comes from: events with an id, an actor, an origin and a text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from agentops.memory.evidence import Evidence, Origin


class Sort(StrEnum):
    """What an event is."""

    MESSAGE = "message"
    CALL = "call"
    RESULT = "result"
    OUTCOME = "outcome"
    """What a grader or an environment said about the work."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing said or done."""

    id: str
    sort: Sort
    origin: Origin
    text: str
    """What was said; a call's arguments as canonical JSON; a result's text."""

    at: datetime | None = None
    tool: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    call: str = ""
    """The id of the call that this one makes or answers."""

    is_error: bool = False
    thread: str = ""
    """The specialist's thread; empty for the session's own."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """One session."""

    session: str
    source: str
    """Which reader read it: `managed-agents`, `openai-chat`, `claude-code`, `swe-agent`."""

    events: tuple[Event, ...]
    agent: str = ""
    task: str = ""
    """What makes runs of one task comparable; empty where nobody knows."""

    principal: str = ""
    """Who asked for it."""

    outcome: float | None = None
    """How well it went, 0 to 1; None where nobody judged."""

    def evidence(self, event: Event) -> Evidence:
        """Return how a note cites the event."""
        return Evidence(self.session, event.id)
