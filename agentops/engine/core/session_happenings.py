"""What webhooks tell of a session, read off its log: what stands there happened, and nothing else did.

Source: documented, platform.claude.com/docs/en/managed-agents/webhooks, "Supported event types". The table leaves out
`session.created`, `pending`, `running`, `idled`, `requires_action` and `archived`, which the SDK has: they name the
state that a session is in from there on, one at a time, while `session.status_idled` stands for every kind of rest.
"""

from collections.abc import Iterable, Iterator

from agentops.engine.core.entries import Entry
from agentops.engine.core.happenings import Happening
from agentops.engine.core.json import Json
from agentops.engine.core.threads import primary_id

_TELLING = ("session.", "span.outcome_evaluation_end")
"""How the types begin of which something is told: most lines of a log are steps, of which nothing is."""


def told(session_id: str, entries: Iterable[Entry], *, is_budget_told: bool) -> tuple[Happening, ...]:
    """Return what new lines of a log tell; that a budget is used up is told once of each budget, as documented."""
    telling = [each for each in entries if each.type.startswith(_TELLING)]
    found = [happening for each in telling for happening in of(session_id, each.type, each.body)]
    if not is_budget_told and any(_is_capped(each.type, each.body) for each in telling):
        found.append(Happening("session.budget_reached", session_id))
    return tuple(found)


def of(session_id: str, event_type: str, body: Json) -> Iterator[Happening]:
    """Yield what one line tells, whether or not it is about the budget."""
    match event_type:
        case "session.status_running":
            yield Happening("session.status_run_started", session_id)
            yield Happening("session.running", session_id)
        case "session.status_idle":
            waits = body["stop_reason"]["type"] == "requires_action"
            yield Happening("session.status_idled", session_id)
            yield Happening("session.requires_action" if waits else "session.idled", session_id)
        case "session.status_rescheduled":
            yield Happening("session.status_rescheduled", session_id)
        case "session.status_terminated":
            yield Happening("session.status_terminated", session_id)
        case "span.outcome_evaluation_end":
            yield Happening("session.outcome_evaluation_ended", session_id)
        case _:
            yield from _of_thread(session_id, event_type, body)


def _of_thread(session_id: str, event_type: str, body: Json) -> Iterator[Happening]:
    """Yield what happened to a thread. Documented: of the primary one nothing is told, the session tells it all."""
    thread_id = body.get("session_thread_id")
    if thread_id is None or thread_id == primary_id(session_id):
        return
    match event_type:
        case "session.thread_created":
            yield Happening("session.thread_created", session_id, thread_id)
        case "session.thread_status_idle":
            yield Happening("session.thread_idled", session_id, thread_id)
        case "session.thread_status_terminated":
            yield Happening("session.thread_terminated", session_id, thread_id)


def _is_capped(event_type: str, body: Json) -> bool:
    return event_type == "session.status_idle" and body["stop_reason"]["type"] == "budget_reached"
