"""Work on an event loop of its own: its value, its errors, and its end when nobody wants it any more."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from agentops.base.giving_up import go_on
from agentops.engine.dreams.apart import apart

pytestmark = pytest.mark.anyio


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


async def test_it_runs_in_another_thread_and_its_value_comes_back(threads: ThreadPoolExecutor) -> None:
    async def work() -> int:
        return threading.get_ident()

    assert await apart(work, threads) != threading.get_ident()


async def test_what_it_raises_comes_back(threads: ThreadPoolExecutor) -> None:
    async def work() -> None:
        raise ValueError("here")

    with pytest.raises(ValueError, match="here"):
        await apart(work, threads)


async def test_it_is_canceled_there(threads: ThreadPoolExecutor) -> None:
    begun, was_canceled = threading.Event(), threading.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            was_canceled.set()
            raise

    task = asyncio.ensure_future(apart(work, threads))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert was_canceled.is_set()


async def test_what_only_computes_is_given_up_where_it_asks(threads: ThreadPoolExecutor) -> None:
    begun = threading.Event()

    async def work() -> None:
        while True:
            go_on()
            begun.set()

    task = asyncio.ensure_future(apart(work, threads))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_it_is_canceled_before_it_begins(threads: ThreadPoolExecutor) -> None:
    gate, ran = threading.Event(), threading.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        ran.set()

    first = threads.submit(gate.wait)
    task = asyncio.ensure_future(apart(work, threads))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert first.result()
    assert not ran.is_set()
