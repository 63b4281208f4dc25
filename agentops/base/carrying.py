"""Work that is not left half done when whoever waits for it is stopped."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def carried_through(work: Coroutine[Any, Any, T]) -> T:
    """Return what comes of the work; who is cancelled meanwhile goes once it has ended, and not before."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
