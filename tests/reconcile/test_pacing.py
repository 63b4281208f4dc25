"""How fast a target is asked: below its limits whatever happens, and at once where nobody counts."""

import asyncio
from collections import Counter

import httpx2
import pytest

from agentops.base.ids import CountingIds
from agentops.reconcile.apply import Applier
from agentops.reconcile.bodies import Stamp
from agentops.reconcile.delivery import Delivery
from agentops.reconcile.observed import known
from agentops.reconcile.pacing import Pace, Paced

from .given import OWNER, an_agent
from .ground import Ground, told

pytestmark = pytest.mark.anyio


class Time:
    """A clock that moves only by waiting; those who wait together come back together."""

    def __init__(self) -> None:
        self.at = 0.0
        self.said: list[str] = []

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        until = self.at + seconds
        await asyncio.sleep(0)
        self.at = max(self.at, until)

    def pace(self, writes: int = 0, *, is_counted: bool = True) -> Pace:
        return Pace(self.now, self.sleep, self.said.append, writes=writes, is_counted=is_counted)


async def taken(time: Time, pace: Pace, count: int, *, is_write: bool = True) -> list[float]:
    """Return when each of so many turns came."""
    moments = []
    for _ in range(count):
        await pace.take(is_write=is_write)
        moments.append(time.at)
    return moments


@pytest.mark.parametrize(("is_write", "limit"), [(True, 300), (False, 1200)])
async def test_no_minute_has_more_than_the_limit_and_no_long_run_less_than_four_fifths(
    is_write: bool, limit: int
) -> None:
    time = Time()
    moments = await taken(time, time.pace(), 3 * limit, is_write=is_write)
    for start in moments:
        assert sum(start <= each < start + 60 for each in moments) <= limit
    assert moments[-1] <= 3 * limit / (0.8 * limit) * 60


async def test_a_small_apply_waits_for_nothing() -> None:
    time = Time()
    assert await taken(time, time.pace(60), 60) == [0.0] * 60
    assert time.said == []


async def test_where_nobody_counts_nothing_waits() -> None:
    time = Time()
    assert (await taken(time, time.pace(1000, is_counted=False), 1000))[-1] == 0.0
    assert time.said == []


async def test_a_target_that_says_it_was_too_much_is_left_alone_for_so_long_and_asked_slowly_then() -> None:
    time = Time()
    pace = time.pace(300, is_counted=False)
    await taken(time, pace, 100)
    pace.refused(30.0)
    later = await taken(time, pace, 200)
    assert later[0] == pytest.approx(30.0, abs=0.5)
    assert later[-1] == pytest.approx(30.0 + 199 / 4, abs=0.5)
    assert time.said == ["throttled, about 80 s left", "throttled, about 50 s left", "throttled, about 20 s left"]


async def test_a_long_apply_says_beforehand_how_long_it_takes() -> None:
    time = Time()
    time.pace(1060)
    assert time.said == ["the target takes 300 writes a minute: 1060 of them take about 4 min"]


class Stingy(httpx2.AsyncBaseTransport):
    """A server that takes so many writes in a window of time, and says how long to wait for the next."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, time: Time, limit: int) -> None:
        self._inner, self._time, self._limit = inner, time, limit
        self.taken: Counter[int] = Counter()
        self.refused = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        window = int(self._time.at // 60)
        if request.method != "GET" and self.taken[window] >= self._limit:
            self.refused += 1
            wait = str(int((window + 1) * 60 - self._time.at) + 1)
            error = {"type": "error", "error": {"type": "rate_limit_error", "message": "Slow down."}}
            return httpx2.Response(429, json=error, headers={"retry-after": wait})
        self.taken[window] += request.method != "GET"
        return await self._inner.handle_async_request(request)


async def test_a_target_with_a_limit_takes_all_of_an_apply(ground: Ground) -> None:
    time = Time()
    ways: list[Stingy] = []

    def stingy(inner: httpx2.AsyncBaseTransport) -> httpx2.AsyncBaseTransport:
        ways.append(Stingy(inner, time, limit=20))
        return ways[0]

    there = ground.through(stingy)
    wanted = tuple(an_agent(f"agent-{each:02}") for each in range(50))
    made, world = await there.planned(*wanted)
    target = Paced(there.target, time.pace(len(wanted), is_counted=False))
    delivery = Delivery(target, time.sleep)
    applier = Applier(target, delivery, Stamp(OWNER, "0123456789abcdef", "0.1.0"), CountingIds())
    outcome = await applier.run(made, known(world, OWNER))
    assert outcome.is_complete, told(outcome)
    assert ways[0].refused <= 3 * 8, "of each window, no more than run at a time"
    assert (await ground.plan(*wanted)).is_empty
    assert len((await ground.everything())["agents"]) == 50
