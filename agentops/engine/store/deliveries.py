"""What is to be delivered, as it is put down: with what it tells of, in one transaction."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from agentops.engine.store.port import Row, Transaction


@dataclass(frozen=True, slots=True)
class Message:
    """One event for one endpoint."""

    id: str
    endpoint_id: str
    event_id: str
    event_type: str
    body: str
    """The JSON that is sent, to the byte."""

    created_at: str


class Owner(Enum):
    """Who has endpoints: where they lie, and by what they are told apart."""

    WORKSPACE = ("workspace_webhooks", "workspace_id")
    ORGANIZATION = ("webhooks", "organization_id")


class Outbox:
    """What one workspace or organization has to tell."""

    def __init__(self, tx: Transaction, owner: Owner, owner_id: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._owner = owner
        self._id = owner_id

    @property
    def owner_id(self) -> str:
        """Return whose it is."""
        return self._id

    def mentioning(self, types: Collection[str]) -> Callable[[], list[Row]]:
        """Return what returns id and JSON of every endpoint that names one of the event types, maybe in passing.

        Mostly nobody listens: no text comes back then, none is parsed, and over a network no way of its own is taken.
        """
        params: dict[str, str | int | None] = {f"type_{number}": f'%"{each}"%' for number, each in enumerate(types)}
        return self._tx.ahead(_mentioning(self._owner, len(types)), {"owner": self._id, **params})

    def put(self, messages: Sequence[Message]) -> None:
        """Add messages, due at once."""
        put(self._tx, self._id, messages)


def put(tx: Transaction, owner_id: str, messages: Sequence[Message]) -> None:
    """Add messages for endpoints of one workspace or organization, due at once."""
    for start in range(0, len(messages), _AT_ONCE):
        some = messages[start : start + _AT_ONCE]
        params: dict[str, str | int | None] = {"owner": owner_id}
        for number, each in enumerate(some):
            values = (each.id, each.endpoint_id, each.event_id, each.event_type, each.body, each.created_at)
            params |= {f"{name}_{number}": value for name, value in zip(_NAMES, values, strict=True)}
        tx.run(_insertion(len(some)), params)


_AT_ONCE = 16
"""Rows that one statement inserts: most events go to one endpoint or two, and each number makes its own statement."""

_NAMES = ("id", "endpoint", "event", "type", "body", "at")


@lru_cache(maxsize=64)
def _mentioning(owner: Owner, count: int) -> str:
    table, column = owner.value
    any_of = " OR ".join(f"body LIKE :type_{number}" for number in range(count))
    return f"SELECT id, body FROM {table} WHERE {column} = :owner AND ({any_of})"  # noqa: S608 - our own words


@lru_cache(maxsize=_AT_ONCE)
def _insertion(count: int) -> str:
    rows = (
        f":owner, :id_{number}, :endpoint_{number}, :event_{number}, :type_{number}, :body_{number}, 'pending', 0, "
        f":at_{number}, :at_{number}"
        for number in range(count)
    )
    return f"""
        INSERT INTO deliveries
          (owner_id, id, endpoint_id, event_id, event_type, body, status, attempts, due_at, created_at)
        VALUES {", ".join(f"({row})" for row in rows)}
        """  # noqa: S608 - the parts are our own words
