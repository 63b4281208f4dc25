"""Deliveries give way to sessions, and are not held up for ever by a server that never rests."""

import asyncio

import pytest

from agentops.engine.core.sessions import inbox_topic, watchers_topic
from agentops.engine.deliveries.manners import EVERY_S, HELD_S, PARCELS, QUIET_PARCELS, QUIET_S, Leave, Manners

from .conftest import Post
from .receiver import Receiver

pytestmark = pytest.mark.anyio
AT_ONCE = 128


class Busy:
    """A server in which a session is at work all the time, and a courier that has so much to do."""

    def __init__(self, waiting: int, a_second: int = 0) -> None:
        self.manners = Manners(AT_ONCE)
        self.waiting, self.a_second = waiting, a_second
        self.sent: list[tuple[float, int]] = []

    def run(self, seconds: int) -> int:
        """Let the time pass in milliseconds, and return what still waits."""
        for number in range(seconds * 1000):
            at = number / 1000
            self.waiting += self.a_second if number % 1000 == 0 else 0
            self.manners.stir(at)
            leave = self.manners.leave(at)
            if leave.wait_s or not self.waiting:
                continue
            some = min(leave.parcels, self.waiting)
            self.waiting -= some
            self.sent.append((at, some))
            self.manners.went(at, has_more=some == leave.parcels)
        return self.waiting


def test_where_no_session_is_at_work_deliveries_go_on_at_once_and_in_portions() -> None:
    manners = Manners(AT_ONCE)
    assert manners.leave(0.0) == Leave(parcels=QUIET_PARCELS)
    manners.stir(10.0)
    assert manners.leave(10.0).wait_s == pytest.approx(QUIET_S)
    assert manners.leave(10.0 + QUIET_S) == Leave(parcels=QUIET_PARCELS)
    assert Manners(6).leave(0.0) == Leave(parcels=6)


def test_beside_a_session_that_never_rests_nothing_is_delivered_for_seconds_and_then_a_little_at_a_time() -> None:
    busy = Busy(10_000)
    busy.run(int(2 * HELD_S))
    first = busy.sent[0][0]
    assert first == pytest.approx(HELD_S)
    assert {count for _, count in busy.sent} == {PARCELS}
    apart = [after[0] - before[0] for before, after in zip(busy.sent, busy.sent[1:], strict=False)]
    assert min(apart) == pytest.approx(EVERY_S)


def test_a_server_that_never_rests_delivers_all_the_same_within_half_a_minute() -> None:
    assert Busy(2_000).run(30) == 0
    flood = Busy(0, a_second=500)
    assert flood.run(120) <= 30 * 500, "what is late is what came in the last half a minute at most"


def test_what_is_little_waits_for_a_quiet_moment_anew_each_time() -> None:
    busy = Busy(0, a_second=1)
    busy.run(60)
    assert len(busy.sent) <= 60 / HELD_S


async def test_a_courier_waits_while_sessions_of_its_process_are_at_work_and_not_for_others(
    post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url("/ok"))
    news = post.engine._news
    async with post.courier() as round_:
        manners, loop = round_.courier._manners, asyncio.get_running_loop()
        news.hear([watchers_topic("session_1"), inbox_topic("workspace", "session_1")])
        assert manners.leave(loop.time()).parcels, "those of other processes have a processor of their own, or may"
        news.tell([watchers_topic("session_1")])
        assert manners.leave(loop.time()).wait_s > 0
        await post.put(endpoint)
        await round_.courier.open()
        await receiver.reached("/ok", 1)
        assert manners.leave(loop.time()).parcels, "the moment was quiet"
