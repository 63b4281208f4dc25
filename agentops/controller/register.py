"""What is known of every repository, and who may act on it, in a database that several controllers may share."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from agentops.base.clock import Clock, timestamp
from agentops.base.errors import AgentopsError, StorageError
from agentops.controller.state import Phase, State, state_json, state_of
from agentops.engine.store.choice import database
from agentops.engine.store.followed import Followed
from agentops.engine.store.leases import Leases
from agentops.engine.store.port import Database, Transaction

ROLE = "controller"
"""The one lease: whoever holds it acts on every repository."""

_JUNK = (ValueError, TypeError, AttributeError)
"""What comes of a document that is none of ours, or of a newer version with a phase that this one does not know."""

_UNREADABLE = "cannot be read"
_BEGIN_ANEW = "run the version that kept it, or let it begin anew: agentops controller forget {}"


class LostLease(AgentopsError):
    """Another controller acts now."""

    retry = "temporary"


class Register:
    """States and the lease, as one controller sees them."""

    def __init__(self, database: Database, clock: Clock, holder: str, lease_s: float) -> None:
        """Look at an open database."""
        self.holder = holder
        self.lease_s = lease_s
        self._database = database
        self._clock = clock
        self._skew = timedelta()

    def now(self) -> datetime:
        """Return this moment by the clock that all controllers share."""
        return self._clock.now() + self._skew

    async def take(self) -> bool:
        """Take the lease or keep it for longer; tell whether it is ours."""
        self._skew = await self._database.skew(self._clock)
        now = self.now()
        until = timestamp(now + timedelta(seconds=self.lease_s))
        return await self._database.write(lambda tx: Leases(tx).take(ROLE, self.holder, timestamp(now), until))

    async def give_up(self) -> None:
        """Let another controller act at once."""
        await self._database.write(lambda tx: Leases(tx).give_up(ROLE, self.holder))

    async def holds(self) -> bool:
        """Tell whether the lease is ours."""
        return await self._database.glance(self._is_ours)

    async def acting(self) -> str | None:
        """Return who acts, if anybody does."""
        self._skew = await self._database.skew(self._clock)
        return await self._database.glance(lambda tx: Leases(tx).holder(ROLE, timestamp(self.now())))

    async def states(self) -> Mapping[str, State]:
        """Return every state by the name of its repository."""
        found = await self._database.read(lambda tx: Followed(tx).all())
        return {name: _shown(name, body) for name, body in found.items()}

    async def state(self, name: str) -> State:
        """Return the state of a repository; of one that nobody looked at, that nothing is known."""
        return await self._database.glance(lambda tx: _state(tx, name))

    async def change(self, name: str, change: Callable[[State], State]) -> State:
        """Change a state as a person or a push does, whoever acts."""
        return await self._database.write(lambda tx: self._changed(tx, name, change))

    async def settle(self, name: str, change: Callable[[State], State]) -> State:
        """Change a state as the controller does that acts.

        Raises:
            LostLease: that is another one by now.
        """

        def settled(tx: Transaction) -> State:
            if not self._is_ours(tx):
                raise LostLease
            return self._changed(tx, name, change)

        return await self._database.write(settled)

    async def poke(self, name: str) -> None:
        """Have a repository looked at soon."""
        await self.change(name, lambda state: replace(state, poked_at=self.now()))

    async def forget(self, name: str) -> None:
        """Remove what is known of a repository."""
        await self._database.write(lambda tx: Followed(tx).forget(name))

    def _is_ours(self, tx: Transaction) -> bool:
        return Leases(tx).holder(ROLE, timestamp(self.now())) == self.holder

    def _changed(self, tx: Transaction, name: str, change: Callable[[State], State]) -> State:
        found = change(_state(tx, name))
        Followed(tx).put(name, state_json(found), timestamp(self.now()))
        return found


@asynccontextmanager
async def registered(url: str, clock: Clock) -> AsyncIterator[Register]:
    """Open the database of controllers to look at it, or to say something to the one that acts.

    Raises:
        StorageError: it cannot be used.
    """
    store = database(url)
    await store.open(timestamp(clock.now()))
    try:
        yield Register(store, clock, "nobody", 0)  # it never acts
    finally:
        await store.close()


def _state(tx: Transaction, name: str) -> State:
    body = Followed(tx).get(name)
    if body is None:
        return State(name)
    try:
        return state_of(body)
    except _JUNK:
        raise StorageError(f"what is known of {name} {_UNREADABLE}", hint=_BEGIN_ANEW.format(name)) from None


def _shown(name: str, body: Mapping[str, Any]) -> State:
    """Return the state; of one that cannot be read, only that: the others are shown beside it."""
    try:
        return state_of(body)
    except _JUNK:
        return State(name, Phase.FAILED, message=f"what is known of it {_UNREADABLE}", advice=_BEGIN_ANEW.format(name))
