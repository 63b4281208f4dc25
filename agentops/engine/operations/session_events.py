"""The log of a session: read, watched, and written to by clients."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentops.engine.core import sending, threads
from agentops.engine.core import session_events as core
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.refusals import invalid, refused
from agentops.engine.core.sending import Situation
from agentops.engine.core.session_events import Event
from agentops.engine.core.sessions import Session, consumed_cents
from agentops.engine.operations import files, sessions, work
from agentops.engine.operations.call import Call, Listed
from agentops.engine.store.session_events import WAITING, EventWindow, SessionEvents
from agentops.engine.store.session_log import Row, SessionLog
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

    @property
    def is_over(self) -> bool:
        """Tell whether nothing will come any more."""
        return any(each.type == "session.status_terminated" for each in self.frames)


def page(call: Call, session_id: str, window: EventWindow) -> Listed:
    """Return part of what happened in a session; what waits stands behind everything else.

    Raises:
        NotFound: there is no such session.
    """
    sessions.existing(call, session_id)
    found = SessionEvents(call.tx, call.workspace, session_id).page(window)
    shown = found[: window.limit]
    places = [(each.processed_at or WAITING, each.seq) for each in shown]
    return Listed([core.answered(each) for each in shown], places, len(found) > len(shown))


def send(call: Call, session_id: str, events: Sequence[Json]) -> list[str]:
    """Put events in the log, where whoever runs the session finds them, and return them.

    Raises:
        NotFound: there is no such session.
        InvalidRequest: it is archived, or cannot take one of the events now.
    """
    session = sessions.writable(call, session_id)
    situation = _situation(call, session)
    if found := tuple(sending.problems(events, situation)):
        raise invalid(found)
    log = SessionLog(call.tx, call.workspace, session_id)
    _refuse_lost(call, log, events)
    received = [sending.received(each, call.ids, call.at) for each in events]
    # Documented: at the cap an interrupt finds nothing to stop, and is not recorded.
    kept = [each for each in received if not (situation.is_capped and each.type == sending.INTERRUPT)]
    if log.waiting() + len(kept) > _WAITING_MAX:
        raise refused(
            ("events",), f"cannot be taken, {_WAITING_MAX} events wait already: wait until some are processed"
        )
    if kept:
        SessionEvents(call.tx, call.workspace, session_id).append(kept)
        _stir(call, session, kept)
    return [core.answered(each) for each in received]


def _situation(call: Call, session: Session) -> Situation:
    progress, budget = parsed(session.progress), parsed(session.fields)["budget"]
    waits_for = progress.get("waits_for") or {}
    if waits_for:
        newest = EventWindow((WAITING, sys.maxsize), _ANSWERS_MAX, is_descending=True, types=sending.ANSWERS)
        waits_for = sending.unanswered(waits_for, SessionEvents(call.tx, call.workspace, session.id).page(newest))
    is_spent = budget is not None and int(budget["max_list_cost"]["amount"]) <= consumed_cents(progress)
    return Situation(
        session.id,
        threads.primary_id(session.id),
        waits_for,
        progress.get("stop"),
        # A budget that was raised is not used up, though nobody has gone on yet.
        is_capped=is_spent and progress.get("stop") == "budget_reached",
        is_self_hosted=parsed(session.config)["type"] == "self_hosted",
        model_id=parsed(session.agent)["model"]["id"],
    )


def end(call: Call, session_id: str) -> int:
    """Return the last position of the log.

    Raises:
        NotFound: there is no such session.
    """
    sessions.existing(call, session_id)
    return SessionLog(call.tx, call.workspace, session_id).end()


def glimpse(call: Call, session_id: str, seq: int) -> Glimpse:
    """Return what came or took effect behind a position, in order.

    What waited appears twice, as documented: when it is received, and when it takes effect.
    """
    rows = SessionLog(call.tx, call.workspace, session_id).after(seq, _FRAMES_MAX)
    frames = tuple(sorted(_frames(rows, seq), key=lambda each: each.seq))
    is_there = bool(rows) or Sessions(call.tx, call.workspace).get(session_id) is not None
    return Glimpse(frames, rows[-1].event.seq if rows else seq, is_there, len(rows) == _FRAMES_MAX)


def _frames(rows: Sequence[Row], seq: int) -> Iterator[Frame]:
    for row in rows:
        event = row.event
        if row.received_seq is not None and row.received_seq > seq:
            waiting = Event(event.id, event.type, None, event.body)
            yield Frame(event.type, core.answered(waiting), event.id, row.received_seq)
        yield Frame(event.type, core.answered(event), event.id, event.seq)


def _refuse_lost(call: Call, log: SessionLog, events: Sequence[Json]) -> None:
    """Refuse what names something that is not there."""
    for path, file_id in core.file_ids(events):
        if files.readable(call, file_id) is None:
            message = "must be a file that exists and has not expired"
            raise refused(("events", *path), message)
    for index, event in enumerate(events):
        if event["type"] == core.OUTCOME:
            message = "is not taken from a running session by this server yet; begin a session with it: initial_events"
            raise refused(("events", index), message)
        named = event.get("custom_tool_use_id")
        if named is not None and log.type_of(named) != "agent.custom_tool_use":
            path = ("events", index, "custom_tool_use_id")
            raise refused(path, "must be the id of an agent.custom_tool_use event of this session")


def _stir(call: Call, session: Session, events: Sequence[Event]) -> None:
    Sessions(call.tx, call.workspace).stir(session.id, is_stirred=True)
    sessions.tell(call, session.id)
    is_self_hosted = parsed(session.config)["type"] == "self_hosted"
    if is_self_hosted and any(each.type in ("user.message", "user.interrupt") for each in events):
        work.enqueue(call, session.environment_id, session.id)
