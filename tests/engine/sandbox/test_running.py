"""Processes that are started and given up at once."""

import asyncio
import gc
from pathlib import Path

import pytest

from agentops.engine.sandbox.running import Command, Pipes, Running

pytestmark = pytest.mark.anyio

PATIENCE_S = 10


def open_files() -> set[str]:
    return {each.name for each in Path("/proc/self/fd").iterdir()}


@pytest.mark.parametrize("turns", [1, 2, 3])
async def test_a_process_that_is_given_up_while_it_starts_leaves_nothing_open(turns: int) -> None:
    gc.collect()
    before = open_files()
    pipes = Pipes()
    starting = asyncio.ensure_future(Running.start(Command(("/bin/cat",), {}), pipes, is_private=False))
    for _ in range(turns):
        await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    pipes.close_all()
    async with asyncio.timeout(PATIENCE_S):
        # The end of a process is noticed in its own time.
        while open_files() != before:  # noqa: ASYNC110 - what the system closes is no event of ours
            await asyncio.sleep(0)
