"""The watch over schedules: sleeps until the next one is due, or until somebody changes when that is."""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, timedelta

from agentops.base.clock import Clock
from agentops.base.errors import StorageError
from agentops.engine.core.firing import TOPIC
from agentops.engine.firing.rounds import Rounds, Station

_log = logging.getLogger("agentops.engine")

_REST_S = 0.1
"""Between two looks at least, whatever comes due: others want the database too."""

_AFTER_FAILURE_S = 1.0


class Watch:
    """Fires what is due for as long as it is open."""

    def __init__(self, station: Station, clock: Clock, *, look_every_s: float) -> None:
        """Begin with nothing."""
        self._rounds = Rounds(station)
        self._database = station.database
        self._clock = clock
        self._look_every_s = look_every_s
        self._has_begun = False
        self._skew = timedelta()
        self._compare_at = 0.0
        """When to compare clocks again, by the loop's time."""

        self._told = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None
        station.news.attend(TOPIC, self._heard)
        station.news.alarm(self._told.set)

    async def open(self) -> None:
        """Fire what is due, and go on looking."""
        self._watch = asyncio.ensure_future(self._keep_watch())

    async def close(self) -> None:
        """Stop; a firing that is on its way to the disk is there afterwards, whole or not at all."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    def _heard(self, topic: str, *, is_own: bool) -> None:
        del topic, is_own
        self._told.set()

    async def _keep_watch(self) -> None:
        while True:
            patience_s = await self._look()
            # Not `wait_for`, which can keep a cancellation to itself.
            with suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    await self._told.wait()
            self._told.clear()

    async def _look(self) -> float:
        """Fire what is due, and return for how long nothing is, as far as is known."""
        try:
            if not self._has_begun:
                await self._rounds.begin()
                self._has_begun = True
            await self._compare()
            again = await self._rounds.turn(self._now())
        except StorageError as error:
            _log.warning("schedules wait for the database: %s", error.message)
            return _AFTER_FAILURE_S
        except Exception:  # noqa: BLE001 - the next look may succeed
            _log.exception("no look at schedules")
            return _AFTER_FAILURE_S
        if again is None:
            return self._look_every_s
        return min(self._look_every_s, max(_REST_S, (again - self._now()).total_seconds()))

    async def _compare(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() >= self._compare_at:
            self._skew = await self._database.skew(self._clock)
            self._compare_at = loop.time() + self._look_every_s

    def _now(self) -> datetime:
        """Return this moment by the database's clock: a server whose own is ahead must not fire before the time."""
        return self._clock.now() + self._skew
