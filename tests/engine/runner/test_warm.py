"""Toolboxes that wait for the next turn of their session."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from agentops.engine.runner.warm import KEPT, KEPT_MAX, WarmToolboxes
from agentops.engine.store.runners import Place
from agentops.engine.tools.port import Invocation, Outcome, text

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Box:
    """A toolbox that knows whether it was closed."""

    is_closed = False

    async def run(self, invocation: Invocation) -> Outcome:
        return text(invocation.name)

    async def close(self) -> None:
        self.is_closed = True


def place(number: int = 0) -> Place:
    return Place("wrkspc_default", f"sesn_{number}")


async def test_a_session_gets_its_own_back_once() -> None:
    warm, box = WarmToolboxes(), Box()
    await warm.put(place(), box, NOW)
    assert warm.take(place(1)) is None
    assert warm.take(place()) is box
    assert warm.take(place()) is None
    assert not box.is_closed


async def test_what_waited_long_enough_is_closed() -> None:
    warm, early, late = WarmToolboxes(), Box(), Box()
    await warm.put(place(1), early, NOW)
    await warm.put(place(2), late, NOW + timedelta(seconds=1))
    await warm.close_expired(NOW + KEPT)
    assert (early.is_closed, late.is_closed) == (True, False)
    assert warm.take(place(1)) is None


async def test_of_too_many_the_oldest_is_closed() -> None:
    warm, boxes = WarmToolboxes(), [Box() for _ in range(KEPT_MAX + 1)]
    for number, box in enumerate(boxes):
        await warm.put(place(number), box, NOW)
    assert [box.is_closed for box in boxes] == [True] + [False] * KEPT_MAX


class Stuck(Box):
    """A toolbox that cannot be closed."""

    async def close(self) -> None:
        raise OSError("it does not end")


class Slow(Box):
    """A toolbox that takes its time."""

    def __init__(self) -> None:
        self.is_closing, self.may_close = asyncio.Event(), asyncio.Event()

    async def close(self) -> None:
        self.is_closing.set()
        await self.may_close.wait()


async def test_what_is_being_closed_is_nobody_s_and_what_comes_meanwhile_stays() -> None:
    warm, slow, other, fresh = WarmToolboxes(), Slow(), Box(), Box()
    for number, box in enumerate((slow, other)):
        await warm.put(place(number), box, NOW)
    closing = asyncio.ensure_future(warm.close_expired(NOW + KEPT))
    await slow.is_closing.wait()
    assert warm.take(place(1)) is None
    await warm.put(place(1), fresh, NOW)
    slow.may_close.set()
    await closing
    assert (other.is_closed, fresh.is_closed) == (True, False)


async def test_one_that_cannot_be_closed_spoils_nothing_for_the_others() -> None:
    warm, others = WarmToolboxes(), [Box() for _ in range(KEPT_MAX)]
    await warm.put(place(), Stuck(), NOW)
    for number, box in enumerate(others, start=1):
        await warm.put(place(number), box, NOW)
    await warm.put(place(), Stuck(), NOW)
    await warm.close()
    assert all(box.is_closed for box in others)


async def test_at_the_end_all_are_closed() -> None:
    warm, boxes = WarmToolboxes(), [Box(), Box()]
    for number, box in enumerate(boxes):
        await warm.put(place(number), box, NOW)
    await warm.close()
    assert all(box.is_closed for box in boxes)
