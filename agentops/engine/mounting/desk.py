"""The way from a session's folder to the database: calls in the session's name."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from agentops.base.clock import Clock, timestamp
from agentops.base.ids import IdSource
from agentops.engine.blobs.port import BlobStore
from agentops.engine.keyring import Keyring
from agentops.engine.operations.call import Call, unheard
from agentops.engine.store.port import Database, Transaction
from agentops.engine.store.runners import Place

T = TypeVar("T")
P = ParamSpec("P")


def untold(_topics: Collection[str]) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Backing:
    """What sessions' folders are filled from, and what is kept of them."""

    database: Database
    blobs: BlobStore
    clock: Clock
    ids: IdSource
    keyring: Keyring
    organization: str
    tell: Callable[[Collection[str]], None] = untold
    """Tells who waits for topics to look again, once a change is on disk."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One session's way to the database; what it writes has the session as its author."""

    backing: Backing
    place: Place

    @property
    def at(self) -> str:
        """Return this moment as the API prints it."""
        return timestamp(self.backing.clock.now())

    async def read(self, operation: Callable[Concatenate[Call, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what an operation that changes nothing answers."""
        return await self.backing.database.read(lambda tx: operation(self._call(tx), *args, **kwargs))

    async def write(self, operation: Callable[Concatenate[Call, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what an operation answers, once what it changed is on disk."""
        topics: set[str] = set()
        found = await self.backing.database.write(lambda tx: operation(self._call(tx, topics.add), *args, **kwargs))
        self.backing.tell(topics)
        return found

    def _call(self, tx: Transaction, announce: Callable[[str], None] = unheard) -> Call:
        return Call(
            tx=tx,
            organization=self.backing.organization,
            workspace=self.place.workspace,
            api_key_id="",
            at=self.at,
            ids=self.backing.ids,
            keyring=self.backing.keyring,
            announce=announce,
            session_id=self.place.session_id,
        )
