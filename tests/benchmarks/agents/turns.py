"""One side of the comparison: a process that takes a turn whenever its parent says so, and tells what it cost.

Standard library only: the processes run in environments that hold one framework each.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

COMMAND = {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]}
DESCRIPTION = "Runs a command."
TASK = "Look at the logs."
LEAD_TASK = "Have every specialist look at the logs."
"""What a lead is told, and nobody else: the model tells them apart by it."""

SPECIALISTS = 25

Turn = Callable[[int], Awaitable[object]]
"""Takes a turn of so many steps, the answer that ends it not counted, in a new conversation.

Of a team each specialist takes so many."""

Call = dict[str, Any]
"""The name of a tool and its input."""


async def _nothing() -> None:
    """Prepare nothing."""


async def attend(
    turn: Turn, prepare: Callable[[], Awaitable[None]] = _nothing, lead: Sequence[Sequence[Call]] = ()
) -> None:
    """Read from standard input of how many steps the next turn is; write its wall and CPU seconds, line by line.

    What is prepared before a turn is not of it. `lead` is what the lead of a team calls, answer by answer.
    """
    print(json.dumps({"lead": lead}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        await prepare()
        wall, cpu = time.perf_counter(), time.process_time()
        await turn(int(line))
        print(json.dumps({"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}), flush=True)


def delegations(name: str, **given: str) -> list[list[Call]]:
    """Return what a lead calls that delegates to every specialist in one answer."""
    return [[{"name": name, "input": given}] * SPECIALISTS]


def given() -> tuple[str, str]:
    """Return the model's URL and the folder to keep things in."""
    return sys.argv[1], sys.argv[2]
