"""The sessions that this process runs: taken up when something comes in, given back when they rest or it must go."""

import asyncio
import logging

from agentops.base.errors import StorageError
from agentops.engine.core.sessions import INBOX
from agentops.engine.operations import session_runs
from agentops.engine.operations.session_runs import Superseded
from agentops.engine.runner import life
from agentops.engine.runner.run import Run
from agentops.engine.runner.workshop import Workshop
from agentops.engine.store.runners import Place, Runners

_log = logging.getLogger("agentops.engine")

_TAKEN_UP_MAX = 500
"""How many forsaken sessions are taken up in one look."""

_AT_ONCE_MAX = 1_000
"""How many sessions one process runs at once; the others wait for their turn in the order in which they were woken."""

_DRAIN_S = 8.0
"""How long tools that run may take to end once the server must go; the whole is to fit into ten seconds."""


class Crew:
    """Everything that runs in this process."""

    def __init__(self, workshop: Workshop, *, look_every_s: float = life.SIGN_S) -> None:
        """Begin with nothing."""
        self._shop = workshop
        self._runs: dict[Place, Run] = {}
        self._room = asyncio.Semaphore(_AT_ONCE_MAX)
        self._tasks: set[asyncio.Task[None]] = set()
        self._look_every_s = look_every_s
        self._is_closing = False
        self._watch: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Enter the list of runners, take up what others left, and go on looking for such."""
        self._shop.news.attend(INBOX, self._heard)
        await self._look()
        self._watch = asyncio.ensure_future(self._keep_watch())

    async def close(self) -> None:
        """Stop every run where it can be taken up again, and leave."""
        self._is_closing = True
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        for run in self._runs.values():
            run.leave()
        await self._ended(_DRAIN_S)
        for task in list(self._tasks):
            task.cancel()
        await self._ended(None)
        await self._shop.warm.close()
        runner_id = self._shop.runner_id
        await self._shop.database.write(lambda tx: Runners(tx).leave(runner_id))

    async def _ended(self, patience_s: float | None) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience_s)

    def wake(self, place: Place) -> None:
        """See to a session: something came in."""
        if self._is_closing:
            return
        run = self._runs.get(place)
        if run is not None:
            run.stir()
            return
        run = self._runs[place] = Run(place, self._shop)
        task = asyncio.ensure_future(self._attend(run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _heard(self, topic: str) -> None:
        workspace, _, session_id = topic.removeprefix(INBOX).partition(" ")
        self.wake(Place(workspace, session_id))

    @property
    def busy(self) -> int:
        """Return how many sessions are in the hands of this process."""
        return len(self._runs)

    async def _attend(self, run: Run) -> None:
        place = run.place
        try:
            async with self._room:
                await self._run(run)
        except Superseded:
            _log.info("another server runs the session: session=%s", place.session_id)
        except StorageError as error:
            _log.warning("a session waits for the database: session=%s: %s", place.session_id, error.message)
        except Exception:  # noqa: BLE001 - nobody claims it any more, and the next look takes it up again
            _log.exception("a run broke: session=%s", place.session_id)
        finally:
            self._runs.pop(place, None)
        if run.was_woken_too_late:
            self.wake(place)

    async def _run(self, run: Run) -> None:
        place, runner_id = run.place, self._shop.runner_id
        dead: frozenset[str] = frozenset()
        if not await self._shop.database.write(lambda tx: session_runs.claim(tx, place, runner_id, dead)):
            return
        try:
            await run.work()
        except BaseException:
            await self._shop.database.write(lambda tx: session_runs.abandon(tx, place, runner_id))
            raise

    async def _keep_watch(self) -> None:
        while True:
            await asyncio.sleep(self._look_every_s)
            try:
                await self._look()
            except StorageError as error:
                _log.warning("no look for forsaken sessions: %s", error.message)
            except Exception:  # noqa: BLE001 - the next look may succeed
                _log.exception("no look for forsaken sessions")

    async def _look(self) -> None:
        """Give a sign of life, and take up what nobody does."""
        now = self._shop.clock.now()
        own = life.born(self._shop.runner_id, now)
        runners = await self._shop.database.read(lambda tx: Runners(tx).all())
        gone = life.dead(runners, own.id, now)
        await self._shop.database.write(lambda tx: session_runs.enter(tx, own, gone))
        await self._shop.warm.close_expired(now)
        for place in await self._shop.database.read(lambda tx: Runners(tx).unattended(_TAKEN_UP_MAX)):
            if place not in self._runs:
                self.wake(place)
        for run in self._runs.values():
            run.stir()
