"""The log of a session as those see it who run it and who watch it: by position, from the last one they know on."""

from collections.abc import Sequence
from dataclasses import dataclass

from agentops.engine.core.entries import Entry
from agentops.engine.core.sending import Origin
from agentops.engine.core.session_events import Event
from agentops.engine.store.port import Gain, Transaction
from agentops.engine.store.session_events import COLUMNS, end_of, event, insert, insert_if_held


@dataclass(frozen=True, slots=True)
class Row:
    """An event at its position."""

    event: Event
    received_seq: int | None
    """Where it stood while it waited; None for what took effect at once, or waits still."""

    kept: str | None


class SessionLog:
    """The log of one session of one workspace."""

    def __init__(self, tx: Transaction, workspace: str, session_id: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._key = {"workspace": workspace, "session": session_id}

    def after(self, seq: int, limit: int) -> list[Row]:
        """Return what was written or took effect behind a position, in order."""
        rows = self._tx.all(
            f"""
            SELECT {COLUMNS}, received_seq, kept FROM session_events
            WHERE workspace_id = :workspace AND session_id = :session AND seq > :seq ORDER BY seq LIMIT :limit
            """,  # noqa: S608 - the columns are our own words
            {**self._key, "seq": seq, "limit": limit},
        )
        return [Row(event(row), row[7], row[8]) for row in rows]

    def end(self) -> int:
        """Return the last position."""
        return end_of(self._tx, self._key)

    def waiting(self) -> int:
        """Return how many events of clients wait: the session shows them all."""
        row = self._tx.one(
            """
            SELECT COUNT(*) FROM session_events
            WHERE workspace_id = :workspace AND session_id = :session AND COALESCE(processed_at, '~') = '~'
              AND (thread_id IS NULL OR is_crossposted = 1)
            """,
            self._key,
        )
        return int(row[0]) if row else 0

    def origins(self, event_ids: Sequence[str]) -> dict[str, Origin]:
        """Return where events come from, of those that there are."""
        if not event_ids:
            return {}
        named = {f"id_{number}": each for number, each in enumerate(event_ids)}
        among = ", ".join(f":{name}" for name in named)
        rows = self._tx.all(
            f"""
            SELECT id, type, thread_id FROM session_events
            WHERE workspace_id = :workspace AND session_id = :session AND id IN ({among})
            """,  # noqa: S608 - the parts are our own words
            {**self._key, **named},
        )
        return {row[0]: Origin(row[1], row[2]) for row in rows}

    def at_of(self, event_id: str) -> str:
        """Return when an event took effect; nothing for what has not."""
        row = self._tx.one(
            """
            SELECT processed_at FROM session_events
            WHERE workspace_id = :workspace AND session_id = :session AND id = :id
            """,
            {**self._key, "id": event_id},
        )
        return str(row[0] or "") if row else ""

    def write(self, entries: Sequence[tuple[Entry, str]], known: frozenset[str], end: int) -> int:
        """Put entries, each with its JSON, behind the end, move those that waited there, and return the new end."""
        fresh = []
        for seq, (entry, body) in enumerate(entries, start=end + 1):
            if entry.id in known:
                self._move(entry, seq)
            else:
                fresh.append((_event(entry, body, seq), entry.kept))
        insert(self._tx, self._key, fresh)
        if len(fresh) == len(entries):
            # Of what waited the log holds what was sent, and the machine may hold what was made of it.
            self._tx.gains.append(Gain(self._key["session"], end, tuple(each for each, _ in fresh)))
        return end + len(entries)

    def extend(self, entries: Sequence[tuple[Entry, str]], runner_id: str, end: int) -> bool:
        """Put entries that are new behind the end, if the process has the session and nobody else wrote behind it.

        Tells whether it was so; where it was not, nothing is written.
        """
        fresh = [(_event(entry, body, seq), entry.kept) for seq, (entry, body) in enumerate(entries, start=end + 1)]
        if not insert_if_held(self._tx, self._key, runner_id, end, fresh):
            return False
        self._tx.gains.append(Gain(self._key["session"], end, tuple(each for each, _ in fresh)))
        return True

    def _move(self, entry: Entry, seq: int) -> None:
        self._tx.run(
            """
            UPDATE session_events SET received_seq = seq, seq = :seq, processed_at = :at, kept = :kept
            WHERE workspace_id = :workspace AND session_id = :session AND id = :id AND processed_at IS NULL
            """,
            {**self._key, "id": entry.id, "seq": seq, "at": entry.at, "kept": entry.kept},
        )


def _event(entry: Entry, body: str, seq: int) -> Event:
    return Event(entry.id, entry.type, entry.at, body, seq, entry.thread_id, entry.is_crossposted)
