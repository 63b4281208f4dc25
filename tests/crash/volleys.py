"""Servers in processes of their own whose clocks are moved from outside, and which can be told where to die.

Each has its own watch over schedules; beside it, it looks once more when it is told the time, and answers after that.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from agentops.base.clock import ManualClock
from agentops.base.ids import RandomIds
from agentops.engine.core.firing import TOPIC
from agentops.engine.firing.rounds import Rounds, Station
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.port import Transaction
from tests.forked import processes

Side = Literal["before", "after"]


@dataclass(frozen=True)
class Order:
    """What a server is told: the time, and perhaps to die when it fires the n-th time from now."""

    now: datetime
    dies_at: int = 0
    side: Side = "after"


@dataclass(frozen=True)
class Post:
    """Where servers stand."""

    url: str
    folder: Path
    now: datetime

    @property
    def settings(self) -> Settings:
        return Settings(database=self.url, data=self.folder)


class Gunner:
    """A process that fires."""

    def __init__(self, post: Post) -> None:
        self._line, theirs = processes.Pipe()
        self._process = processes.Process(target=_served, args=(post, theirs))
        self._process.start()
        theirs.close()

    def tell(self, order: Order) -> None:
        # It may have died since its last answer, by what its watch did meanwhile.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._line.send(order)

    def answers(self) -> bool:
        """Wait until it has looked, and tell whether it lives."""
        try:
            return self._process.exitcode is None and bool(self._line.recv())
        except (EOFError, ConnectionResetError):
            self._process.join()
            assert self._process.exitcode == -signal.SIGKILL, "it died of something else"
            return False

    def kill(self) -> None:
        """End it as the system does when memory runs out, and see it gone."""
        self._process.kill()
        self._process.join()


def _served(post: Post, line: Connection) -> None:
    asyncio.run(_serve(post, line))


async def _serve(post: Post, line: Connection) -> None:
    clock = ManualClock(post.now)
    engine = build(post.settings, clock=clock, ids=RandomIds())
    async with engine:
        rounds = Rounds(Station(engine._name, engine._database, engine._ids, engine._keyring, engine._news))
        line.send(True)
        while True:
            order: Order = await asyncio.to_thread(line.recv)
            _doom(engine, order)
            clock.advance(order.now - clock.now())
            engine._news.hear([TOPIC])
            again = await rounds.turn(order.now)
            assert again is None or again > order.now, "something is left"
            line.send(True)


def _doom(engine: Engine, order: Order) -> None:
    """Have the process die in its n-th transaction, when all is written and not committed, or right behind it."""
    write, count = type(engine._database).write, 0

    async def doomed(work: Callable[[Transaction], Any]) -> Any:
        nonlocal count
        count += 1
        if count != order.dies_at:
            return await write(engine._database, work)  # type: ignore[arg-type] # a protocol's method, unbound

        def fatal(tx: Transaction) -> Any:
            found = work(tx)
            if order.side == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        await write(engine._database, fatal)  # type: ignore[arg-type] # as above
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    engine._database.write = doomed  # type: ignore[method-assign]  # a commit to die in
