"""A dreamer's work away from the event loop that serves everybody: on one of its own, in a thread."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from contextlib import suppress
from typing import Any, Generic, ParamSpec, TypeVar

from agentops.base.giving_up import given_up_when
from agentops.base.threads import in_thread

P = ParamSpec("P")
T = TypeVar("T")


async def apart(work: Callable[[], Coroutine[Any, Any, T]], executor: Executor) -> T:
    """Return what the coroutine returns, run in a thread; cancelling the call cancels it there, and waits for that.

    A stretch of it that computes and waits for nothing is given up at its next `go_on`.
    """
    desk = _Desk(work)
    running = asyncio.ensure_future(in_thread(desk.run, executor=executor))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        desk.stop()
        while not running.done():
            # Whoever cancels once more waits as well: nothing of it goes on behind anybody's back.
            with suppress(asyncio.CancelledError):
                await asyncio.wait([running])
        raise


async def computed(work: Callable[P, T], executor: Executor, *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what the function returns, run in a thread; cancelling the call gives it up there."""

    async def done() -> T:
        return work(*args, **kwargs)

    return await apart(done, executor)


class _Desk(Generic[T]):
    """Where the thread and who waits for it meet."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._work = work
        self._lock = threading.Lock()
        """Holds whether it was stopped and what can be stopped together: either side may come first."""

        self._is_stopped = False
        self._task: tuple[asyncio.AbstractEventLoop, asyncio.Task[T]] | None = None

    def run(self) -> T:
        """Run the work to its end, in the thread."""
        with given_up_when(lambda: self._is_stopped):
            return asyncio.run(self._known())

    def stop(self) -> None:
        """Have it canceled, from another thread."""
        with self._lock:
            self._is_stopped = True
            if self._task is not None:
                loop, task = self._task
                with suppress(RuntimeError):  # the loop has come to its end meanwhile
                    loop.call_soon_threadsafe(task.cancel)

    async def _known(self) -> T:
        task = asyncio.ensure_future(self._work())
        with self._lock:
            self._task = (asyncio.get_running_loop(), task)
            if self._is_stopped:
                task.cancel()
        return await task
