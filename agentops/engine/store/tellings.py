"""Events that endpoints are to be told of, one row each: a session's commit writes these, not a row an endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agentops.engine.store.port import Transaction


@dataclass(frozen=True, slots=True)
class Telling:
    """One event, and who is to hear of it."""

    event_id: str
    event_type: str
    body: str
    """The JSON that is sent, to the byte."""

    hearers: tuple[str, ...]
    """Endpoints, as they were enabled at that moment."""

    created_at: str


class Tellings:
    """What was not spread yet, of all owners."""

    def __init__(self, tx: Transaction) -> None:
        """Work in the transaction."""
        self._tx = tx

    def put(self, owner_id: str, tellings: Sequence[Telling]) -> None:
        """Add events of one workspace or organization."""
        for start in range(0, len(tellings), _AT_ONCE):
            some = tellings[start : start + _AT_ONCE]
            params: dict[str, str | int | None] = {"owner": owner_id}
            for number, each in enumerate(some):
                values = (each.event_id, each.event_type, each.body, " ".join(each.hearers), each.created_at)
                params |= {f"{name}_{number}": value for name, value in zip(_NAMES, values, strict=True)}
            self._tx.run(_insertion(len(some)), params)

    def is_empty(self) -> bool:
        """Tell whether all is spread."""
        return self._tx.one("SELECT 1 FROM tellings LIMIT 1") is None

    def take(self, most: int) -> list[tuple[str, Telling]]:
        """Remove those that are there for longest and return them with their owners; one at a time may name many."""
        rows = self._tx.all(
            "SELECT seq, owner_id, event_id, event_type, body, hearers, created_at FROM tellings "
            "ORDER BY seq LIMIT :most",
            {"most": most},
        )
        found, count, last = list[tuple[str, Telling]](), 0, 0
        for seq, owner_id, event_id, event_type, body, hearers, created_at in rows:
            if count >= most:
                break
            telling = Telling(event_id, event_type, body, tuple(hearers.split()), created_at)
            found.append((owner_id, telling))
            count, last = count + len(telling.hearers), seq
        # What another writer commits late, and below, is not seen here, and stays.
        self._tx.run("DELETE FROM tellings WHERE seq <= :last", {"last": last})
        return found


_AT_ONCE = 16
_NAMES = ("event", "type", "body", "hearers", "at")


@lru_cache(maxsize=_AT_ONCE)
def _insertion(count: int) -> str:
    rows = ", ".join(
        f"(:owner, :event_{number}, :type_{number}, :body_{number}, :hearers_{number}, :at_{number})"
        for number in range(count)
    )
    return f"""
        INSERT INTO tellings (owner_id, event_id, event_type, body, hearers, created_at) VALUES {rows}
        """  # noqa: S608 - the parts are our own words
