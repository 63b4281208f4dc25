"""Sessions of the Managed Agents API: ours, hosted ones, and files that hold what their event lists answered.

Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_session_event.py` and the events it names.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentops.base.canonical import digest
from agentops.dreaming.origins import DEFAULT, Origins
from agentops.dreaming.readers.reading import Read, distinct, fields, identifier, items, moment, spoken, values, word
from agentops.dreaming.readers.telling import Place, Telling, text_of
from agentops.memory.evidence import Origin
from agentops.memory.transcripts import Transcript

SOURCE = "managed-agents"

SATISFIED = "satisfied"
_JUDGED = frozenset({SATISFIED, "needs_revision", "max_iterations_reached", "failed"})
"""Verdicts on the work; an evaluation that was interrupted, or is not over, says nothing about it."""

_SILENT = ("session.", "span.", "agent.thinking", "agent.thread_context_compacted", "workflow_run.", "user.interrupt")
"""Families of events that tell how a session ran and not what was said in it."""

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Session:
    """What the API answers about one session."""

    body: Body
    events: Sequence[Body]
    """Oldest first."""

    threads: Mapping[str, Sequence[Body]] = field(default_factory=dict)
    """The events of the threads beside the primary one, by the thread's id."""


def read(text: str, *, name: str = "", origins: Origins = DEFAULT) -> Read:
    """Return the sessions of a file: a list of events, or `{"session", "events", "threads"}`, one or one a line."""
    skipped = Counter[str]()
    sessions: list[Session] = []
    loose: list[Body] = []
    for each in values(text, skipped):
        found = _kept(each)
        if found is not None:
            sessions.append(found)
        elif word(fields(each).get("type")):
            loose.append(each)
        else:
            skipped["a value that is neither an event nor a session"] += 1
    if loose:
        sessions.append(Session({"id": _first_id(loose) or name or digest(loose)[:12]}, loose))
    return told(sessions, origins=origins, skipped=skipped)


def told(sessions: Iterable[Session], *, origins: Origins = DEFAULT, skipped: Mapping[str, int] | None = None) -> Read:
    """Return sessions as transcripts."""
    counted = Counter[str](skipped or {})
    return Read(distinct([_transcript(each, origins, counted) for each in sessions], counted), counted)


def _kept(value: Any) -> Session | None:
    if isinstance(value, list):
        events = [each for each in value if word(fields(each).get("type"))]
        return Session({"id": _first_id(events) or digest(events)[:12]}, events) if events else None
    body = fields(value)
    events = items(body.get("events")) or items(body.get("data"))
    if not events:
        return None
    threads = {str(key): items(each) for key, each in fields(body.get("threads")).items()}
    session = fields(body.get("session")) or {key: each for key, each in body.items() if key not in ("events", "data")}
    return Session(session if session.get("id") else {**session, "id": digest(events)[:12]}, events, threads)


def _first_id(events: Sequence[Body]) -> str:
    """Return a name for events of a session that nobody named: the first of them has an id that no other has."""
    found = next((word(fields(each).get("id")) for each in events), "")
    return found and f"session-of-{found}"


def _transcript(session: Session, origins: Origins, skipped: Counter[str]) -> Transcript:
    telling = Telling(origins)
    elsewhere = {word(each.get("id")) for events in session.threads.values() for each in map(fields, events)}
    events = [fields(each) for each in session.events]
    # What a thread asks of the client stands in the primary thread's list once more.
    for each in (each for each in events if not elsewhere or word(each.get("id")) not in elsewhere):
        _tell(telling, each, "", session.threads, skipped)
    for thread, more in session.threads.items():
        for each in map(fields, more):
            _tell(telling, each, thread, {"": events, **session.threads}, skipped)
    metadata = fields(session.body.get("metadata"))
    return Transcript(
        session=identifier(word(session.body.get("id"))),
        source=SOURCE,
        events=tuple(telling.events),
        agent=word(fields(session.body.get("agent")).get("name")) or word(session.body.get("agent")),
        task=word(metadata.get("task")) or word(session.body.get("title")),
        principal=word(metadata.get("principal")) or word(metadata.get("user")),
        outcome=outcome(session),
    )


def outcome(session: Session) -> float | None:
    """Return the share of a session's outcomes that were reached, or None where nothing was judged."""
    verdicts: dict[str, str] = {}
    for each in map(fields, items(session.body.get("outcome_evaluations"))):
        verdicts[word(each.get("outcome_id"))] = word(each.get("result"))
    for each in map(fields, session.events):
        if each.get("type") == "span.outcome_evaluation_end" and word(each.get("result")) in _JUDGED:
            verdicts[word(each.get("outcome_id"))] = word(each.get("result"))
    judged = [each == SATISFIED for each in verdicts.values() if each in _JUDGED]
    return sum(judged) / len(judged) if judged else None


def _tell(telling: Telling, body: Body, thread: str, others: Mapping[str, Any], skipped: Counter[str]) -> None:
    kind = word(body.get("type"))
    place = Place(
        identifier(word(body.get("id"))) or f"evt_{len(telling.events):03d}",
        moment(body.get("processed_at")),
        thread or word(body.get("session_thread_id")),
    )
    if kind == "agent.thread_message_received" and _is_told_by_its_sender(body, others):
        return
    teller = _TELLERS.get(kind)
    if teller is not None:
        teller(telling, place, body)
    elif not kind.startswith(_SILENT):
        skipped[f"an event of type {kind[:60] or '(none)'}"] += 1


def _is_told_by_its_sender(body: Body, others: Mapping[str, Any]) -> bool:
    """Tell whether the thread that sent a message is read too: then it is told there."""
    sender = word(body.get("from_session_thread_id"))
    return sender in others or "" in others


def _by_user(telling: Telling, place: Place, body: Body) -> None:
    telling.say(place, text_of(body.get("content")), Origin.USER)


def _by_agent(telling: Telling, place: Place, body: Body) -> None:
    telling.say(place, text_of(body.get("content")), Origin.AGENT)


def _sent(telling: Telling, place: Place, body: Body) -> None:
    """Tell what one thread tells another, unless it said just that: a thread's last words are its report too."""
    text = text_of(body.get("content"))
    said = next((each.text for each in reversed(telling.events) if each.thread == place.thread), "")
    if said != spoken(text).strip():
        telling.say(place, text, Origin.AGENT)


def _given(telling: Telling, place: Place, body: Body) -> None:
    telling.say(place, text_of(body.get("content")), Origin.RECALLED)


def _called(telling: Telling, place: Place, body: Body) -> None:
    server, tool = word(body.get("mcp_server_name")), word(body.get("name"))
    telling.call(place, f"mcp__{server}__{tool}" if server else tool, body.get("input"), word(body.get("id")))


def _answered(telling: Telling, place: Place, body: Body) -> None:
    call = next(filter(None, (word(body.get(key)) for key in _CALLS)), "")
    failed = body.get("is_error")
    telling.result(place, call, text_of(body.get("content")), is_error=failed if isinstance(failed, bool) else None)


def _confirmed(telling: Telling, place: Place, body: Body) -> None:
    if body.get("result") == "deny":
        call = word(body.get("tool_use_id"))
        words = spoken(body.get("deny_message")) or "denied"
        telling.say(place, words, Origin.USER, tool=telling.tool_of(call), call=call)


def _asked(telling: Telling, place: Place, body: Body) -> None:
    telling.say(place, body.get("description"), Origin.USER)


def _judged(telling: Telling, place: Place, body: Body) -> None:
    result = word(body.get("result"))
    if result in _JUDGED:
        telling.judge(place, f"{result}: {spoken(body.get('explanation'))}", is_error=result != SATISFIED)


def _failed(telling: Telling, place: Place, body: Body) -> None:
    error = fields(body.get("error"))
    telling.judge(place, f"{word(error.get('type')) or 'error'}: {spoken(error.get('message'))}", is_error=True)


_CALLS = ("tool_use_id", "mcp_tool_use_id", "custom_tool_use_id")

_TELLERS: Mapping[str, Callable[[Telling, Place, Body], None]] = {
    "user.message": _by_user,
    "user.define_outcome": _asked,
    "user.tool_confirmation": _confirmed,
    "user.tool_result": _answered,
    "user.custom_tool_result": _answered,
    "system.message": _given,
    "agent.message": _by_agent,
    "agent.thread_message_sent": _sent,
    "agent.thread_message_received": _sent,
    "agent.tool_use": _called,
    "agent.mcp_tool_use": _called,
    "agent.custom_tool_use": _called,
    "agent.tool_result": _answered,
    "agent.mcp_tool_result": _answered,
    "span.outcome_evaluation_end": _judged,
    "session.error": _failed,
}
