"""The SDK's own `EnvironmentWorker` in a process of its own, where `kill -9` is what it says."""

import asyncio
import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anthropic import AsyncAnthropic, beta_async_tool
from anthropic.lib.tools.agent_toolset import beta_agent_toolset_20260401
from anyio import CancelScope

from tests.forked import processes

_NEWNS, _NEWUSER = 0x00020000, 0x10000000
_PRIVATE = 0x4000 | 0x40000


@dataclass(frozen=True)
class Hire:
    """Where a worker works."""

    url: str
    environment_id: str
    key: str
    workdir: Path
    is_apart: bool = False
    """Whether it has a `/mnt` of its own: it puts memory stores where the agent is told that they are."""


@contextmanager
def hired(hire: Hire) -> Iterator[Any]:
    """Have a worker until the end of the block, unless it is killed before."""
    process = processes.Process(target=_worked, args=(hire,))
    process.start()
    try:
        yield process
    finally:
        if process.is_alive():
            os.kill(process.pid or 0, signal.SIGINT)
        process.join(10)
        process.kill()
        process.join()


def _worked(hire: Hire) -> None:
    if hire.is_apart:
        _move_apart()
    asyncio.run(_work(hire))


def can_move_apart() -> bool:
    """Tell whether this host lets a process have a `/mnt` of its own."""
    process = processes.Process(target=_move_apart)
    process.start()
    process.join(20)
    return process.exitcode == 0


async def _work(hire: Hire) -> None:
    async with AsyncAnthropic(api_key="none", base_url=hire.url) as client:
        worker = client.beta.environments.work.worker(
            environment_id=hire.environment_id,
            environment_key=hire.key,
            workdir=hire.workdir,
            max_idle=0,
            tools=lambda env: [*beta_agent_toolset_20260401(env), lookup],
        )
        with CancelScope() as working:
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, working.cancel)
            await worker.run()


@beta_async_tool
async def lookup(ticket: int) -> str:
    """Look a ticket up.

    Args:
        ticket: Its number.
    """
    return f"Ticket {ticket} is 42."


def _move_apart() -> None:
    """Give this process an empty `/mnt` that nobody else sees."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_NEWNS) != 0:
        _done(libc.unshare(_NEWNS | _NEWUSER))
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _done(libc.mount(b"none", b"/", None, _PRIVATE, None))
    _done(libc.mount(b"none", b"/mnt", b"tmpfs", 0, None))


def _done(status: int) -> None:
    if status != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
