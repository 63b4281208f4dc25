"""The watch itself: a round after every save and now and then without one, the newest save always winning."""

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentops.cli.watching.eyes import Eyes
from agentops.cli.watching.ground import Folder, Signature, base, covered, files, named, signature
from agentops.cli.watching.rounds import Rounds, Wish, ended
from agentops.manifests.source import project_of


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient a watch is. Units: seconds."""

    quiet_s: float = 0.2
    """A save is over when nothing was written for so long: editors write in several steps, git many files."""

    longest_s: float = 3.0
    """But something that writes all the time does not put the plan off for ever."""

    look_s: float = 30.0
    """How often the target is looked at though nothing was saved."""


class Watch:
    """Follows one tree."""

    def __init__(self, wish: Wish, rounds: Rounds, pace: Pace, begun: Callable[[Sequence[str]], None]) -> None:
        """Take the tree, what makes rounds, the pace, and who is told of the files of each save."""
        self._wish = wish
        self._rounds = rounds
        self._pace = pace
        self._begun = begun
        self._base = base(wish.path)
        self._stopped = asyncio.Event()
        self._seen: Signature = frozenset()
        self._folders: frozenset[Folder] = frozenset()

    def stop(self) -> None:
        """End it: what is being written is finished, all else is left."""
        self._stopped.set()

    async def run(self) -> None:
        """Watch until somebody stops it."""
        task: asyncio.Task[None] | None = None
        with Eyes() as eyes:
            self._cover(eyes)
            self._seen = signature(self._folders)
            try:
                is_look = False
                while not self._is_over:
                    task = asyncio.create_task(self._rounds.make(is_look=is_look))
                    is_look = await self._next(eyes, task)
                    await ended(task, self._rounds)
            finally:
                await ended(task, self._rounds)
                self._rounds.close()

    @property
    def _is_over(self) -> bool:
        return self._stopped.is_set() or self._rounds.was_interrupted

    async def _next(self, eyes: Eyes, task: "asyncio.Task[None]") -> bool:
        """Wait for what calls for another round, and tell whether that is a mere look at the target."""
        running: asyncio.Task[None] | None = task
        while not self._is_over:
            woken = await self._woken(eyes, running)
            if running in woken:
                if task.cancelled() or task.exception():
                    self.stop()
                running = None
                self._widen(eyes)
            elif eyes.happened.is_set():
                await self._settled(eyes)
                if self._has_changed(eyes):
                    return False
            elif not woken:  # the disk is looked at as well: eyes can miss something, on a network's disk all of it
                if self._has_changed(eyes):
                    return False
                if running is None:
                    return True
        return True

    async def _woken(self, eyes: Eyes, running: "asyncio.Task[None] | None") -> set["asyncio.Future[Any]"]:
        """Return what came first: a save, the end of the round, the end of all; nothing when it is time for a look."""
        signals = [asyncio.ensure_future(each.wait()) for each in (eyes.happened, self._stopped)]
        waiting: list[asyncio.Future[Any]] = [*signals, *([running] if running else [])]
        try:
            done, _ = await asyncio.wait(waiting, timeout=self._pace.look_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in signals:
                each.cancel()
        return done

    async def _settled(self, eyes: Eyes) -> None:
        """Wait until nothing more is written."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + self._pace.longest_s
        while loop.time() < latest and eyes.happened.is_set() and not self._stopped.is_set():
            eyes.happened.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace.quiet_s):
                    await eyes.happened.wait()
        eyes.happened.clear()

    def _has_changed(self, eyes: Eyes) -> bool:
        """Look at every file, and tell whether one is another than before."""
        self._widen(eyes)
        before, self._seen = self._seen, signature(self._folders)
        if self._seen == before:
            return False
        self._begun(files(before, self._seen))
        return True

    def _widen(self, eyes: Eyes) -> None:
        """Watch what the tree names by now, and no more what it does not: to be met for the first time is no change."""
        before = self._folders
        self._cover(eyes)
        self._seen |= signature(self._folders - before - {*self._base})
        self._seen -= signature(before - self._folders)

    def _cover(self, eyes: Eyes) -> None:
        wanted = {*self._base, *(named(self._rounds.tree) if self._rounds.tree else ())}
        self._folders = covered(wanted, _root(self._wish.path))
        eyes.cover(self._folders)


def _root(path: Path) -> Path:
    """Return the folder in which everything that is watched lies: the project's, or the one around a lone folder."""
    real = Path(os.path.abspath(path))  # noqa: PTH100 - it may be gone
    return (project_of(real) or real.parent).resolve()
