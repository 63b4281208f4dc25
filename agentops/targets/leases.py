"""Leases on a target: taken by creating a memory, kept and taken over by its digest, given back by deleting it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from agentops.base.canonical import text_digest
from agentops.base.clock import timestamp
from agentops.base.errors import LeaseLost, TargetConflict, TargetError, TargetRejected
from agentops.reconcile import lease as leasing
from agentops.reconcile.lease import Held, Lease
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.target import Body, Verb, Write
from agentops.targets import errors
from agentops.targets.live import LiveTarget
from agentops.targets.memory import Memory

_PAUSES_S = (0.5, 1.0, 2.0)
_PAUSE_LIMIT_S = 60.0
"""The longest wait that a target may ask for."""
_ROUNDS = 8
"""How often a lease may change hands while we look at it."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Taken:
    """How it went."""

    holder: Held | None = None
    """Who holds it instead of us."""

    previous: Held | None = None
    """Whose expired lease was taken over."""


@dataclass(slots=True)
class _Own:
    """Our lease in one store."""

    memory: Memory
    memory_id: str
    sha256: str


class Leases:
    """What one run does about the lease of one owner."""

    def __init__(self, target: LiveTarget, owner: str, stores: Sequence[Body]) -> None:
        """Take the stores that hold the owner's lease, as they were listed last."""
        self._target = target
        self._owner = owner
        self._path = leasing.path_of(owner)
        self._stores = list(stores)
        self._lease: Lease | None = None
        self._owns: list[_Own] = []
        self._is_asked_for = False
        """Whether we were interrupted while we asked for it: nobody knows whether it is ours."""

    async def take(self, lease: Lease) -> Taken:
        """Take the lease, if nobody holds it, or its holder has been silent for too long.

        Two first runs at once may each make a store. Each then sees its own, and at least one sees both; whoever sees
        several takes the lease in all of them, in one order, so that at most one has all that it sees.

        Raises:
            TargetError: it cannot be taken or read.
        """
        self._lease, self._is_asked_for = lease, True
        for _ in range(_ROUNDS):
            if not self._stores:
                await self._make_store()
            try:
                taken = await self._take_everywhere(lease)
            except TargetConflict:
                raise
            except TargetRejected as error:
                await self._let_go()
                if not await self._has_moved():
                    raise TargetRejected(error.message, hint=_WITHOUT, status=error.status) from error
                continue
            self._is_asked_for = False
            if taken.holder is None:
                await self._leave_one_store()
            return taken
        raise self._restless()

    async def renew(self) -> None:
        """Make the lease live on.

        Raises:
            LeaseLost: it is not ours any more.
            TargetError: it is not known.
        """
        if self._lease is None:
            raise ValueError("a lease that was not taken cannot be renewed")
        lease = self._lease = self._lease.renewed()
        text = leasing.written(lease)
        for own in self._owns:
            try:
                await own.memory.update(own.memory_id, text, expected=own.sha256)
                own.sha256 = text_digest(text)
            except TargetRejected as error:
                own.sha256 = (await self._still_ours(own.memory, lease, error)).sha256

    async def release(self) -> None:
        """Give the lease back; one that is not ours any more is left to whose it is.

        Raises:
            TargetError: it is still there, and expires.
        """
        if self._is_asked_for and self._lease:
            held = [(each, await self._found(each)) for each in self._memories()]
            ours = [(memory, found) for memory, found in held if found and found.is_of(self._lease)]
            self._owns = [_Own(memory, found.memory_id, found.sha256) for memory, found in ours]
        await self._let_go()

    async def remove_stores(self) -> None:
        """Remove what holds the lease, and with it the lease and its history.

        Raises:
            TargetError: it is still there.
        """
        for store in self._stores:
            await self._delete_store(str(store["id"]))
        self._stores, self._owns = [], []

    async def holder(self) -> Held | None:
        """Return the lease that somebody holds, expired or not.

        Raises:
            TargetError: it cannot be read.
        """
        for memory in self._memories():
            if found := await self._found(memory):
                return found
        return None

    async def take_away(self, held: Held) -> bool:
        """Remove the lease that was found; tell whether it still was the same holder's."""
        for _ in range(_ROUNDS):
            for memory in self._memories():
                found = await self._found(memory)
                if found and not found.is_same_run(held):
                    return False
                try:
                    if found:
                        await memory.delete(found.memory_id, expected=found.sha256)
                except TargetRejected:  # Renewed in between, as it is when its holder lives.
                    break
            else:
                return True
        raise self._restless()

    async def was_held_since(self, at: datetime) -> bool:
        """Tell whether anybody else held the lease at or after a moment of the server's."""
        ours = {own.memory_id for own in self._owns}
        for own in self._owns:
            async for each in own.memory.versions({"created_at[gte]": timestamp(at)}):
                made_at = leasing.moment(each.get("created_at"))
                if made_at is None or made_at < at:  # Newest first: so are all that follow.
                    break
                if each.get("memory_id") not in ours:
                    return True
        return False

    async def _take_everywhere(self, lease: Lease) -> Taken:
        previous = None
        for memory in self._memories():
            own, before = await self._take_in(memory, lease)
            if own is None:
                await self._let_go()
                return Taken(holder=before)
            self._owns.append(own)
            previous = previous or before
        return Taken(previous=previous)

    def _memories(self) -> list[Memory]:
        """Return the stores, in the order in which everybody takes them."""
        return [Memory(self._target, each) for each in sorted(str(each["id"]) for each in self._stores)]

    async def _take_in(self, memory: Memory, lease: Lease) -> tuple[_Own | None, Held | None]:
        text = leasing.written(lease)
        for _ in range(_ROUNDS):
            try:
                body = await self._patiently(partial(memory.create, self._path, text))
                return _Own(memory, self._id(body), text_digest(text)), None
            except TargetConflict:
                found = await self._found(memory)
            if found is None:
                continue
            if found.is_of(lease):  # An answer was lost on the way.
                return _Own(memory, found.memory_id, found.sha256), None
            if not found.is_expired(self._target.pages.time.now()):
                return None, found
            try:
                await self._take_over(memory, found, text)
                return _Own(memory, found.memory_id, text_digest(text)), found
            except TargetConflict:
                continue
        raise self._restless()

    async def _take_over(self, memory: Memory, found: Held, text: str) -> None:
        """Put our lease in the place of an expired one.

        Raises:
            TargetConflict: somebody was faster, or the holder lives.
        """
        try:
            await self._patiently(partial(memory.update, found.memory_id, text, expected=found.sha256))
        except TargetRejected as error:
            if isinstance(error, TargetConflict) or error.status == 404:
                raise TargetConflict(error.message) from error
            raise

    async def _let_go(self) -> None:
        """Give back what we hold of it."""
        for own in [*self._owns]:
            try:
                await self._patiently(partial(own.memory.delete, own.memory_id, expected=own.sha256))
            except TargetRejected as error:
                await self._let_go_of_what_is_left(own, error)
            self._owns.remove(own)

    async def _let_go_of_what_is_left(self, own: _Own, error: TargetRejected) -> None:
        """Look once more: a renewal whose answer was lost gave the lease another digest."""
        found = None if error.status == 404 else await self._found(own.memory)
        if self._lease and found and found.is_of(self._lease):
            await own.memory.delete(found.memory_id, expected=found.sha256)

    async def _still_ours(self, memory: Memory, lease: Lease, error: TargetRejected) -> Held:
        """Return the lease as it lies there, if it is ours: the renewal before may have had no answer.

        Raises:
            LeaseLost: it is somebody else's, or gone.
        """
        found = await self._found(memory)
        if found and found.is_of(lease):
            return found
        if found is None:
            raise LeaseLost("the lease was taken away") from error
        who = leasing.shown(found.lease.holder).name if found.lease else "somebody"
        raise LeaseLost(f"the lease was taken over by {who}") from error

    async def _found(self, memory: Memory) -> Held | None:
        """Return what lies where the lease is kept."""
        for body in await memory.memories(full=True):
            if body.get("path") == self._path:
                at, sha256 = leasing.moment(body.get("updated_at")), body.get("content_sha256")
                if at is None or not isinstance(sha256, str):
                    raise errors.not_the_api(f"to read the lease in {memory.id}", self._target.label)
                return Held(self._id(body), sha256, at, leasing.read(body.get("content")))
        return None

    async def _make_store(self) -> None:
        body = {
            "name": leasing.STORE,
            "description": leasing.DESCRIPTION,
            "metadata": leasing.metadata_of(self._owner),
        }
        await self._patiently(partial(self._target.write, Write(Verb.CREATE, ObjectKind.MEMORY_STORE, body=body)))
        await self._has_moved()

    async def _has_moved(self) -> bool:
        """Look for the stores again; tell whether they are others than before."""
        before = {each["id"] for each in self._stores}
        self._stores = leasing.locks_of(await self._target.list(ObjectKind.MEMORY_STORE) or (), self._owner)
        return before != {each["id"] for each in self._stores}

    async def _leave_one_store(self) -> None:
        """Remove the stores beside the oldest one: two first runs met, and whoever holds all may tidy up."""
        for store in self._stores[1:]:
            await self._delete_store(str(store["id"]))
            self._owns = [own for own in self._owns if own.memory.id != store["id"]]
        self._stores = self._stores[:1]

    async def _delete_store(self, store_id: str) -> None:
        try:
            await self._patiently(partial(self._target.write, Write(Verb.DELETE, ObjectKind.MEMORY_STORE, store_id)))
        except TargetRejected as error:
            if error.status != 404:
                raise

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Ask again where the target gave no answer or cannot now: all that is asked here may be asked twice."""
        for pause in _PAUSES_S:
            try:
                return await call()
            except TargetError as error:
                if error.retry != "temporary":
                    raise
                asked = error.retry_after_s or 0.0
            await self._target.pages.pause(max(pause, min(asked, _PAUSE_LIMIT_S)))
        return await call()

    def _id(self, body: Body) -> str:
        found = body.get("id")
        if not isinstance(found, str):
            raise errors.not_the_api("to take the lease", self._target.label)
        return found

    def _restless(self) -> TargetError:
        return TargetConflict(
            f"{self._target.label}: the lease changes hands faster than it can be taken", hint="run the command again"
        )


_WITHOUT = "apply with `--lock none`, or set `lock: {mode: none}` in the Project, if the target takes no lease"
