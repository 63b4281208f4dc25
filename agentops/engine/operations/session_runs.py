"""Running sessions, one transaction each: take one up, write what was decided, give it back."""

from collections.abc import Callable
from dataclasses import dataclass

from agentops.engine.core.blobs import Blob
from agentops.engine.core.entries import Entry
from agentops.engine.core.evaluations import Evaluation
from agentops.engine.core.json import Json, line, parsed, written
from agentops.engine.core.sessions import Session
from agentops.engine.core.threads import Thread
from agentops.engine.core.work import Work
from agentops.engine.operations import evaluations, happenings, work
from agentops.engine.operations.happenings import Report
from agentops.engine.store.blobs import Blobs
from agentops.engine.store.files import Files
from agentops.engine.store.port import Transaction
from agentops.engine.store.runners import Place, Runner, Runners
from agentops.engine.store.session_log import Row, SessionLog
from agentops.engine.store.session_resources import SessionResources
from agentops.engine.store.session_threads import SessionThreads
from agentops.engine.store.sessions import Sessions

_BATCH = 10_000
"""Rows read at once."""


ENDED = "session.status_terminated"


class Superseded(Exception):
    """Another process runs the session, or it has ended: this one must not write to its log any more."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A session with its whole log."""

    session: Session
    resources: tuple[Json, ...]
    entries: tuple[Entry, ...]
    seq: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a commit led to."""

    seq: int
    others: tuple[Entry, ...]
    """What was written from outside since the last position known."""

    is_told: bool = False
    """Whether there may be something to deliver."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the session's row says of a run."""

    status: str
    progress: Json
    at: str


@dataclass(frozen=True, slots=True)
class Writing:
    """What is to be written at once."""

    entries: tuple[Entry, ...]
    waited: frozenset[str]
    """Ids of those that were in the log already, and waited."""

    seq: int
    """The last position that the writer knows."""

    standing: Standing | None
    """How the session stands now, if that is different."""

    threads: tuple[Thread, ...] = ()
    """The threads beside the primary one that stand otherwise now."""

    evaluation: Evaluation | None = None
    """What an evaluation came to that ends with this."""

    work: Work | None = None
    """An item for the workers of the session's environment, where it waits for one of them."""

    report: Report | None = None
    """What webhooks have to tell of it; None for nothing."""


def load(tx: Transaction, place: Place) -> Loaded | None:
    """Return the session with its log; None when it is gone."""
    session = Sessions(tx, place.workspace).get(place.session_id)
    if session is None:
        return None
    rows = _all(SessionLog(tx, place.workspace, place.session_id), 0)
    return Loaded(session, resources(tx, place), tuple(map(entry, rows)), rows[-1].event.seq if rows else 0)


def resources(tx: Transaction, place: Place) -> tuple[Json, ...]:
    """Return what is mounted into the session."""
    return tuple(parsed(each.body) for each in SessionResources(tx, place.workspace).of(place.session_id))


def file(tx: Transaction, place: Place, file_id: str, at: str) -> tuple[Blob, str] | None:
    """Return the bytes of a file and of which type they are; None when there is no such file, or not any more."""
    stored = Files(tx, place.workspace, at).get(file_id)
    blob = Blobs(tx).get(file_id)
    is_gone = stored is None or blob is None or (stored.expires_at is not None and stored.expires_at <= at)
    return None if is_gone or stored is None or blob is None else (blob, parsed(stored.body)["mime_type"])


def news(tx: Transaction, place: Place, seq: int) -> Written:
    """Return what was written from outside behind a position."""
    rows = _all(SessionLog(tx, place.workspace, place.session_id), seq)
    return Written(rows[-1].event.seq if rows else seq, tuple(map(entry, rows)))


def write(tx: Transaction, place: Place, runner_id: str, writing: Writing) -> Written:
    """Append what was decided, and let the session's row say the same.

    Whoever does not know whether it was written, because the answer was lost, may ask again.

    Raises:
        Superseded: the session is not the writer's, or has ended.
    """
    tell = happenings.ready(tx, writing.report) if writing.report is not None else None
    found = _logged(tx, place, runner_id, writing)
    if found.is_known:
        # Whatever it led to is there as well; whether it was told of, nobody knows.
        return Written(found.seq, found.others, is_told=writing.report is not None)
    sessions = Sessions(tx, place.workspace)
    if (now := writing.standing) is not None:
        sessions.advance(place.session_id, now.status, written(now.progress), now.at)
    for thread in writing.threads:
        SessionThreads(tx, place.workspace, place.session_id).upsert(thread)
    if writing.evaluation is not None:
        evaluations.record(tx, place.workspace, writing.evaluation)
    if writing.work is not None:
        work.offer(tx, place.workspace, writing.work)
    return Written(found.seq, found.others, is_told=tell is not None and tell())


@dataclass(frozen=True, slots=True)
class _Logged:
    """What became of a log."""

    seq: int
    others: tuple[Entry, ...] = ()
    is_known: bool = False
    """Whether the entries were there already."""


def _logged(tx: Transaction, place: Place, runner_id: str, writing: Writing) -> _Logged:
    """Put the entries into the log, behind what others wrote meanwhile.

    Raises:
        Superseded: the session is not the writer's, or has ended.
    """
    log = SessionLog(tx, place.workspace, place.session_id)
    bodied = [(each, line({"type": each.type, "id": each.id, **each.body})) for each in writing.entries]
    # Where nobody else can write meanwhile a look and the act are one: mostly nobody wrote.
    is_new = writing.waited.isdisjoint([each.id for each in writing.entries])
    if tx.writes_alone and is_new and log.extend(bodied, runner_id, writing.seq):
        return _Logged(writing.seq + len(bodied))
    if not Runners(tx).hold(place, runner_id):
        raise Superseded
    found, own = _all(log, writing.seq), {each.id for each in writing.entries}
    others = [each for each in found if each.event.id not in own]
    if len(others) < len(found):
        return _Logged(found[-1].event.seq, tuple(map(entry, others)), is_known=True)
    if any(each.event.type == ENDED for each in others):
        raise Superseded
    end = others[-1].event.seq if others else writing.seq
    return _Logged(log.write(bodied, writing.waited, end), tuple(map(entry, others)))


def claim(tx: Transaction, place: Place, runner_id: str, is_dead: Callable[[Runner], bool]) -> bool:
    """Take the session, and tell whether that was possible."""
    runners = Runners(tx)
    session = Sessions(tx, place.workspace).get(place.session_id)
    if session is None or session.archived_at is not None or session.dream_id is not None:
        return False
    holder = runners.holder(place)
    if holder == runner_id:
        return True
    if holder is not None:
        if any(each.id == holder and not is_dead(each) for each in runners.all()):
            return False
        runners.release(place, holder)
    runners.claim(place, runner_id)
    return True


def is_gone(tx: Transaction, place: Place) -> bool:
    """Tell whether the session was deleted."""
    return Sessions(tx, place.workspace).get(place.session_id) is None


def release(tx: Transaction, place: Place, runner_id: str, seq: int) -> bool:
    """Give the session back, unless something came in behind the position; tell whether it was given back.

    Raises:
        Superseded: the session is not the caller's.
    """
    runners = Runners(tx)
    if not runners.hold(place, runner_id):
        raise Superseded
    if SessionLog(tx, place.workspace, place.session_id).end() > seq:
        return False
    Sessions(tx, place.workspace).stir(place.session_id, is_stirred=False)
    runners.release(place, runner_id)
    return True


def abandon(tx: Transaction, place: Place, runner_id: str) -> None:
    """Give the session back as it is: somebody else goes on."""
    Runners(tx).release(place, runner_id)


def enter(tx: Transaction, runner: Runner, dead: frozenset[str]) -> frozenset[Place]:
    """Give a sign of life, take what the dead had from them, and return what the caller has."""
    runners = Runners(tx)
    runners.enter(runner)
    for each in dead:
        runners.leave(each)
    return runners.held(runner.id)


def entry(row: Row) -> Entry:
    """Return a row as the machine sees it."""
    body = {key: value for key, value in parsed(row.event.body).items() if key not in ("id", "type")}
    event = row.event
    return Entry(event.id, event.type, event.processed_at, body, row.kept, event.thread_id, event.is_crossposted)


def _all(log: SessionLog, seq: int) -> list[Row]:
    rows = log.after(seq, _BATCH)
    while rows and len(rows) % _BATCH == 0:
        more = log.after(rows[-1].event.seq, _BATCH)
        if not more:
            break
        rows += more
    return rows
