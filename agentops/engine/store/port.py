"""The database as the engine sees it: transactions over one SQL."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from agentops.base.clock import Clock
from agentops.base.errors import ApiError, StorageError
from agentops.engine.core.session_events import Event

T = TypeVar("T")

Row = tuple[Any, ...]
Params = Mapping[str, str | int | None]
NO_PARAMS: Params = {}


def unwatched(_gains: object) -> None:
    """Hand what logs gain to nobody."""


class Contention(StorageError):
    """Too many requests write at once."""

    retry = "temporary"


class Unreachable(StorageError):
    """The database does not answer."""

    retry = "temporary"


@dataclass(frozen=True, slots=True)
class Gain:
    """What one transaction put at the end of a session's log."""

    session_id: str
    after: int
    """The position that the log ended at before."""

    events: tuple[Event, ...]
    """All that stands behind it now, in order."""


class Transaction(Protocol):
    """One consistent view of the data. SQL names its parameters `:name`; values are text, integers and null."""

    gains: list[Gain]
    """What it is known to have put into logs: told to whoever watches in this process, once it is on disk."""

    writes_alone: bool
    """Whether nobody else writes as long as a transaction that writes goes on: what it has read stays true."""

    def all(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        """Return every row."""

    def one(self, sql: str, params: Params = NO_PARAMS) -> Row | None:
        """Return the first row, or None when there is none."""

    def run(self, sql: str, params: Params = NO_PARAMS) -> int:
        """Change rows and return how many."""

    def ahead(self, sql: str, params: Params = NO_PARAMS) -> Callable[[], list[Row]]:
        """Return what returns every row, when that is wanted: over a network it is asked along with what comes next."""


class Database(Protocol):
    """Where everything is kept. Functions get a transaction, and may run more than once."""

    async def open(self, at: str) -> None:
        """Connect, and bring the tables up to date; `at` is the moment that goes on record.

        Raises:
            StorageError: it cannot be used, or a newer version wrote it.
        """

    async def close(self) -> None:
        """Finish what was accepted and let go of every connection."""

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Return what the function reads from one snapshot, in a thread.

        Raises:
            Unreachable: a server that holds it does not answer.
        """

    async def glance(self, work: Callable[[Transaction], T]) -> T:
        """Return what the function reads from one snapshot, when that is likely to be little: a row, a page of a list.

        The function may be run on the event loop: it computes nothing long and waits for nothing.
        """

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Return what the function returns in a thread, once what it wrote is on disk; what it raises undoes it.

        Writers see each other's changes as if they ran one after the other.

        Raises:
            Contention: others kept winning.
            Unreachable: a server that holds it does not answer; whether the changes are there is unknown.
        """

    async def append(self, work: Callable[[Transaction], T]) -> T:
        """As `write`, for functions that change a row, or add one of a name, that all have to whom it matters.

        Others' changes of rows that it only reads are not looked for: on Postgres that is what makes strangers collide.

        Raises:
            Contention: others kept winning.
            Unreachable: as above.
        """

    async def skew(self, clock: Clock) -> timedelta:
        """Return how much later it is by the clock that all who use the database share."""

    def watched_by(self, watch: Callable[[Sequence[Gain]], None]) -> None:
        """Have what logs gain through this object handed over, on the event loop and before the writer goes on."""


@contextmanager
def revocable(tx: Transaction) -> Iterator[None]:
    """Undo only what is done inside when it is refused; whatever else goes wrong undoes the whole transaction."""
    gained = len(tx.gains)
    tx.run("SAVEPOINT part")
    try:
        yield
    except ApiError:
        tx.run("ROLLBACK TO SAVEPOINT part")
        tx.run("RELEASE SAVEPOINT part")
        del tx.gains[gained:]
        raise
    tx.run("RELEASE SAVEPOINT part")


@contextmanager
def rehearsal(tx: Transaction) -> Iterator[None]:
    """Undo what is done inside: it was only to see whether it can be done. What fails inside undoes everything."""
    gained = len(tx.gains)
    tx.run("SAVEPOINT part")
    yield
    tx.run("ROLLBACK TO SAVEPOINT part")
    tx.run("RELEASE SAVEPOINT part")
    del tx.gains[gained:]


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list newest first: keyset bounds, so that page 100 costs what page 1 costs."""

    since: str
    """Created at or after this moment; empty for no bound."""

    until: tuple[str, int]
    """Created before this moment and, within the same moment, this position."""

    limit: int
    archived: bool = False
    """Whether archived objects are listed too."""

    def params(self) -> dict[str, str | int]:
        """Return the window as SQL parameters; one row more than the limit tells whether there is a next page."""
        at, seq = self.until
        return {
            "since": self.since,
            "until_at": at,
            "until_seq": seq,
            "limit": self.limit + 1,
            "archived": int(self.archived),
        }
