"""The watch over what the kernel does not bound: room on the disk, and memory where there is no group for it."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from agentops.engine.sandbox.bounds import usage
from agentops.engine.sandbox.port import Limits

_log = logging.getLogger("agentops.engine")

_FAILURES_MAX = 5
"""Counts in a row that may fail: what nobody counts has no bounds."""

_PERIOD_S = 1.0
_DISK_PERIOD_S = 2.0
_DISK_SHARE = 20
"""A count that takes long is made less often: it may take a twentieth of the time of one thread."""

_MIB = 1024 * 1024
FREE_MIB = 256
"""Left for the server itself: without it no event could be written."""

_BYSTANDER_MIB = 64
"""A sandbox that has taken less is not what filled the disk."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A sandbox as the watch sees it."""

    first: int
    """The process that all others inside come from."""

    folders: tuple[Path, ...]
    """The writable ones; the first lies on the server's own disk."""

    limits: Limits
    counts_memory: bool
    """Whether nobody else does."""


def over_memory(watched: Watched) -> str | None:
    """Return what to say of a sandbox that has more memory than it may, or None."""
    limit = watched.limits.memory_mib * _MIB
    if usage.memory(usage.family(watched.first, usage.processes()), limit) <= limit:
        return None
    return f"The sandbox used more than its {watched.limits.memory_mib} MiB of memory and was stopped."


def over_disk(watched: Watched) -> str | None:
    """Return what to say of a sandbox that has more of the disk than it may, or None."""
    limits, size, files = watched.limits, 0, 0
    size_max = limits.disk_mib * _MIB
    for folder in watched.folders:
        found = usage.room(folder, size_max=size_max - size, files_max=limits.files - files)
        size, files = size + found.size, files + found.files
        if found.is_too_deep:
            return f"The sandbox made folders nested deeper than {usage.DEEPEST} and was stopped."
        if found.is_hidden:
            return "The sandbox kept its folders from being counted and was stopped."
    if files > limits.files:
        return f"The sandbox made more than its {limits.files} files and was stopped."
    with contextlib.suppress(OSError):
        inside = usage.family(watched.first, usage.processes())
        size += usage.unlinked(inside, watched.folders[0].stat().st_dev)
        disk = os.statvfs(watched.folders[0])
        if disk.f_bavail * disk.f_frsize < FREE_MIB * _MIB and size > _BYSTANDER_MIB * _MIB:
            return f"Less than {FREE_MIB} MiB are left on the server's disk: the sandbox was stopped. Make room there."
    return f"The sandbox used more than its {limits.disk_mib} MiB of disk and was stopped." if size > size_max else None


class Watch:
    """Looks at every sandbox again and again, off the event loop, and says once what is too much."""

    def __init__(self) -> None:
        """Begin with nothing to look at."""
        self._tasks: dict[Watched, asyncio.Task[None]] = {}
        # One thread: however many sandboxes there are, counting takes no more than that from the server.
        self._thread = ThreadPoolExecutor(1, "sandbox-watch")

    def add(self, watched: Watched, excess: Callable[[str], None]) -> None:
        """Look at a sandbox until it is removed, or too large: then say so."""
        self._tasks[watched] = asyncio.create_task(self._look(watched, excess))

    def remove(self, watched: Watched) -> None:
        """Look at it no longer."""
        task = self._tasks.pop(watched, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def close(self) -> None:
        """Look at nothing any more."""
        for each in self._tasks.values():
            each.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _look(self, watched: Watched, excess: Callable[[str], None]) -> None:
        said, failures = None, 0
        counts = self._counts(watched)
        while said is None:
            await asyncio.sleep(_PERIOD_S)
            try:
                said = await counts()
                failures = 0
            except Exception:  # noqa: BLE001 - whatever keeps it from being counted
                failures += 1
                _log.exception("a sandbox could not be counted, for the %d. time", failures)
                if failures >= _FAILURES_MAX:
                    said = "What the sandbox uses could not be counted, and it was stopped."
        excess(said)

    def _counts(self, watched: Watched) -> Callable[[], Awaitable[str | None]]:
        """Return what counts a sandbox once: the disk seldom, where that takes long."""
        loop = asyncio.get_running_loop()
        next_disk = 0.0

        async def count() -> str | None:
            nonlocal next_disk
            said = await loop.run_in_executor(self._thread, over_memory, watched) if watched.counts_memory else None
            if said is None and loop.time() >= next_disk:
                begun = loop.time()
                said = await loop.run_in_executor(self._thread, over_disk, watched)
                next_disk = loop.time() + max(_DISK_PERIOD_S, _DISK_SHARE * (loop.time() - begun))
            return said

        return count
