"""Who keeps spans, as those who make them see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from agentops.engine.tracing.conventions import Attributes


@dataclass(frozen=True, slots=True)
class Turn:
    """One stretch of work of a session, from `session.status_running` to its rest.

    Its spans find together by this alone, whichever process makes them: ids are counted out of it, not drawn.
    """

    session_id: str
    event_id: str
    """Of the event that it began with."""

    began_at: datetime


class Span(Protocol):
    """Something under way."""

    def end(self, attributes: Attributes, error: str | None = None) -> None:
        """End it, with what is known by now; `error` names the kind of failure."""


class Tracer(Protocol):
    """Keeps spans. Every method returns at once and raises nothing."""

    with_content: bool
    """Whether spans may hold what was said."""

    def begin(self, kind: Literal["client", "internal"], name: str, attributes: Attributes, turn: Turn | None) -> Span:
        """Begin a span within a turn; without one it stands alone."""

    def tell(self, turn: Turn, name: str, attributes: Attributes, ended_at: datetime) -> None:
        """Keep the span of a whole turn, now that it is over."""
