"""The processes below a shell, as `/proc` shows them: who is to be interrupted, and who was there before."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

_TICKS = os.sysconf("SC_CLK_TCK")


class Process(NamedTuple):
    """One process; its start is in clock ticks since boot."""

    id: int
    parent: int
    group: int
    started: int
    is_over: bool = False
    """Whether it only waits for its parent to hear of its end."""


def ticks() -> int:
    """Return this moment as processes' starts are counted."""
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * _TICKS)


def begun_since(top: int, moment: int) -> list[Process]:
    """Return the processes below `top` that did not run before."""
    everybody = list(_everybody())
    below = {top}
    found: list[Process] = []
    # A child can have a lower number than its parent when the numbers wrap: go over them until nobody is added.
    while True:
        more = [each for each in everybody if each.parent in below and each.id not in below]
        if not more:
            return found
        below.update(each.id for each in more)
        found += [each for each in more if each.started >= moment]


def strangers(own: int) -> list[Process]:
    """Return all living processes but this one and those that it comes from, the oldest first."""
    everybody = {each.id: each for each in _everybody()}
    ours, each = {own}, everybody.get(own)
    while each is not None:
        ours.add(each.parent)
        each = everybody.get(each.parent)
    others = (each for each in everybody.values() if each.id not in ours and not each.is_over)
    return sorted(others, key=lambda each: (each.started, each.id))


def interrupt(shell: int, moment: int) -> None:
    """Send SIGINT as a terminal does: to the shell and to what it runs in the foreground.

    What a shell starts in the background ignores SIGINT; so does what that starts.
    """
    with suppress(OSError):
        os.killpg(shell, signal.SIGINT)
    for each in begun_since(shell, moment):
        # Some commands, `timeout` among them, leave the group of the shell.
        if each.group != shell and not _ignores_interrupts(each.id):
            with suppress(OSError):
                os.kill(each.id, signal.SIGINT)


def kill(shell: int, moment: int) -> None:
    """Kill what the shell has started since."""
    for each in begun_since(shell, moment):
        with suppress(OSError):
            os.kill(each.id, signal.SIGKILL)


def _everybody() -> Iterator[Process]:
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                # The name of a program stands in parentheses and may hold anything.
                rest = file.read().rpartition(b")")[2].split()
        except OSError:
            continue
        if len(rest) > 19:
            yield Process(int(name), int(rest[1]), int(rest[2]), int(rest[19]), rest[0] in (b"Z", b"X"))


def _ignores_interrupts(process: int) -> bool:
    try:
        with open(f"/proc/{process}/status", "rb") as file:
            ignored = next((line for line in file if line.startswith(b"SigIgn:")), b"SigIgn: 0")
    except OSError:
        return True
    return bool(int(ignored.split()[1], 16) >> (signal.SIGINT - 1) & 1)
