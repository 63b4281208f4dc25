"""Firing what is due: once for each moment of a schedule, however many servers do it at the same time."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from agentops.base.clock import timestamp
from agentops.base.errors import StorageError
from agentops.base.ids import IdSource
from agentops.engine.core.json import parsed
from agentops.engine.keyring import Keyring
from agentops.engine.meter import Meter
from agentops.engine.news import News
from agentops.engine.operations import deployment_runs
from agentops.engine.operations.call import Call
from agentops.engine.store.port import Contention, Database, Transaction
from agentops.engine.store.timetable import Appointment, Timetable

_log = logging.getLogger("agentops.engine")

_AT_A_LOOK = 50
"""Deployments that are read at once; each is fired in a transaction of its own."""

_LATE_S = 10.0
"""What is run later than this after its moment counts as late: two looks were missed."""

Act = Callable[[Call, str, str | None], str | None]


@dataclass(frozen=True, slots=True)
class Station:
    """What firing takes."""

    runner_id: str
    database: Database
    ids: IdSource
    keyring: Keyring
    news: News
    meter: Meter | None = None
    """Counts what is fired; None where nobody watches."""


class Rounds:
    """Looks at what is due when it is told to: the time is an argument."""

    def __init__(self, station: Station) -> None:
        """Fire with these."""
        self._at = station

    async def begin(self) -> None:
        """Take up the deployments that a version wrote which did not fire.

        Raises:
            StorageError: the database cannot be used.
        """
        await self._at.database.write(lambda tx: Timetable(tx).take_up())

    async def turn(self, now: datetime) -> datetime | None:
        """Fire what is due, and return when there is something to fire again.

        Raises:
            StorageError: the database cannot be used; what was fired until then is fired.
        """
        behind: Appointment | None = None
        while found := await self._come(now, behind):
            # Each server begins elsewhere, or they would all wait for each other at one row after the other.
            for each in sorted(found, key=self._place):
                await self._attend(each, now)
            behind = found[-1]
        earliest = await self._at.database.glance(lambda tx: Timetable(tx).earliest())
        return None if earliest is None else max(now, datetime.fromisoformat(earliest or timestamp(now)))

    async def _come(self, now: datetime, behind: Appointment | None) -> list[Appointment]:
        return await self._at.database.glance(lambda tx: Timetable(tx).come(timestamp(now), behind, _AT_A_LOOK))

    def _place(self, appointment: Appointment) -> bytes:
        return sha256(f"{self._at.runner_id} {appointment.deployment_id}".encode()).digest()

    async def _attend(self, appointment: Appointment, now: datetime) -> None:
        """Fire one; whatever is the matter with it does not keep the others from being fired."""
        name = appointment.deployment_id
        try:
            self._count(await self._write(appointment, deployment_runs.come, now), appointment, now)
        except Contention as error:
            _log.warning("a deployment is fired at the next look: deployment=%s: %s", name, error.message)
        except Exception as error:
            if _passes(error):
                raise
            await self._break_off(appointment, now)

    async def _break_off(self, appointment: Appointment, now: datetime) -> None:
        """Tell of a failure: by a failed run and a pause, as documented; where even that fails, in the log alone."""
        name = appointment.deployment_id
        _log.exception("a deployment could not be fired: deployment=%s", name)
        try:
            self._count(await self._write(appointment, deployment_runs.break_off, now), appointment, now)
        except Exception as error:
            if _passes(error):
                raise
            _log.exception("a deployment is not fired any more until it is changed: deployment=%s", name)
            await self._at.database.write(lambda tx: Timetable(tx).strike(appointment))

    def _count(self, run: str | None, appointment: Appointment, now: datetime) -> None:
        if run is None or self._at.meter is None:
            return
        # Without a moment it is one that is not known yet: it is due at once.
        late_s = max(0.0, (now - datetime.fromisoformat(appointment.fires_at or timestamp(now))).total_seconds())
        is_late = late_s > _LATE_S
        self._at.meter.fired("failed" if parsed(run)["error"] else "late" if is_late else "on_time", late_s)

    async def _write(self, appointment: Appointment, act: Act, now: datetime) -> str | None:
        topics: set[str] = set()

        def work(tx: Transaction) -> str | None:
            topics.clear()
            return act(self._call(tx, appointment, now, topics.add), appointment.deployment_id, appointment.due_at)

        run = await self._at.database.write(work)
        self._at.news.tell(topics)
        return run

    def _call(self, tx: Transaction, appointment: Appointment, now: datetime, announce: Callable[[str], None]) -> Call:
        return Call(
            tx=tx,
            organization=appointment.organization,
            workspace=appointment.workspace,
            api_key_id="",
            at=timestamp(now),
            ids=self._at.ids,
            keyring=self._at.keyring,
            announce=announce,
        )


def _passes(error: Exception) -> bool:
    return isinstance(error, StorageError) and error.retry == "temporary"
