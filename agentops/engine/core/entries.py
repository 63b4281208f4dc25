"""The lines of a session's log as whatever runs the session sees them."""

from dataclasses import dataclass

from agentops.engine.core.json import Json


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log as the machine sees it."""

    id: str
    type: str
    at: str | None
    """When it took effect; None for what waits."""

    body: Json
    """The event's own fields."""

    kept: str | None = None
    """What the engine keeps of it beside what the API shows.

    Of `span.model_request_start` the messages that were sent along, of `span.model_request_end` the one that came back,
    of `agent.thread_context_compacted` the messages that are left and what the summary took, of a tool call the model's
    id of it, of `user.message` and of results the content with the files in it read, where there are any. JSON, all of
    them but the id.
    """

    thread_id: str | None = None
    """The thread that it is of; None for the primary one and for the session."""

    is_crossposted: bool = False
    """Whether it is of another thread, and the session shows it too."""
