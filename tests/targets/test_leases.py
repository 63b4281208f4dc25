"""Leases against a real engine, on a clock that the tests move: one holder at a time, whoever races or dies."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.base.errors import LeaseLost, TargetDenied, TargetError, TargetUnreachable
from agentops.base.ids import RandomIds
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.reconcile.lease import Holder, Lease, locks_of, metadata_of, path_of
from agentops.reconcile.objects import ObjectKind
from agentops.targets.endpoint import Endpoint
from agentops.targets.lease_keeper import Keeper
from agentops.targets.leases import Leases
from agentops.targets.live import LiveTarget
from agentops.targets.memory import Memory

pytestmark = pytest.mark.anyio

OWNER = "github.com/acme/agents"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TTL_S = 60


async def at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


class Wire(httpx2.AsyncBaseTransport):
    """The way to an engine, on which requests are counted and answers may get lost."""

    def __init__(self, app: object) -> None:
        self._inner = httpx2.ASGITransport(app=app)  # type: ignore[arg-type]  # httpx2 names no type for it
        self.requests: list[str] = []
        self.loses: Callable[[httpx2.Request], bool] = lambda _request: False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(f"{request.method} {request.url.path.rpartition('/v1/')[2].partition('/')[2]}")
        answer = await self._inner.handle_async_request(request)
        if self.loses(request):
            raise httpx2.ReadError("the answer is lost")
        return answer


@dataclass(frozen=True, slots=True)
class Scene:
    """An engine, its clock, and as many contenders as a test wants."""

    engine: Engine
    clock: ManualClock
    stack: AsyncExitStack

    async def contender(self, name: str, owner: str = OWNER) -> "Contender":
        wire = Wire(self.engine.app)
        endpoint = Endpoint("here", "http://engine.test", self.engine.credential)
        target = LiveTarget(endpoint, wire, sleep=at_once, clock=self.clock)
        await self.stack.enter_async_context(target)
        stores = await target.list(ObjectKind.MEMORY_STORE)
        assert stores is not None
        wire.requests.clear()
        lease = Lease(Holder(name), self.clock.now(), TTL_S, RandomIds().new("lease"))
        return Contender(Leases(target, owner, locks_of(stores, owner)), lease, target, wire)

    def pass_by(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))


@dataclass(frozen=True, slots=True)
class Contender:
    """One run that wants the lease."""

    leases: Leases
    lease: Lease
    target: LiveTarget
    wire: Wire

    async def take(self) -> str:
        """Take it; return who has it now."""
        taken = await self.leases.take(self.lease)
        return self.lease.holder.name if taken.holder is None else name_of(taken.holder.lease)

    async def stores(self) -> list[str]:
        return [each["id"] for each in locks_of(await self.target.list(ObjectKind.MEMORY_STORE) or (), OWNER)]

    async def memory(self) -> Memory:
        [store] = await self.stores()
        return Memory(self.target, store)


def name_of(lease: Lease | None) -> str:
    return lease.holder.name if lease else "nobody"


@pytest.fixture
async def scene(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Scene]:
    settings = Settings(database=f"sqlite:///{tmp_path}/engine.db", data=tmp_path)
    clock = ManualClock(NOON)
    async with build(settings, clock=clock, ids=RandomIds()) as engine, AsyncExitStack() as stack:
        yield Scene(engine, clock, stack)


async def test_one_holds_it_until_he_gives_it_back(scene: Scene) -> None:
    ada, bob = await scene.contender("ada"), await scene.contender("bob")
    assert await ada.take() == "ada"
    assert await bob.take() == "ada"
    await bob.leases.release()
    assert await bob.take() == "ada"
    await ada.leases.release()
    assert await bob.take() == "bob"


async def test_taking_and_giving_back_are_one_request_each_once_there_is_a_store(scene: Scene) -> None:
    first = await scene.contender("first")
    await first.take()
    await first.leases.release()
    again = await scene.contender("again")
    await again.take()
    await again.leases.release()
    assert [each.partition(" ")[0] for each in again.wire.requests] == ["POST", "DELETE"]


async def test_projects_do_not_know_of_each_other(scene: Scene) -> None:
    ada, bob = await scene.contender("ada"), await scene.contender("bob", "github.com/acme/others")
    assert (await ada.take(), await bob.take()) == ("ada", "bob")


async def test_a_holder_that_is_silent_for_too_long_loses_it_and_not_a_moment_before(scene: Scene) -> None:
    dead, heir = await scene.contender("dead"), await scene.contender("heir")
    await dead.take()
    scene.pass_by(TTL_S)
    assert await heir.take() == "dead"
    scene.pass_by(0.001)
    taken = await heir.leases.take(heir.lease)
    assert taken.holder is None
    assert taken.previous
    assert name_of(taken.previous.lease) == "dead"
    with pytest.raises(LeaseLost, match="taken over by heir"):
        await dead.leases.renew()
    await dead.leases.release()
    assert name_of((await heir.leases.holder() or pytest.fail("gone")).lease) == "heir"


async def test_a_holder_that_renews_keeps_it(scene: Scene) -> None:
    ada, bob = await scene.contender("ada"), await scene.contender("bob")
    await ada.take()
    for _ in range(5):
        scene.pass_by(TTL_S - 1)
        await ada.leases.renew()
        assert await bob.take() == "ada"


@pytest.mark.parametrize("beginning", ["nothing", "free", "expired"])
async def test_of_ten_at_once_exactly_one_gets_it(scene: Scene, beginning: str) -> None:
    """The first runs of all make stores beside each other, and settle on one."""
    if beginning != "nothing":
        before = await scene.contender("before")
        await before.take()
        if beginning == "free":
            await before.leases.release()
        scene.pass_by(TTL_S + 1)
    contenders = [await scene.contender(f"run {number}") for number in range(10)]
    found = await asyncio.gather(*(each.take() for each in contenders), return_exceptions=True)
    winners = [each for each, holder in zip(contenders, found, strict=True) if holder == each.lease.holder.name]
    assert len(winners) <= 1, found
    if beginning != "nothing":
        assert len(winners) == 1, found
    for each in contenders:
        await each.leases.release()
    last = await scene.contender("last")
    assert await last.take() == "last"
    assert len(await last.stores()) == 1


async def test_two_first_runs_never_both_get_it(scene: Scene) -> None:
    """Each has made a store before the other one looked."""
    ada, bob = await scene.contender("ada"), await scene.contender("bob")
    for each in (ada, bob):
        await each.target.sdk().beta.memory_stores.create(name="agentops-lock", metadata=metadata_of(OWNER))
    late = await scene.contender("late")
    assert await late.take() == "late"
    assert await (await scene.contender("later")).take() == "late"
    assert len(await late.stores()) == 1


@pytest.mark.parametrize("lost", ["POST", "DELETE"])
async def test_an_answer_that_gets_lost_changes_nothing(scene: Scene, lost: str) -> None:
    first = await scene.contender("first")
    await first.take()
    await first.leases.release()
    ada = await scene.contender("ada")
    losses = iter([True])
    ada.wire.loses = lambda request: request.method == lost and next(losses, False)
    assert await ada.take() == "ada"
    assert await (await scene.contender("bob")).take() == "ada"
    await ada.leases.release()
    assert await (await scene.contender("bob")).take() == "bob"


async def test_a_renewal_whose_answer_gets_lost_is_no_loss(scene: Scene) -> None:
    ada = await scene.contender("ada")
    await ada.take()
    losses = iter([True])
    ada.wire.loses = lambda _request: next(losses, False)
    with pytest.raises(TargetUnreachable):
        await ada.leases.renew()
    await ada.leases.renew()
    losses = iter([True])
    with pytest.raises(TargetUnreachable):
        await ada.leases.renew()
    await ada.leases.release()
    assert await ada.leases.holder() is None


async def test_whoever_is_interrupted_while_he_asks_gives_back_what_he_may_have_got(scene: Scene) -> None:
    first = await scene.contender("first")
    await first.take()
    await first.leases.release()
    ada = await scene.contender("ada")

    def interrupt(_request: httpx2.Request) -> bool:
        raise asyncio.CancelledError

    ada.wire.loses = interrupt
    with pytest.raises(asyncio.CancelledError):
        await ada.take()
    assert name_of((await first.leases.holder() or pytest.fail("not there")).lease) == "ada"
    ada.wire.loses = lambda _request: False
    await ada.leases.release()
    assert await first.leases.holder() is None


async def test_what_is_no_lease_in_its_place_blocks_no_longer_than_one(scene: Scene) -> None:
    ada = await scene.contender("ada")
    await ada.take()
    await ada.leases.release()
    memory = await ada.memory()
    await memory.create(path_of(OWNER), "x" * 100_000)
    assert await ada.take() == "nobody"
    scene.pass_by(TTL_S + 1)
    assert await ada.take() == "ada"


async def test_a_store_that_is_removed_or_archived_is_made_again(scene: Scene) -> None:
    ada = await scene.contender("ada")
    await ada.take()
    await ada.leases.release()
    for put_away in (ada.target.sdk().beta.memory_stores.delete, ada.target.sdk().beta.memory_stores.archive):
        bob = await scene.contender("bob")
        await put_away((await ada.memory()).id)
        assert await bob.take() == "bob"
        await bob.leases.release()


async def test_taking_away_frees_it_for_everybody_and_stops_its_holder(scene: Scene) -> None:
    ada = await scene.contender("ada")
    await ada.take()
    bob = await scene.contender("bob")
    held = await bob.leases.take(bob.lease)
    assert held.holder
    await ada.leases.renew()
    assert await bob.leases.take_away(held.holder)
    with pytest.raises(LeaseLost, match="taken away"):
        await ada.leases.renew()
    assert await bob.take() == "bob"
    assert not await ada.leases.take_away(held.holder)
    assert await ada.take() == "bob"


async def test_the_stores_can_be_removed_with_the_lease(scene: Scene) -> None:
    ada = await scene.contender("ada")
    await ada.take()
    await ada.leases.remove_stores()
    assert await ada.stores() == []
    assert await (await scene.contender("bob")).take() == "bob"


async def test_another_run_since_our_look_is_known(scene: Scene) -> None:
    ada, bob = await scene.contender("ada"), await scene.contender("bob")
    await ada.take()
    assert not await ada.leases.was_held_since(NOON)
    await ada.leases.release()
    scene.pass_by(1)
    await bob.take()
    assert await bob.leases.was_held_since(NOON)
    assert not await bob.leases.was_held_since(scene.clock.now())


async def test_a_key_that_may_not_write_memory_stores_is_told_so(scene: Scene) -> None:
    ada = await scene.contender("ada")
    refused = httpx2.MockTransport(lambda _: httpx2.Response(403, json={"error": {"message": "Not yours."}}))
    async with LiveTarget(Endpoint("there", "http://x.test", scene.engine.credential), refused) as target:
        with pytest.raises(TargetDenied, match="Not yours"):
            await Leases(target, OWNER, ()).take(ada.lease)


class Hours:
    """A clock for a keeper: whoever sleeps moves it, and the server's with it."""

    def __init__(self, scene: Scene) -> None:
        self.at_s = 0.0
        self.naps: list[float] = []
        self._scene = scene

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.at_s += seconds
        self._scene.pass_by(seconds)
        if len(self.naps) > 12:
            raise asyncio.CancelledError

    def now(self) -> float:
        return self.at_s


async def kept(scene: Scene, ada: Contender) -> tuple[Hours, list[str]]:
    """Keep a lease until it is lost, or for a while."""
    hours, lost = Hours(scene), list[str]()
    with suppress(asyncio.CancelledError):
        await Keeper(ada.leases, TTL_S, lost.append).run(hours.sleep, hours.now, 0.0)
    return hours, lost


async def test_a_keeper_renews_three_times_as_often_as_it_must(scene: Scene) -> None:
    ada = await scene.contender("ada")
    await ada.take()
    hours, lost = await kept(scene, ada)
    assert (set(hours.naps), lost) == ({20.0}, [])
    assert await (await scene.contender("bob")).take() == "ada"


async def test_a_keeper_that_cannot_reach_the_target_tells_when_the_lease_is_over_and_not_before(scene: Scene) -> None:
    ada = await scene.contender("ada")
    await ada.take()
    ada.wire.loses = lambda _request: True
    hours, lost = await kept(scene, ada)
    assert (len(lost), hours.at_s) == (1, TTL_S)
    assert "the lease expired before it could be renewed" in lost[0]


async def test_a_keeper_tells_who_took_it_over(scene: Scene) -> None:
    ada = await scene.contender("ada")
    await ada.take()
    scene.pass_by(TTL_S + 1)
    assert await (await scene.contender("bob")).take() == "bob"
    _, lost = await kept(scene, ada)
    assert lost == ["the lease was taken over by bob"]


async def test_an_answer_that_is_not_the_api_is_no_lease(scene: Scene) -> None:
    ada = await scene.contender("ada")
    await ada.take()

    def odd(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return httpx2.Response(409, json={"error": {"message": "There is one."}})
        return httpx2.Response(200, json={"data": [{"type": "memory", "path": path_of(OWNER), "id": "mem_1"}]})

    stores = [{"id": "memstore_1", "created_at": ""}]
    async with LiveTarget(
        Endpoint("there", "http://x.test", scene.engine.credential), httpx2.MockTransport(odd)
    ) as target:
        with pytest.raises(TargetError, match="not the API"):
            await Leases(target, OWNER, stores).take(ada.lease)
