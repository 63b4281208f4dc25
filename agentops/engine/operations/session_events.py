"""The log of a session: read, watched, and written to by clients."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agentops.base.errors import InvalidRequest
from agentops.engine.core import sending, threads
from agentops.engine.core import session_events as core
from agentops.engine.core.happenings import Happening
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.refusals import invalid, refused
from agentops.engine.core.sending import Situation
from agentops.engine.core.session_events import Event
from agentops.engine.core.sessions import IDLE, TERMINATED, Session, consumed_cents
from agentops.engine.operations import files, sessions, work
from agentops.engine.operations.call import Call, Listed
from agentops.engine.operations.happenings import record
from agentops.engine.store.session_events import WAITING, EventWindow, SessionEvents
from agentops.engine.store.session_log import Row, SessionLog
from agentops.engine.store.session_threads import SessionThreads
from agentops.engine.store.sessions import Sessions

_WAITING_MAX = 1_000
"""How many events may wait in one session; the API states no limit."""

_ANSWERS_MAX = 256
"""How many answers are looked at: one reply has half as many calls at most."""

_FRAMES_MAX = 100
"""How many events a watcher reads at once: what a slow one holds in memory."""


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as a stream shows it."""

    type: str
    json: str
    event_id: str = ""
    seq: int = 0
    """Where the event stood when it was to be seen so."""

    @property
    def line(self) -> bytes:
        """Return it as it travels. Source: SDK 2.11.0 `_streaming.py`: a frame is named as the event's type."""
        return f"event: {self.type}\ndata: {self.json}\n\n".encode()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a log as it was to be seen."""

    events: tuple[Event, ...]
    """Of all threads, each where it stood; what waited appears twice, as documented."""

    seq: int
    """The position up to which it goes."""

    is_there: bool = True
    """Whether the session still exists."""

    is_full: bool = False
    """Whether there may be more already."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a watcher has not seen yet."""

    frames: tuple[Frame, ...]
    seq: int
    """The position up to which it has now."""

    is_there: bool
    """Whether the session still exists."""

    is_full: bool = False
    """Whether there may be more already."""

    is_over: bool = False
    """Whether nothing will come any more."""

    lines: bytes = b""
    """The frames as they travel."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Where somebody begins to watch."""

    seq: int
    """The last position of the log."""

    is_over: bool
    """Whether nothing will come: the session has ended, or the thread that is watched."""


def page(call: Call, session_id: str, window: EventWindow) -> Listed:
    """Return part of what happened in a session; what waits stands behind everything else.

    Raises:
        NotFound: there is no such session.
    """
    sessions.existing(call, session_id)
    found = SessionEvents(call.tx, call.workspace, session_id).page(window)
    shown = found[: window.limit]
    places = [(each.processed_at or WAITING, each.seq) for each in shown]
    return Listed([core.answered(each, window.thread_id) for each in shown], places, len(found) > len(shown))


def send(call: Call, session_id: str, events: Sequence[Json]) -> list[str]:
    """Put events in the log, where whoever runs the session finds them, and return them.

    Raises:
        NotFound: there is no such session.
        InvalidRequest: it is archived, or cannot take one of the events now.
    """
    session = sessions.writable(call, session_id)
    if session.dream_id is not None:
        raise InvalidRequest(f"Session {session_id} runs {session.dream_id}, which hears nobody: cancel it to stop it.")
    log = SessionLog(call.tx, call.workspace, session_id)
    situation = _situation(call, session, log, events)
    if found := tuple(sending.problems(events, situation)):
        raise invalid(found)
    _refuse_lost(call, events)
    received = [sending.received(each, situation, call.ids, call.at) for each in events]
    # Documented: at the cap an interrupt finds nothing to stop, and is not recorded.
    kept = [each for each in received if not (situation.is_capped and each.type == sending.INTERRUPT)]
    waiting = log.waiting()
    if waiting + len(kept) > _WAITING_MAX:
        raise refused(
            ("events",), f"cannot be taken, {_WAITING_MAX} events wait already: wait until some are processed"
        )
    if kept:
        if session.status == IDLE and not waiting and sending.brings_work(events, situation):
            _say_pending(call, session_id)
        SessionEvents(call.tx, call.workspace, session_id).append(kept)
        _stir(call, session, kept)
    return [core.answered(each) for each in received]


def _say_pending(call: Call, session_id: str) -> None:
    """Tell that the session has something to do, unless it was given an outcome already: such do not wait."""
    newest = EventWindow((WAITING, sys.maxsize), 1, is_descending=True, types=(core.OUTCOME, core.RESTS))
    found = SessionEvents(call.tx, call.workspace, session_id).page(newest)
    if not found or found[0].type != core.OUTCOME:
        record(call, Happening("session.pending", session_id))


def _situation(call: Call, session: Session, log: SessionLog, events: Sequence[Json]) -> Situation:
    progress, budget = parsed(session.progress), parsed(session.fields)["budget"]
    is_spent = budget is not None and int(budget["max_list_cost"]["amount"]) <= consumed_cents(progress)
    origins = log.origins([call_id for each in events if (call_id := sending.answered_call(each)) is not None])
    is_outcome = any(each["type"] == core.OUTCOME for each in events)
    return Situation(
        session.id,
        threads.primary_id(session.id),
        _waits_for(call, session, progress),
        progress.get("stop"),
        # A budget that was raised is not used up, though nobody has gone on yet.
        is_capped=is_spent and progress.get("stop") == "budget_reached",
        is_self_hosted=parsed(session.config)["type"] == "self_hosted",
        model_id=parsed(session.agent)["model"]["id"],
        waits_in=progress.get("waits_in") or {},
        origins=origins,
        open_threads=_open_threads(call, session.id, sending.addressed(events, origins)),
        outcome_id=_open_outcome(call, session, progress) if is_outcome else None,
    )


def _waits_for(call: Call, session: Session, progress: Json) -> Mapping[str, str]:
    waits_for = progress.get("waits_for") or {}
    if not waits_for:
        return {}
    newest = EventWindow((WAITING, sys.maxsize), _ANSWERS_MAX, is_descending=True, types=sending.ANSWERS)
    late = SessionEvents(call.tx, call.workspace, session.id).page(newest)
    return sending.unanswered(waits_for, progress.get("waits_in") or {}, late, threads.primary_id(session.id))


def _open_threads(call: Call, session_id: str, named: Iterable[str]) -> frozenset[str]:
    children = SessionThreads(call.tx, call.workspace, session_id)
    found = [children.get(each) for each in named]
    return frozenset(each.id for each in found if each is not None and not each.is_closed)


def _open_outcome(call: Call, session: Session, progress: Json) -> str | None:
    """Return the outcome that is worked on; nobody may have come to the newest one yet."""
    newest = EventWindow((WAITING, sys.maxsize), 1, is_descending=True, types=(core.OUTCOME,))
    found = SessionEvents(call.tx, call.workspace, session.id).page(newest)
    if not found:
        return None
    outcome_id: str = parsed(found[0].body)["outcome_id"]
    ended = {each["outcome_id"] for each in progress["outcome_evaluations"] if each["completed_at"] is not None}
    return None if outcome_id in ended else outcome_id


def opening(call: Call, session_id: str, thread_id: str | None = None) -> Opening:
    """Return where to begin to watch a session, or one of the threads beside its primary one.

    Raises:
        NotFound: there is no such session.
    """
    session = sessions.existing(call, session_id)
    child = SessionThreads(call.tx, call.workspace, session_id).get(thread_id) if thread_id else None
    is_over = session.status == TERMINATED or (child is not None and child.is_closed)
    return Opening(SessionLog(call.tx, call.workspace, session_id).end(), is_over)


def look(call: Call, session_id: str, seq: int) -> Stretch:
    """Return what came or took effect behind a position, in order: when it was received, and when it took effect."""
    rows = SessionLog(call.tx, call.workspace, session_id).after(seq, _FRAMES_MAX)
    events = tuple(sorted(_events(rows, seq), key=lambda each: each.seq))
    is_there = bool(rows) or Sessions(call.tx, call.workspace).get(session_id) is not None
    return Stretch(events, rows[-1].event.seq if rows else seq, is_there, len(rows) == _FRAMES_MAX)


def _events(rows: Sequence[Row], seq: int) -> Iterator[Event]:
    for row in rows:
        if row.received_seq is not None and row.received_seq > seq:
            yield replace(row.event, processed_at=None, seq=row.received_seq)
        yield row.event


def glimpse(call: Call, session_id: str, seq: int, thread_id: str | None = None) -> Glimpse:
    """Return what came or took effect behind a position, as the feed of a thread or the session's shows it."""
    return shown(look(call, session_id, seq), thread_id)


def shown(stretch: Stretch, thread_id: str | None) -> Glimpse:
    """Return a part of a log as the feed of a thread or the session's shows it."""
    frames = tuple(
        Frame(each.type, core.answered(each, thread_id), each.id, each.seq)
        for each in stretch.events
        if core.is_shown(each, thread_id)
    )
    is_over = any(core.is_last(each, thread_id) for each in stretch.events)
    lines = b"".join([each.line for each in frames])
    return Glimpse(frames, stretch.seq, stretch.is_there, stretch.is_full, is_over, lines)


def _refuse_lost(call: Call, events: Sequence[Json]) -> None:
    """Refuse what names something that is not there."""
    for path, file_id in core.file_ids(events):
        if files.readable(call, file_id) is None:
            message = "must be a file that exists and has not expired"
            raise refused(("events", *path), message)


def _stir(call: Call, session: Session, events: Sequence[Event]) -> None:
    Sessions(call.tx, call.workspace).stir(session.id, is_stirred=True)
    sessions.tell(call, session.id)
    is_self_hosted = parsed(session.config)["type"] == "self_hosted"
    if is_self_hosted and any(each.type in ("user.message", "user.interrupt") for each in events):
        work.enqueue(call, session.environment_id, session.id)
