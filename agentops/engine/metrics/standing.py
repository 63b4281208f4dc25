"""The metrics that lie in the database: read when somebody asks, in one transaction, and not again for some seconds.

Scrapes cannot become a load, whoever sends them: at most one reading is under way, and its time is bounded.
"""

import asyncio
import logging
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from prometheus_client.core import GaugeMetricFamily

from agentops.base.clock import Clock, timestamp
from agentops.base.threads import in_thread
from agentops.engine.metrics import labels
from agentops.engine.store import census
from agentops.engine.store.census import Census, Count
from agentops.engine.store.port import Database
from agentops.engine.store.runners import Place

_log = logging.getLogger("agentops.engine")

FRESH = timedelta(seconds=5)
"""How long a reading counts. Scrapes come every 15 to 60 s."""

_PATIENCE_S = 5.0

_SESSIONS = ("idle", "running", "rescheduling", "terminated")
_WORK = ("queued", "starting", "active", "stopping")
_DREAMS = ("pending", "running", "completed", "failed", "canceled")
_PHASES = ("unknown", "in_sync", "out_of_sync", "drifted", "waiting", "refused", "failed")


class Server(Protocol):
    """What this process knows of itself."""

    @property
    def busy(self) -> int:
        """Return how many sessions are in its hands."""

    @property
    def is_draining(self) -> bool:
        """Tell whether it was asked to go."""

    @property
    def is_isolating(self) -> bool | None:
        """Tell whether its sandboxes have walls; None for who does not know."""

    def disk(self) -> "Disk | None":
        """Return the room in the data folder, None where there is none; may wait for a disk."""


@dataclass(frozen=True, slots=True)
class Disk:
    """How much room there is where the server keeps its files. Units: bytes."""

    free: int
    size: int


class Standing:
    """A collector of gauges: `look` first, then let the registry collect."""

    def __init__(self, database: Database, clock: Clock, server: Server) -> None:
        """Read nothing yet."""
        self._database = database
        self._clock = clock
        self._server = server
        self._looking = asyncio.Lock()
        self._census: Census | None = None
        self._is_up = False
        self._disk: Disk | None = None
        self._looked_at: datetime | None = None
        self._waiting: dict[Place, datetime] = {}
        """Since when this server knows that a session waits: the database does not keep it."""

    async def look(self) -> None:
        """Read the database, unless it was read a moment ago."""
        async with self._looking:
            now = self._clock.now()
            # A clock that was set back must not make the last reading good until it is as late again.
            if self._looked_at is not None and timedelta() <= now - self._looked_at < FRESH:
                return
            self._disk = await in_thread(self._server.disk)
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    self._census = await self._database.read(lambda tx: census.taken(tx, timestamp(now)))
                self._is_up = True
                self._waiting = {each: self._waiting.get(each, now) for each in self._census.waiting}
            except Exception as error:  # noqa: BLE001 - whatever the database has: what is counted here is still told
                _log.warning("the database cannot be counted: %s: %s", type(error).__name__, error)
                self._forget()
            self._looked_at = now

    def forget(self) -> None:
        """Show nothing of a database that is closed; the next look reads it."""
        self._forget()
        self._looked_at = None

    def _forget(self) -> None:
        # Old numbers would look like a calm server.
        self._census, self._is_up = None, False

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Return nothing: the registry would ask `collect` at its making."""
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Yield what was read last, and what this process knows of itself."""
        yield _one("agentops_database_up", "Whether the database answered the last reading.", self._is_up)
        yield _one("agentops_sessions_in_hand", "Sessions that this process runs at the moment.", self._server.busy)
        yield _one("agentops_server_draining", "Whether this server was asked to go.", self._server.is_draining)
        if (is_isolating := self._server.is_isolating) is not None:
            yield _one("agentops_sandbox_isolated", "Whether sandboxes have walls on this host.", is_isolating)
        if self._disk is not None:
            told = "where the server keeps its files."
            yield _one("agentops_data_disk_free_bytes", f"Room on the disk {told}", self._disk.free)
            yield _one("agentops_data_disk_size_bytes", f"Size of the disk {told}", self._disk.size)
        if self._census is not None:
            yield from self._counted(self._census)

    def _counted(self, found: Census) -> Iterable[GaugeMetricFamily]:
        yield _by("agentops_sessions", "Sessions that are not archived.", "status", _SESSIONS, found.sessions)
        now = self._clock.now()
        waited_s = max((0.0, *((now - at).total_seconds() for at in self._waiting.values())))
        yield _one(
            "agentops_inbox_sessions",
            f"Sessions that have something to do and nobody who does it; counted up to {census.WAITING_MAX}.",
            len(found.waiting),
        )
        yield _one("agentops_inbox_oldest_age_seconds", "How long the first of them waits.", waited_s)
        work = {state: each.count for state, each in found.work.items()}
        yield _by("agentops_work_items", "Open items of self-hosted environments' queues.", "state", _WORK, work)
        yield _one(
            "agentops_work_oldest_queued_age_seconds",
            "How long the oldest item is in a queue.",
            self._age(found.work.get("queued", Count())),
        )
        yield _by("agentops_dreams", "Dreams that are not archived.", "status", _DREAMS, found.dreams)
        yield _one("agentops_deliveries_pending", "Webhook messages to be delivered.", found.deliveries.count)
        yield _one(
            "agentops_deliveries_oldest_pending_age_seconds",
            "How long ago the oldest of them was written.",
            self._age(found.deliveries),
        )
        states = ("enabled", "disabled")
        yield _by("agentops_webhook_endpoints", "Webhook endpoints.", "state", states, found.endpoints)
        yield from self._schedules(found)
        yield from self._followed(found)
        yield _one("agentops_servers", "Servers of this database that run sessions.", found.servers)

    def _schedules(self, found: Census) -> Iterable[GaugeMetricFamily]:
        yield _one("agentops_deployments_scheduled", "Deployments whose schedule is to fire.", found.scheduled.count)
        next_at = found.scheduled.oldest_at
        at = datetime.fromisoformat(next_at).timestamp() if next_at else math.nan
        yield _one("agentops_next_firing_timestamp_seconds", "When the next of them is run; NaN for none.", at)
        yield _one("agentops_firings_overdue", "Deployments whose moment has come and is not run.", found.overdue.count)
        yield _one(
            "agentops_firings_overdue_age_seconds", "How long the first of them is overdue.", self._age(found.overdue)
        )

    def _followed(self, found: Census) -> Iterable[GaugeMetricFamily]:
        counts = {phase: each.count for phase, each in found.repositories.items()}
        yield _by("agentops_repositories", "Repositories that a controller follows.", "phase", _PHASES, counts)
        ages = GaugeMetricFamily(
            "agentops_repositories_oldest_age_seconds",
            "How long the first of them is in its phase.",
            labels=["phase"],
        )
        for phase in _PHASES:
            ages.add_metric([phase], self._age(found.repositories.get(phase, Count())))
        yield ages

    def _age(self, found: Count) -> float:
        if not found.oldest_at:
            return 0.0
        return max(0.0, (self._clock.now() - datetime.fromisoformat(found.oldest_at)).total_seconds())


def _one(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, value=float(value))


def _by(name: str, told: str, label: str, closed: tuple[str, ...], found: Mapping[str, int]) -> GaugeMetricFamily:
    """Return a gauge with a value for each of a closed set: what there is none of is a zero, not a gap."""
    family = GaugeMetricFamily(name, told, labels=[label])
    for each in closed:
        family.add_metric([each], found.get(each, 0))
    rest = sum(count for each, count in found.items() if each not in closed)
    if rest:
        family.add_metric([labels.OTHER], rest)
    return family
