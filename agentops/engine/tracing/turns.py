"""Which turn each session is in, so that what is done in it is told as part of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agentops.base.errors import StorageError
from agentops.engine.core.conversation import Usage
from agentops.engine.core.entries import Entry
from agentops.engine.core.runs.costs import total
from agentops.engine.store.port import Database, Transaction
from agentops.engine.store.runners import Place
from agentops.engine.tracing import conventions
from agentops.engine.tracing.port import Tracer, Turn

_MOST = 10_000
"""Sessions that are remembered; the one that was heard of longest ago is forgotten first."""

_BEGINS, _ENDS = "session.status_running", ("session.status_idle", "session.status_terminated")


@dataclass(slots=True)
class _Known:
    """What is known of a session."""

    place: Place
    turn: Turn | None = None
    agent_name: str = ""
    usage: Usage = field(default_factory=Usage)


class Turns:
    """Follows what is committed, and tells of each turn once: by whoever commits its end."""

    def __init__(self, tracer: Tracer, database: Database) -> None:
        """Know nothing yet."""
        self._tracer = tracer
        self._database = database
        self._known: dict[str, _Known] = {}

    def committed(self, place: Place, entries: Sequence[Entry]) -> None:
        """Take note of what a session's log has got."""
        known = self._known.pop(place.session_id, None) or _Known(place)
        self._known[place.session_id] = known
        if len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
        for each in entries:
            if each.thread_id is not None or each.at is None:
                continue
            if each.type == _BEGINS and known.turn is None:
                known.turn = Turn(place.session_id, each.id, datetime.fromisoformat(each.at))
            elif each.type in _ENDS:
                self._end(known, datetime.fromisoformat(each.at))

    def met(self, place: Place) -> None:
        """Take note of a session that is taken up, perhaps in the middle of a turn."""
        self._known.setdefault(place.session_id, _Known(place))

    async def of(self, session_id: str) -> Turn | None:
        """Return the turn that a session is in; one that began elsewhere is looked up in the log."""
        known = self._known.get(session_id)
        if known is None:
            return None
        if known.turn is None:
            try:
                known.turn = await self._database.read(lambda tx: _begun(tx, known.place))
            except StorageError:
                return None
        return known.turn

    def asked(self, session_id: str, agent_name: str, usage: Usage) -> None:
        """Take note of who works and what it took."""
        if (known := self._known.get(session_id)) is not None:
            known.agent_name = known.agent_name or agent_name
            known.usage = total([known.usage, usage])

    def _end(self, known: _Known, at: datetime) -> None:
        if known.turn is not None:
            name = known.agent_name
            attributes = conventions.turn(known.place.session_id, name, known.usage)
            self._tracer.tell(known.turn, conventions.turn_name(name), attributes, at)
        self._known.pop(known.place.session_id, None)


def _begun(tx: Transaction, place: Place) -> Turn | None:
    row = tx.one(
        """
        SELECT id, processed_at FROM session_events
        WHERE workspace_id = :workspace AND session_id = :session AND type = 'session.status_running'
          AND processed_at IS NOT NULL
        ORDER BY seq DESC LIMIT 1
        """,
        {"workspace": place.workspace, "session": place.session_id},
    )
    return Turn(place.session_id, str(row[0]), datetime.fromisoformat(row[1])) if row else None
