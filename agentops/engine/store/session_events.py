"""The log of a session: written at its end, read in the order in which things took effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from agentops.engine.core.session_events import Event
from agentops.engine.store.port import Gain, Row, Transaction

COLUMNS = "id, type, processed_at, body, seq, thread_id, is_crossposted"
"""What `event` reads an event from."""

WAITING = "~"
"""Where events that wait stand in time: behind every moment."""


@dataclass(frozen=True, slots=True)
class EventWindow:
    """Which part of a log a list wants; moments are compared with `processed_at`."""

    after: tuple[str, int]
    """The place behind which the part starts, in the direction of reading."""

    limit: int
    is_descending: bool = False
    gt: str = ""
    gte: str = ""
    lt: str = ""
    lte: str = ""
    """Moments; empty for no bound."""

    types: tuple[str, ...] = ()
    """Which events; none for all."""

    thread_id: str | None = None
    """Of which thread; None for what the session shows."""


class SessionEvents:
    """The log of one session of one workspace."""

    def __init__(self, tx: Transaction, workspace: str, session_id: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._key = {"workspace": workspace, "session": session_id}

    def append(self, events: Sequence[Event]) -> None:
        """Add events at the end, in their order."""
        last = end_of(self._tx, self._key)
        placed = tuple(replace(each, seq=seq) for seq, each in enumerate(events, start=last + 1))
        insert(self._tx, self._key, [(each, None) for each in placed])
        self._tx.gains.append(Gain(self._key["session"], last, placed))

    def page(self, window: EventWindow) -> list[Event]:
        """Return events, one more than the limit."""
        at, seq = window.after
        kinds = {f"type_{number}": each for number, each in enumerate(window.types)}
        among = f"AND type IN ({', '.join(f':{name}' for name in kinds)})" if kinds else ""
        shown = "thread_id = :thread" if window.thread_id else "(thread_id IS NULL OR is_crossposted = 1)"
        side, order = ("<", "DESC") if window.is_descending else (">", "ASC")
        rows = self._tx.all(
            f"""
            SELECT {COLUMNS} FROM session_events
            WHERE workspace_id = :workspace AND session_id = :session AND {shown}
              AND (COALESCE(processed_at, '~'), seq) {side} (:at, :seq) {among}
              AND (:gt = '' OR processed_at > :gt) AND (:gte = '' OR processed_at >= :gte)
              AND (:lt = '' OR processed_at < :lt) AND (:lte = '' OR processed_at <= :lte)
            ORDER BY COALESCE(processed_at, '~') {order}, seq {order} LIMIT :limit
            """,  # noqa: S608 - the parts are our own words
            {
                **self._key,
                **kinds,
                **({"thread": window.thread_id} if window.thread_id else {}),
                "at": at,
                "seq": seq,
                "gt": window.gt,
                "gte": window.gte,
                "lt": window.lt,
                "lte": window.lte,
                "limit": window.limit + 1,
            },
        )
        return [event(row) for row in rows]

    def has(self, event_type: str) -> bool:
        """Tell whether the log holds an event of the type."""
        row = self._tx.one(
            """
            SELECT 1 FROM session_events WHERE workspace_id = :workspace AND session_id = :session AND type = :type
            LIMIT 1
            """,
            {**self._key, "type": event_type},
        )
        return row is not None


def end_of(tx: Transaction, key: Mapping[str, str]) -> int:
    """Return the last position in the log of a session."""
    row = tx.one("SELECT MAX(seq) FROM session_events WHERE workspace_id = :workspace AND session_id = :session", key)
    return int(row[0] or 0) if row else 0


def event(row: Row) -> Event:
    """Return the event of a row that begins with its columns."""
    return Event(row[0], row[1], row[2], row[3], row[4], row[5], bool(row[6]))


Kept = tuple[Event, str | None]
"""An event, and what is kept beside it."""


def insert(tx: Transaction, key: Mapping[str, str], events: Sequence[Kept]) -> None:
    """Add events at their places, each with what is kept beside it, in as few statements as there can be."""
    for start in range(0, len(events), AT_ONCE):
        some = events[start : start + AT_ONCE]
        tx.run(_insertion(len(some)), {**key, **_params(some)})


def insert_if_held(tx: Transaction, key: Mapping[str, str], runner_id: str, end: int, events: Sequence[Kept]) -> bool:
    """Add a few events behind the end, if the process has the session and that is the end; tell whether it was so.

    One statement for what else takes three. Each makes its thread wait for the interpreter once or twice, and while an
    event loop has much to do that is most of what a commit takes.
    """
    if not 0 < len(events) <= AT_ONCE:
        return False
    return tx.run(_guarded(len(events)), {**key, **_params(events), "runner": runner_id, "end": end}) > 0


def _params(events: Sequence[Kept]) -> dict[str, str | int | None]:
    params: dict[str, str | int | None] = {}
    for names, (each, kept) in zip(_NAMES, events, strict=False):
        values = (each.seq, each.id, each.type, each.processed_at, each.body, kept, each.thread_id)
        params.update(zip(names, (*values, int(each.is_crossposted)), strict=True))
    return params


AT_ONCE: Final = 64
"""Rows that one statement inserts: a commit has two or three, a team's some dozens; each number is a statement."""

_NAMES = [
    tuple(f"{name}_{number}" for name in ("seq", "id", "type", "at", "body", "kept", "thread", "crossposted"))
    for number in range(AT_ONCE)
]

_INTO = (
    "INSERT INTO session_events "
    "(workspace_id, session_id, seq, id, type, processed_at, body, kept, thread_id, is_crossposted)"
)


@lru_cache(maxsize=AT_ONCE)
def _insertion(count: int) -> str:
    return f"{_INTO} {_values(count)}"


@lru_cache(maxsize=AT_ONCE)
def _guarded(count: int) -> str:
    return f"""
        {_INTO} SELECT * FROM ({_values(count)})
        WHERE EXISTS (
            SELECT 1 FROM run_claims
            WHERE workspace_id = :workspace AND session_id = :session AND runner_id = :runner)
          AND NOT EXISTS (
            SELECT 1 FROM session_events WHERE workspace_id = :workspace AND session_id = :session AND seq > :end)
        """  # noqa: S608 - the parts are our own words


def _values(count: int) -> str:
    rows = (", ".join((":workspace", ":session", *(f":{each}" for each in names))) for names in _NAMES[:count])
    return f"VALUES {', '.join(f'({row})' for row in rows)}"
