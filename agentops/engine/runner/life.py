"""Is a process that runs sessions still there? On one machine at once, elsewhere by its signs of life."""

import os
import socket
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from agentops.base.clock import timestamp
from agentops.engine.store.runners import Runner

SIGN_S = 5.0
"""How often a process gives a sign of life."""

SILENCE = timedelta(seconds=15)
"""After how long without one it counts as dead: three signs missed."""

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NOTHING = "-"


def born(runner_id: str, at: datetime) -> Runner:
    """Return this process."""
    return Runner(runner_id, _host(), f"{os.getpid()} {_began(os.getpid())}", timestamp(at))


def dead(runners: Iterable[Runner], own_id: str, at: datetime) -> frozenset[str]:
    """Return the ids of those that are gone."""
    return frozenset(each.id for each in runners if each.id != own_id and is_dead(each, at))


def is_dead(runner: Runner, at: datetime) -> bool:
    """Tell whether a process is gone, or has been silent for so long that others may think so."""
    return runner.seen_at < timestamp(at - SILENCE) or (runner.host == _host() and _is_gone(runner.process))


def _is_gone(process: str) -> bool:
    number, _, began = process.partition(" ")
    return began != _NOTHING and number.isdigit() and _began(int(number)) != began


def _began(number: int) -> str:
    """Return when a process began, in the kernel's ticks; a dash where there is none, or nobody can tell.

    Source: proc(5), field 22 of `stat`; the name in field 2 may hold spaces and brackets.
    """
    try:
        stat = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _NOTHING
    state, *others = stat.rpartition(")")[2].split()
    # Who is dead and not yet buried runs nothing.
    return _NOTHING if state in ("Z", "X") else others[18]


@cache
def _host() -> str:
    """Return the machine, and which start of it: a container shares the kernel's but has a name of its own."""
    try:
        boot = _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        boot = _NOTHING
    return f"{socket.gethostname()} {boot} {_namespace()}"


def _namespace() -> str:
    """Return which process numbers are ours: containers of one machine count for themselves."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return _NOTHING
