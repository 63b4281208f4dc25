"""The sessions that this process runs: taken up when something comes in, given back when they rest or it must go."""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, timedelta

from agentops.base.errors import StorageError
from agentops.engine.core.sessions import INBOX
from agentops.engine.operations import session_runs
from agentops.engine.operations.session_runs import Superseded
from agentops.engine.runner import life
from agentops.engine.runner.run import Run
from agentops.engine.runner.workshop import Workshop
from agentops.engine.store.runners import Place, Runners

_log = logging.getLogger("agentops.engine")

_RUNS_MAX = 1_000
"""How many sessions run at once in one process; others wait in the database, or are run by another."""

_DRAIN_S = 8.0
"""How long tools that run may take to end once the server must go; the whole is to fit into ten seconds."""

SEEK = "seek"
"""Told when sessions wait that this process does not take up."""


class Crew:
    """Everything that runs in this process."""

    def __init__(self, workshop: Workshop, *, look_every_s: float = life.SIGN_S, runs_max: int = _RUNS_MAX) -> None:
        """Begin with nothing."""
        self._shop = workshop
        self._runs: dict[Place, Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._look_every_s = look_every_s
        self._runs_max = runs_max
        self._sought = asyncio.Event()
        self._is_short = False
        """Whether sessions wait because there were too many."""

        self._is_closing = False
        self._until = 0.0
        """When what still runs is cut off, by the loop's time."""

        self._skew = timedelta()
        self._watch: asyncio.Task[None] | None = None
        workshop.news.attend(INBOX, self._heard)
        workshop.news.attend(SEEK, self._asked)

    async def open(self) -> None:
        """Enter the list of runners, take up what others left, and go on looking for such."""
        await self._shop.outfitter.begin()
        if self._shop.programs is not None:
            await self._shop.programs.sweep(self._now())
        self._is_closing = False
        await self._look()
        self._watch = asyncio.ensure_future(self._keep_watch())

    def retire(self) -> None:
        """Take up nothing any more, and have every run stop where another process can go on."""
        if self._is_closing:
            return
        self._is_closing = True
        self._until = asyncio.get_running_loop().time() + _DRAIN_S
        for run in self._runs.values():
            run.leave()

    async def close(self) -> None:
        """Stop every run where it can be taken up again, and leave."""
        self.retire()
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self._ended(max(0.0, self._until - asyncio.get_running_loop().time()))
        for task in list(self._tasks):
            task.cancel()
        await self._ended(None)
        await self._shop.warm.close()
        runner_id = self._shop.runner_id
        try:
            await self._shop.database.append(lambda tx: Runners(tx).leave(runner_id))
        except StorageError as error:
            _log.warning("others will find out by themselves that this server is gone: %s", error.message)
        self._shop.news.tell([SEEK])

    async def _ended(self, patience_s: float | None) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience_s)

    @property
    def is_open(self) -> bool:
        """Tell whether sessions are taken up."""
        return self._watch is not None and not self._watch.done() and not self._is_closing

    @property
    def busy(self) -> int:
        """Return how many sessions are in the hands of this process."""
        return len(self._runs)

    def wake(self, place: Place) -> None:
        """See to a session: something came in."""
        if (run := self._runs.get(place)) is not None:
            run.stir()
            return
        if self._is_closing or len(self._runs) >= self._runs_max:
            self._is_short = True
            self._shop.news.tell([SEEK])
            return
        self._runs[place] = run = Run(place, self._shop)
        task = asyncio.ensure_future(self._attend(run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _heard(self, topic: str, *, is_own: bool) -> None:
        workspace, _, session_id = topic.removeprefix(INBOX).partition(" ")
        place = Place(workspace, session_id)
        # What came in elsewhere is taken up there; here it matters if the session is in hand.
        if is_own or place in self._runs:
            self.wake(place)

    def _asked(self, topic: str, *, is_own: bool) -> None:
        del topic
        if not is_own:
            self._sought.set()

    async def _attend(self, run: Run) -> None:
        place = run.place
        try:
            await self._run(run)
        except Superseded:
            _log.info("another server had the session: session=%s", place.session_id)
            # It may have given it back by now, and what came in since then is known here.
            run.stir()
        except StorageError as error:
            _log.warning("a session waits for the database: session=%s: %s", place.session_id, error.message)
        except Exception:  # noqa: BLE001 - nobody claims it any more, and the next look takes it up again
            _log.exception("a run broke: session=%s", place.session_id)
        finally:
            del self._runs[place]
        if self._is_closing:
            return
        if self._is_short:
            self._is_short = False
            self._sought.set()
        if run.is_stirred:
            self.wake(place)

    async def _run(self, run: Run) -> None:
        place, runner_id, now = run.place, self._shop.runner_id, self._now()
        if not await self._shop.database.append(
            lambda tx: session_runs.claim(tx, place, runner_id, lambda other: life.is_dead(other, now))
        ):
            await self._let_go(place)
            return
        run.is_claimed = True
        try:
            await run.work()
        except BaseException:
            # Where that fails too, the next look finds a claim of ours that nobody works on.
            with suppress(StorageError):
                await self._shop.database.append(lambda tx: session_runs.abandon(tx, place, runner_id))
            raise

    async def _let_go(self, place: Place) -> None:
        """Close what waits of a session that is somebody else's by now, or gone."""
        if (toolbox := self._shop.warm.take(place)) is not None:
            await toolbox.close()
        await self._shop.outfitter.forget(place)

    # --- looking: signs of life, and what nobody sees to -------------------------------------------------------------

    async def _keep_watch(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + self._look_every_s
        while True:
            # Not `wait_for`, which can keep a cancellation to itself.
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, due - loop.time())):
                    await self._sought.wait()
            self._sought.clear()
            try:
                if loop.time() < due:
                    await self._take_up(frozenset())
                    continue
                due = loop.time() + self._look_every_s
                await self._look()
            except StorageError as error:
                _log.warning("no look for forsaken sessions: %s", error.message)
            except Exception:  # noqa: BLE001 - the next look may succeed
                _log.exception("no look for forsaken sessions")

    async def _look(self) -> None:
        """Give a sign of life, stop what was taken away, and take up what nobody does."""
        self._skew = await self._shop.database.skew(self._shop.clock)
        own = life.born(self._shop.runner_id, self._now())
        claimed = [run for run in self._runs.values() if run.is_claimed]
        runners = await self._shop.database.read(lambda tx: Runners(tx).all())
        gone = life.dead(runners, own.id, self._now())
        held = await self._shop.database.append(lambda tx: session_runs.enter(tx, own, gone))
        for run in claimed:
            if run.place not in held:
                run.lose()
        await self._shop.warm.close_expired(self._shop.clock.now())
        await self._take_up(held)
        for run in self._runs.values():
            run.stir()

    async def _take_up(self, held: frozenset[Place]) -> None:
        room = max(0, self._runs_max - len(self._runs))
        waiting = await self._shop.database.read(lambda tx: Runners(tx).unattended(room))
        self._is_short = self._is_short or len(waiting) >= room
        for place in (*held, *waiting):
            if place not in self._runs:
                self.wake(place)

    def _now(self) -> datetime:
        """Return this moment by the database's clock, which is the one that all servers share."""
        return self._shop.clock.now() + self._skew
