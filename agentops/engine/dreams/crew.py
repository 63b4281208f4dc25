"""The dreams that this process runs: taken up when one is created or left by another, stopped when one is canceled."""

import asyncio
import logging
from contextlib import suppress

from agentops.base.errors import StorageError
from agentops.engine.core.dreams import TOPIC
from agentops.engine.dreams.run import Chamber, DreamRun
from agentops.engine.store.dreams import Bed, Sleepers

_log = logging.getLogger("agentops.engine")


class DreamCrew:
    """Every dream in the hands of this process; whose processes live is known by the list that sessions keep."""

    def __init__(self, chamber: Chamber, *, look_every_s: float) -> None:
        """Begin with nothing."""
        self._in = chamber
        self._look_every_s = look_every_s
        self._runs: dict[Bed, DreamRun] = {}
        self._tasks: dict[Bed, asyncio.Task[None]] = {}
        self._sought = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None
        self._is_closing = False
        chamber.news.attend(TOPIC, self._heard)

    async def open(self) -> None:
        """Take up what others left, and go on looking; this process must be on the list of those that live."""
        self._is_closing = False
        self._sought.set()
        self._watch = asyncio.ensure_future(self._keep_watch())

    async def close(self) -> None:
        """Stop every dream where it can be taken up again."""
        self._is_closing = True
        tasks = [*self._tasks.values(), *([self._watch] if self._watch else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _heard(self, topic: str, *, is_own: bool) -> None:
        del topic, is_own
        self._sought.set()

    async def _keep_watch(self) -> None:
        while True:
            # Not `wait_for`, which can keep a cancellation to itself.
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_every_s):
                    await self._sought.wait()
            self._sought.clear()
            try:
                await self._look()
            except StorageError as error:
                _log.warning("no look for dreams: %s", error.message)
            except Exception:  # noqa: BLE001 - the next look may succeed
                _log.exception("no look for dreams")

    async def _look(self) -> None:
        """Stop what is not to be run here any more, and take up what nobody runs."""
        for bed, run in list(self._runs.items()):
            if run.is_taken and not await run.check() and not run.is_told:
                run.is_told = True
                if (task := self._tasks.get(bed)) is not None:
                    task.cancel()
        most = self._in.bounds.at_once
        if len(self._runs) >= most or self._is_closing:
            return
        # Those that are about to be taken here are still among those that nobody runs.
        limit = most + len(self._runs)
        for bed in await self._in.database.read(lambda tx: Sleepers(tx).unattended(limit)):
            if bed not in self._runs and len(self._runs) < most:
                self._runs[bed] = run = DreamRun(bed, self._in)
                self._tasks[bed] = asyncio.ensure_future(self._attend(run))

    async def _attend(self, run: DreamRun) -> None:
        has_failed = True
        try:
            await run.work()
            has_failed = False
        except StorageError as error:
            _log.warning("a dream waits for the database: dream=%s: %s", run.bed.dream_id, error.message)
        except Exception:  # noqa: BLE001 - nobody runs it any more, and the next look takes it up again
            _log.exception("a dream broke: dream=%s", run.bed.dream_id)
        finally:
            del self._runs[run.bed], self._tasks[run.bed]
        if not has_failed:
            # There is room for another. After a failure the next look is soon enough.
            self._sought.set()
