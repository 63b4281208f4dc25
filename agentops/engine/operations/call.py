"""What every operation is given, and what a list gives back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from agentops.base.ids import IdSource
from agentops.engine.keyring import Keyring
from agentops.engine.store.port import Transaction


def unheard(_topic: str) -> None:
    """Announce to nobody."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the operations see it."""

    tx: Transaction
    organization: str
    workspace: str
    api_key_id: str
    at: str
    """This moment as the API prints it."""

    ids: IdSource
    keyring: Keyring
    """What seals secrets before they are stored."""

    announce: Callable[[str], None] = unheard
    """Tells who waits in this process for a topic to look again, once the change is on disk."""

    session_id: str | None = None
    """The session that acts, through the worker that serves it; None for who acts with a key."""


class Aged(Protocol):
    """What has a place in a list newest first."""

    @property
    def created_at(self) -> str:
        """Return when it was created."""

    @property
    def seq(self) -> int:
        """Return its turn within the moment."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Part of a list that is read in either direction, as it was read."""

    items: list[str]
    """The answers' JSON."""

    places: list[tuple[str, int]]
    """The place of each: a moment, and the turn within it."""

    has_more: bool
    """Whether others lie further on."""


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list: the answers' JSON, and the place where the next page starts (None on the last one)."""

    items: list[str]
    position: list[str | int] | None = None

    @classmethod
    def newest_first(cls, items: list[str], rows: Sequence[Aged], limit: int) -> "Page":
        """Return the page of rows that were read with one more than the limit."""
        last = rows[limit - 1] if len(rows) > limit else None
        return cls(items[:limit], [last.created_at, last.seq] if last else None)
