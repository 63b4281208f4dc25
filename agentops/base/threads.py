"""The one way to a thread and back, apart because a future does not carry everything that work can raise."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[..., T], *args: object, executor: Executor | None = None) -> T:
    """Return what the function returns, run in a thread of the executor, or of the event loop's own.

    Raises:
        RuntimeError: it raised StopIteration, for which whoever awaits a thread would wait for ever.
    """
    return await asyncio.get_running_loop().run_in_executor(executor, _carried, work, args)


def _carried(work: Callable[..., T], args: tuple[object, ...]) -> T:
    try:
        return work(*args)
    except StopIteration as error:
        # As in a generator or a coroutine. Source: PEP 479; asyncio.Future.set_exception refuses it.
        raise RuntimeError("The work raised StopIteration.") from error
