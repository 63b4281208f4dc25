"""A server that dreams in a process of its own, which can be told to die at any commit of the dream.

The database that it is given holds the sessions and the pending dream already: a life costs little more than its work.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.engine.core.dreams import ENDS
from agentops.engine.dreams.run import DreamRun
from agentops.engine.runner.means import Means
from agentops.engine.server import build
from agentops.engine.settings import Settings
from agentops.engine.store.port import Transaction
from tests.engine.dreams.bedroom import scripted
from tests.forked import processes
from tests.toolboxes import Bare

_PATIENCE_S = 50


@dataclass(frozen=True)
class NightLife:
    """What one process does: it dreams what waits, and goes when all has ended."""

    folder: Path
    dies_at: tuple[str, int] = ("", 0)
    """At which commit of a dream: what it does, and which of its kind, from 1."""

    side: Literal["before", "after"] = "after"

    @property
    def settings(self) -> Settings:
        return Settings(database=f"sqlite:///{self.folder / 'engine.db'}", data=self.folder)

    def begin(self) -> int:
        """Live, and return the status: 0, or minus the signal."""
        process = processes.Process(target=_lived, args=(self,))
        process.start()
        process.join(60)
        assert process.exitcode is not None, "the process lives on"
        return process.exitcode

    @property
    def commits(self) -> list[str]:
        """Return what each commit was, as the last life wrote it."""
        return (self.folder / "commits").read_text().splitlines()


def _lived(life: NightLife) -> None:
    asyncio.run(_live(life))


async def _live(life: NightLife) -> None:
    ended = asyncio.Event()
    _doom(life, ended)
    engine = build(life.settings, clock=SystemClock(), ids=RandomIds(), means=Means(scripted(), Bare()))
    asyncio.get_running_loop().call_later(_PATIENCE_S, os._exit, 1)
    async with engine:
        if not await engine._database.read(_are_over):
            await ended.wait()


def _are_over(tx: Transaction) -> bool:
    return {row[0] for row in tx.all("SELECT status FROM dreams")} <= ENDS


def _doom(life: NightLife, ended: asyncio.Event) -> None:
    """Have the process die at the commit that it is told, and hear of the last one."""
    written: Callable[..., Awaitable[Any]] = DreamRun._write
    notes = (life.folder / "commits").open("w")
    counts: Counter[str] = Counter()

    async def write(run: DreamRun, operation: Callable[..., Any], *args: Any) -> Any:
        counts[operation.__name__] += 1
        commit = (operation.__name__, counts[operation.__name__])
        notes.write(f"{operation.__name__}\n")
        notes.flush()
        if commit == life.dies_at and life.side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        found = await written(run, operation, *args)
        if commit == life.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if operation.__name__ in ("finish", "fail"):
            ended.set()
        return found

    DreamRun._write = write  # type: ignore[method-assign]  # a write to die in
