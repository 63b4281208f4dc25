"""The events of a session as they lie in its log, and as the API shows them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentops.base.ids import IdSource
from agentops.engine.core.evaluations import pending
from agentops.engine.core.json import Json, written

OUTCOME = "user.define_outcome"

RESTS = "session.status_idle"

_ROUTED = (
    "agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use",
    "user.tool_confirmation", "user.custom_tool_result", "user.tool_result",
)  # fmt: skip
"""What tells on the session's feed of which thread it is. Source: `session_thread_id` of their types, SDK 2.11.0."""

_ITERATIONS = 3
"""How often an outcome is graded when nobody says. Source: SDK 2.11.0 `…user_define_outcome_event_params.py`."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log."""

    id: str
    type: str
    processed_at: str | None
    """When it took effect; None while it waits."""

    body: str
    """The answer's JSON without `processed_at`."""

    seq: int = 0
    """Its place in the log of the session, from 1."""

    thread_id: str | None = None
    """The thread that it is of; None for the primary one and for the session."""

    is_crossposted: bool = False
    """Whether it is of another thread, and the session shows it too."""


def received(sent: Json, ids: IdSource, at: str) -> tuple[Event, Json | None]:
    """Return the event that a person sent as it is logged, and the evaluation that an outcome starts with.

    Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_user_{message,define_outcome}_event.py`.
    """
    event_id = ids.new("sevt")
    said = {"type": sent["type"], "id": event_id}
    if sent["type"] != OUTCOME:
        return Event(event_id, sent["type"], None, written({**said, "content": sent["content"]})), None
    outcome_id = ids.new("outc")
    wanted = {
        "outcome_id": outcome_id,
        "description": sent["description"],
        "rubric": sent["rubric"],
        "max_iterations": sent.get("max_iterations") or _ITERATIONS,
    }
    # Documented: an outcome counts as processed when it is accepted, messages when the agent comes to them.
    return Event(event_id, sent["type"], at, written({**said, **wanted})), pending(wanted)


def emitted(event_type: str, ids: IdSource, at: str, **more: object) -> Event:
    """Return an event that the engine itself puts in the log."""
    event_id = ids.new("sevt")
    return Event(event_id, event_type, at, written({"type": event_type, "id": event_id, **more}))


def is_shown(event: Event, thread_id: str | None) -> bool:
    """Tell whether a feed shows the event: a thread's its own, the session's the primary thread's and cross-posts."""
    return event.thread_id == thread_id or (thread_id is None and event.is_crossposted)


def is_last(event: Event, thread_id: str | None) -> bool:
    """Tell whether nothing comes behind the event on the feed: the session has ended, or the thread."""
    if event.type == "session.status_terminated":
        return True
    return thread_id is not None and event.thread_id == thread_id and event.type == "session.thread_status_terminated"


def answered(event: Event, thread_id: str | None = None) -> str:
    """Return the API's object as the feed of a thread shows it, or the session's feed.

    Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_session_event.py`.
    """
    is_from_afar = thread_id is None and event.thread_id is not None and event.type in _ROUTED
    whence = f',"session_thread_id":{written(event.thread_id)}' if is_from_afar else ""
    return f'{event.body[:-1]}{whence},"processed_at":{written(event.processed_at)}}}'


def file_ids(events: Sequence[Json]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield every file that events name, each with its path in the list."""
    for index, event in enumerate(events):
        if event["type"] == OUTCOME:
            if event["rubric"]["type"] == "file":
                yield (index, "rubric", "file_id"), event["rubric"]["file_id"]
            continue
        for number, block in enumerate(event.get("content") or ()):
            source = block.get("source") or {}
            if source.get("type") == "file":
                yield (index, "content", number, "source", "file_id"), source["file_id"]
