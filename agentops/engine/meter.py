"""Where what happens is counted: the port that the hot paths see, and nothing of whoever counts.

Labels are chosen by whoever counts, from closed sets: what is handed over here may be anything a stranger wrote.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

from agentops.engine.core.conversation import Usage
from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json
from agentops.engine.store.port import Gain

ToolOutcome = Literal["ok", "error", "unavailable", "cancelled"]
SandboxOutcome = Literal["ok", "failed", "cancelled"]
FiringOutcome = Literal["on_time", "late", "failed"]


class Meter(Protocol):
    """Is told once of each thing, when it is over. Every method returns at once and raises nothing."""

    def answering(self) -> None:
        """Count a request that came in."""

    def answered(self, route: str | None, method: str, status: int, seconds: float) -> None:
        """Count a request that is over; None for one that came to no route. The time is that until its answer began."""

    def asked(self, model: Json, outcome: str, seconds: float, usage: Usage | None) -> None:
        """Count a request to a model: `ok`, `cancelled`, or the type of the error; what it took, where it answered."""

    def ran(self, tool: str, server: str | None, outcome: ToolOutcome, seconds: float) -> None:
        """Count a tool call that ended here; `server` names the MCP server, None for what is built in."""

    def committed(self, entries: Sequence[Entry]) -> None:
        """Count what a running session's log has got, once it is on disk."""

    def gained(self, gains: Sequence[Gain]) -> None:
        """Count what clients sent into logs with effect at once; what waits is committed by the session that runs."""

    def sandbox_started(self, outcome: SandboxOutcome, seconds: float) -> None:
        """Count a sandbox that was to be started."""

    def sandbox_ended(self, *, is_failure: bool) -> None:
        """Count a sandbox that was stopped, or died."""

    def transacted(self, kind: str, seconds: float, error: str | None) -> None:
        """Count a transaction: `read`, `glance`, `write` or `append`, and how the database failed, if it did."""

    def delivered(self, outcome: str, seconds: float) -> None:
        """Count an attempt to deliver a webhook message: `delivered`, or why not."""

    def fired(self, outcome: FiringOutcome, late_s: float) -> None:
        """Count a scheduled run, so long after the moment that was chosen for it."""
