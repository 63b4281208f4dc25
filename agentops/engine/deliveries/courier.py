"""What this process delivers: due messages are taken a few at a time, sent side by side, and settled together.

A message is in the hands of one process, whose name is on its row. Whoever dies with it is followed by another, who
sends it once more: twice is allowed, never is not.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from agentops.base.clock import Clock, timestamp
from agentops.base.errors import StorageError
from agentops.engine.core.happenings import TOPIC
from agentops.engine.core.sessions import INBOX, WATCHERS
from agentops.engine.deliveries import sending
from agentops.engine.deliveries.lanes import Lanes
from agentops.engine.deliveries.manners import Manners
from agentops.engine.keyring import Keyring
from agentops.engine.meter import Meter
from agentops.engine.news import News
from agentops.engine.operations import delivering
from agentops.engine.operations.delivering import Desk, Opened, Parcel, Room, Sent, Taken
from agentops.engine.outbound import Outbound
from agentops.engine.posting import Posting
from agentops.engine.store.delivery_queue import DeliveryQueue
from agentops.engine.store.port import Database
from agentops.engine.store.tellings import Tellings

_log = logging.getLogger("agentops.engine")

_AT_ONCE = 128
"""Requests on their way from one process: two for each endpoint that an organization and its workspace can have."""

_PATIENCE_S = 10.0
"""For one attempt, from the look-up of the name to the head of the answer."""

_GATHER_S = 0.01
"""How long to wait for more, once there is something to do: a transaction for each message would take from sessions."""

_AFTER_FAILURE_S = 1.0

_GRACE_S = 2.0
"""How long what is on its way may take once the server must go; what is cut off then is sent again."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PostOffice:
    """What a courier works with."""

    runner_id: str
    database: Database
    clock: Clock
    keyring: Keyring
    news: News
    outbound: Outbound
    roll: Callable[[], float] = random.random
    patience_s: float = _PATIENCE_S
    grace_s: float = _GRACE_S
    at_once: int = _AT_ONCE
    meter: Meter | None = None
    """Counts what was tried; None where nobody watches."""


class Courier:
    """Everything that is delivered from this process; who lives is known by the list that sessions keep."""

    def __init__(self, office: PostOffice, *, look_every_s: float) -> None:
        """Begin with nothing."""
        self._in = office
        self._look_every_s = look_every_s
        self._lanes = Lanes(office.outbound)
        self._opened = Opened()
        self._in_hand: set[int] = set()
        self._sent: list[Sent] = []
        """What is still to be settled; it counts as on its way, so that there is never more of it than fits."""

        self._tasks: set[asyncio.Task[None]] = set()
        self._skew = timedelta()
        self._stirred = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._manners = Manners(office.at_once)
        self._most = office.at_once
        """How many parcels the next turn may begin."""

        office.news.attend(TOPIC, self._heard)
        for each in (INBOX, WATCHERS):
            office.news.attend(each, self._given_way)

    @property
    def in_hand(self) -> int:
        """Return how many messages are in the memory of this process: never more than it can send at once."""
        return len(self._in_hand)

    async def open(self) -> None:
        """Go on where others stopped, and go on looking; this process must be on the list of those that live."""
        self._closing.clear()
        self._watch = asyncio.ensure_future(self._keep_watch())

    async def close(self) -> None:
        """Let what is on its way arrive, unless that takes long, and give the rest back."""
        self._closing.set()
        self._stirred.set()
        if self._watch is not None:
            # Not cancelled: it may be about to learn what the database gave it.
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._in.grace_s)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._in_hand:
            sent, self._sent = self._sent, []
            try:
                await self._append(lambda desk: delivering.release(desk, sent))
                self._in_hand.clear()
                self._count(sent)
            except StorageError as error:
                _log.warning("others will find out that nothing is delivered from here: %s", error.message)
        await self._lanes.close()

    def _count(self, settled: Sequence[Sent]) -> None:
        """Count what is in the log of attempts by now."""
        if self._in.meter is not None:
            for each, _ in ((one.attempt, message) for one in settled for message in one.parcel.messages):
                self._in.meter.delivered(each.outcome.value, each.took_ms / 1000)

    def _heard(self, topic: str, *, is_own: bool) -> None:
        del topic
        # What happened elsewhere is delivered from there, or by whoever looks first when that one is short.
        if is_own:
            self._stirred.set()

    def _given_way(self, topic: str, *, is_own: bool) -> None:
        del topic
        if is_own:
            self._manners.stir(asyncio.get_running_loop().time())

    async def _give_way(self) -> None:
        """Wait until sessions leave room, and note for how much."""
        loop = asyncio.get_running_loop()
        while (leave := self._manners.leave(loop.time())).wait_s and not self._closing.is_set():
            await _until(self._closing, leave.wait_s)
        self._most = leave.parcels

    async def _keep_watch(self) -> None:
        loop = asyncio.get_running_loop()
        look_at = loop.time()
        while not self._closing.is_set():
            self._stirred.clear()
            try:
                if loop.time() >= look_at:
                    look_at = loop.time() + self._look_every_s
                    await self.recover()
                await self._give_way()
                await _until(self._stirred, min(self._look_every_s, await self.turn()))
                await _until(self._closing, _GATHER_S)
                continue
            except StorageError as error:
                _log.warning("nothing is delivered for now: %s", error.message)
            except Exception:  # noqa: BLE001 - the next turn may succeed
                _log.exception("nothing is delivered for now")
            # Whatever stirs meanwhile would only fail too.
            await _until(self._closing, min(self._look_every_s, _AFTER_FAILURE_S))

    async def recover(self) -> None:
        """Take over what the dead had, and free what this process has by the database only."""
        self._skew = await self._in.database.skew(self._in.clock)
        in_hand = frozenset(self._in_hand)
        runner_id = self._in.runner_id
        if await self._in.database.read(lambda tx: _is_amiss(DeliveryQueue(tx, runner_id), in_hand)):
            await self._append(lambda desk: delivering.recover(desk, in_hand))
        await self._lanes.tidy()

    async def turn(self) -> float:
        """Settle what was sent, take what is due and begin to send it; return after how many seconds more is due."""
        sent, self._sent = self._sent, []
        try:
            taken = await self._turned(sent)
        except BaseException:
            self._sent[:0] = sent
            raise
        self._in_hand.difference_update(message.seq for each in sent for message in each.parcel.messages)
        self._count(sent)
        for parcel in taken.parcels:
            self._send(parcel)
        has_more = taken.is_behind or len(taken.parcels) >= self._most
        self._manners.went(asyncio.get_running_loop().time(), has_more=has_more)
        if has_more and self._lanes.busy < self._in.at_once:
            return 0.0
        if taken.next_at is None:
            return self._look_every_s
        return max(0.0, (datetime.fromisoformat(taken.next_at) - self._now()).total_seconds())

    async def _turned(self, sent: Sequence[Sent]) -> Taken:
        room = self._room()
        if not sent:
            # Mostly there is nothing: to see that takes no writer's time.
            runner_id = self._in.runner_id
            is_all_told, lanes = await self._in.database.read(
                lambda tx: (Tellings(tx).is_empty(), DeliveryQueue(tx, runner_id).lanes())
            )
            next_at, now_open = delivering.sorted_out(lanes, room, self._now())
            if not now_open and (is_all_told or room.total <= 0):
                return Taken(next_at=next_at)
        return await self._append(partial(_settled_and_taken, sent=sent, room=room))

    def _room(self) -> Room:
        widths = self._lanes.widths()
        total = 0 if self._closing.is_set() else min(self._most, self._in.at_once - self._lanes.busy)
        return Room(total, lambda endpoint: widths.get(endpoint, 1), self._lanes.paced_until)

    def _send(self, parcel: Parcel) -> None:
        self._in_hand.update(each.seq for each in parcel.messages)
        now = self._now()
        paced_until = timestamp(now + timedelta(seconds=parcel.pace_s)) if parcel.pace_s else ""
        posting = self._lanes.enter(parcel, paced_until)
        task = asyncio.ensure_future(self._carry(parcel, posting, now))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, parcel: Parcel, posting: Posting, now: datetime) -> None:
        attempt = None
        try:
            attempt = await sending.attempt(parcel, posting, now, self._in.patience_s)
            self._sent.append(Sent(parcel, attempt, self._in.roll()))
        except Exception:  # noqa: BLE001 - it is in hand no more, and the next look has it sent again
            _log.exception("a delivery broke: endpoint=%s", parcel.endpoint_id)
            self._in_hand.difference_update(message.seq for message in parcel.messages)
        finally:
            self._lanes.leave(parcel, attempt)
            self._stirred.set()

    def _now(self) -> datetime:
        """Return this moment by the database's clock, which is the one that all servers share."""
        return self._in.clock.now() + self._skew

    async def _append(self, work: Callable[[Desk], T]) -> T:
        office, now = self._in, self._now()
        return await office.database.append(
            lambda tx: work(Desk(tx, office.keyring, office.runner_id, now, self._opened))
        )


async def _until(event: asyncio.Event, patience_s: float) -> None:
    # Not `wait_for`, which can keep a cancellation to itself.
    with suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            await event.wait()


def _settled_and_taken(desk: Desk, sent: Sequence[Sent], room: Room) -> Taken:
    delivering.settle(desk, sent)
    return delivering.take(desk, room) if room.total > 0 else Taken()


def _is_amiss(queue: DeliveryQueue, in_hand: frozenset[int]) -> bool:
    return queue.has_forsaken() or bool(queue.held() - in_hand)
