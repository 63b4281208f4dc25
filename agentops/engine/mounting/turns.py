"""One piece of work on a session's folder at a time, and each of them to its end: whoever waits may go."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from weakref import WeakValueDictionary

T = TypeVar("T")


class Turns:
    """Who works on which folder."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def take(self, name: str, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what the work returns, once it is its turn; cancelling leaves it to end by itself.

        A thread cannot be stopped: what begins next must not meet it.
        """
        task = asyncio.ensure_future(self._done(name, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def close(self, patience_s: float) -> None:
        """Wait for what was begun, and for nothing longer than that."""
        if self._tasks:
            _, late = await asyncio.wait(list(self._tasks), timeout=patience_s)
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _done(self, name: str, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        lock = self._locks.setdefault(name, asyncio.Lock())
        async with lock:
            return await work()
