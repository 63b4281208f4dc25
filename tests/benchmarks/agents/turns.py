"""One side of the comparison: a process that takes a turn whenever its parent says so, and tells what it cost.

Standard library only: the processes run in environments that hold one framework each.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

COMMAND = {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]}
DESCRIPTION = "Runs a command."
TASK = "Look at the logs."

Turn = Callable[[int], Awaitable[object]]
"""Takes a turn of so many steps, the answer that ends it not counted, in a new conversation."""


async def _nothing() -> None:
    """Prepare nothing."""


async def attend(turn: Turn, prepare: Callable[[], Awaitable[None]] = _nothing) -> None:
    """Read from standard input of how many steps the next turn is; write its wall and CPU seconds, line by line.

    What is prepared before a turn is not of it.
    """
    print(json.dumps({"is_ready": True}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        await prepare()
        wall, cpu = time.perf_counter(), time.process_time()
        await turn(int(line))
        print(json.dumps({"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}), flush=True)


def given() -> tuple[str, str]:
    """Return the model's URL and the folder to keep things in."""
    return sys.argv[1], sys.argv[2]
