"""The controller: one of several acts, on every repository, none of which ever waits for another."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial

from agentops.base.errors import AgentopsError, StorageError
from agentops.controller.beside import Beside
from agentops.controller.config import Config
from agentops.controller.deciding import is_due
from agentops.controller.follower import Follower
from agentops.controller.ground import Ground
from agentops.controller.register import LostLease
from agentops.controller.state import State

_log = logging.getLogger("agentops.controller")

_LOOK_S = 1.0
"""How often states are read, for what other processes asked: an approval, a push that reached another controller."""

_RENEWALS = 3
"""How often the lease is renewed while it lasts."""


class Controller:
    """Follows every repository of a configuration, as long as it holds the lease."""

    def __init__(self, config: Config, ground: Ground) -> None:
        """Do nothing yet."""
        self.followers = tuple(Follower(each, ground) for each in config.repositories)
        self._besides = {each.name: Beside(each, ground) for each in config.repositories}
        self._register = ground.register
        self._slots = asyncio.Semaphore(config.parallel)
        self._ward = asyncio.Semaphore(config.parallel)
        """For those that failed last: what hangs until its time is over keeps no healthy one waiting."""
        self._aside_slots = asyncio.Semaphore(config.parallel)
        self._wake = asyncio.Event()
        self._looked: dict[str, datetime] = {}
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._lasts_until = 0.0
        self.acts = False
        """Whether this is the controller that acts."""

    async def run(self) -> None:
        """Follow until cancelled; then what is under way is asked to stop, and another controller may act at once."""
        work: asyncio.Task[None] | None = None
        try:
            while True:
                self.acts = await self._keep_lease()
                if self.acts and (work is None or work.done()):
                    if work is not None:
                        await _ended(work)
                    _log.info("this controller acts: %s", self._register.holder)
                    work = asyncio.create_task(self._work())
                elif not self.acts and work is not None:
                    _log.warning("another controller acts: what was under way here is stopped")
                    await _ended(work)
                    work = None
                await asyncio.sleep(self._register.lease_s / _RENEWALS)
        finally:
            self.acts = False
            try:
                if work is not None:
                    await asyncio.shield(_ended(work))
            finally:
                with suppress(StorageError):
                    await asyncio.shield(self._register.give_up())

    async def once(self) -> Sequence[State] | None:
        """Do one round for each repository, and what is beside; None when another controller acts."""
        if not await self._register.take():
            return None
        renewing = asyncio.create_task(self._renew())
        try:
            self._tidy()
            ended = await asyncio.gather(*map(self._both, self.followers), return_exceptions=True)
            for each in ended:  # once all have ended: none is left behind by another's fault
                if isinstance(each, BaseException):
                    raise each
            return [each for each in ended if isinstance(each, State)]
        finally:
            await _ended(renewing)
            await self._register.give_up()

    async def push(self, name: str) -> None:
        """Have a repository looked at now: here, or by the controller that acts."""
        await self._register.poke(name)
        self._wake.set()

    async def _both(self, follower: Follower) -> State:
        beside = self._besides[follower.name]
        async with self._slots:
            state = await _looked(follower, beside)
        if state.live and beside.has_work:
            async with self._aside_slots:
                state = await beside.round()
        return state

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._register.lease_s / _RENEWALS)
            with suppress(StorageError):
                await self._register.take()

    async def _keep_lease(self) -> bool:
        """Tell whether the lease is ours; a database that does not answer leaves it ours until it has run out."""
        loop = asyncio.get_running_loop()
        asked_at = loop.time()  # before: a database that answers late counts from when it was asked
        try:
            async with asyncio.timeout_at(self._lasts_until if self.acts else None):
                is_ours = await self._register.take()
        except (StorageError, TimeoutError) as error:
            why = error.message if isinstance(error, StorageError) else "the database does not answer"
            _log.warning("the lease was not renewed: %s", why)
            return self.acts and loop.time() < self._lasts_until
        self._lasts_until = asked_at + self._register.lease_s
        return is_ours

    async def _work(self) -> None:
        """Start whatever is due, again and again."""
        self._tidy()
        try:
            while True:
                self._wake.clear()
                try:
                    await self._start_what_is_due()
                except StorageError as error:
                    _log.warning("states cannot be read: %s", error.message)
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_S):
                        await self._wake.wait()
        finally:
            await asyncio.gather(*(_ended(each) for each in self._tasks.values()))
            self._tasks.clear()

    def _tidy(self) -> None:
        for each in self.followers:
            each.tidy()

    async def _start_what_is_due(self) -> None:
        now = self._register.now()
        states = await self._register.states()
        for follower in self.followers:
            state = states.get(follower.name, State(follower.name))
            beside = self._besides[follower.name]
            looked_at = self._looked.get(follower.name)
            if self._is_free(follower.name, "round") and is_due(follower.rules, state, now, looked_at):
                self._looked[follower.name] = now
                slots = self._ward if state.failures else self._slots
                self._start(follower, "round", slots, partial(_looked, follower, beside))
            if beside.is_due(state, now) and self._is_free(follower.name, "work beside"):
                self._start(follower, "work beside", self._aside_slots, beside.round)

    def _is_free(self, name: str, what: str) -> bool:
        running = self._tasks.get((name, what))
        return running is None or running.done()

    def _start(
        self, follower: Follower, what: str, slots: asyncio.Semaphore, work: Callable[[], Awaitable[State]]
    ) -> None:
        self._tasks[follower.name, what] = asyncio.create_task(self._guarded(follower, what, slots, work))

    async def _guarded(
        self, follower: Follower, what: str, slots: asyncio.Semaphore, work: Callable[[], Awaitable[State]]
    ) -> None:
        """Do a piece of work; whatever goes wrong ends that piece alone, and it is tried again later."""
        try:
            async with slots:
                await work()
        except LostLease:
            _log.info("%s: another controller acts; the %s ended before its next step", follower.name, what)
        except AgentopsError as error:
            _log.warning("%s: the %s failed: %s", follower.name, what, error.message)
            await asyncio.sleep(follower.repository.every)
        except Exception:  # noqa: BLE001 - one repository never stops the others
            _log.exception("%s: the %s failed in a way that was not foreseen", follower.name, what)
            await asyncio.sleep(follower.repository.every)
        finally:
            self._wake.set()


async def _looked(follower: Follower, beside: Beside) -> State:
    return await beside.speak(await follower.round())


async def _ended(task: "asyncio.Task[None]") -> None:
    """Cancel a task, wait until it has let go of everything, and say what broke it, if anything did."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("the controller broke in a way that was not foreseen", exc_info=error)
