"""Processes that are started and given up at once."""

import asyncio
import contextlib
import gc
import os
from pathlib import Path

import pytest

from agentops.engine.sandbox.running import Command, Pipes, Running, pipe
from tests.engine.loops import BOTH_LOOPS

pytestmark = [pytest.mark.anyio, BOTH_LOOPS]

PATIENCE_S = 10


def open_pipes() -> set[tuple[str, str]]:
    """Return the open descriptors that a process takes, and what they are: a pipe has a number of its own."""
    found = set()
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the folder's own descriptor, or one closed meanwhile
            found.add((each.name, str(each.readlink())))
    return {(name, what) for name, what in found if "pipe:" in what or "pidfd" in what}


@pytest.mark.parametrize("turns", [1, 2, 3])
async def test_a_process_that_is_given_up_while_it_starts_leaves_nothing_open(turns: int) -> None:
    gc.collect()
    before = open_pipes()
    pipes = Pipes()
    starting = asyncio.ensure_future(Running.start(Command(("/bin/sleep", "1000"), {}), pipes, is_private=False))
    for _ in range(turns):
        await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    pipes.close_all()
    async with asyncio.timeout(PATIENCE_S):
        # The end of a process is noticed in its own time. Earlier tests may close what is theirs meanwhile.
        while open_pipes() - before:  # noqa: ASYNC110 - what the system closes is no event of ours
            await asyncio.sleep(0)


async def test_an_end_whose_number_is_another_files_by_now_leaves_that_alone(tmp_path: Path) -> None:
    read, write = pipe()
    number = read.fileno()
    with (tmp_path / "file").open("wb") as file:
        os.dup2(file.fileno(), number)  # as if libuv had closed it, and somebody opened a file
    read.close()
    os.write(number, b"It is open.")
    os.close(number)
    write.close()


async def test_an_end_closes_what_is_its_own() -> None:
    before = open_pipes()
    ends = pipe()
    assert len(open_pipes() - before) == 2
    for each in (*ends, *ends):
        each.close()
    assert not open_pipes() - before
