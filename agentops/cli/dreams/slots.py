"""When a schedule was due last, and whether that dream was begun: kept in the memory repository, and nowhere else.

A slot is claimed by moving a ref of the repository from what it was to a commit that names the slot. Of two callers at
the same moment one moves it, so each slot is dreamt once, whatever cron, CI or people start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agentops.base.clock import timestamp
from agentops.engine.core.cron import Cron, occurrences

_LOOKS_BACK = tuple(timedelta(days=days) for days in (1, 8, 32, 370, 4 * 366 + 1))
"""How far back the last occurrence is looked for, step by step: most schedules come every day."""

REF = "refs/agentops/slots"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a dream is due by the clock: by a cron expression, at an interval, by both or by neither."""

    schedule: Mapping[str, Any] | None = None
    """Cron expression and time zone."""

    every_s: int | None = None
    """Units: seconds between two moments, counted from 1970: no two callers count otherwise, whenever they began."""

    def latest(self, now: datetime) -> datetime | None:
        """Return the last moment at or before `now`; those missed before it are not made up for."""
        by_cron = _latest(self.schedule, now) if self.schedule else None
        return max(filter(None, (by_cron, self._multiple(now, 0))), default=None)

    def upcoming(self, now: datetime) -> datetime | None:
        """Return the next moment after `now`."""
        by_cron = _upcoming(self.schedule, now) if self.schedule else None
        return min(filter(None, (by_cron, self._multiple(now, 1))), default=None)

    def _multiple(self, now: datetime, more: int) -> datetime | None:
        if self.every_s is None:
            return None
        return datetime.fromtimestamp((int(now.timestamp()) // self.every_s + more) * self.every_s, UTC)


def _latest(schedule: Mapping[str, Any], now: datetime) -> datetime | None:
    cron, zone = Cron.of(schedule["expression"]), ZoneInfo(schedule["timezone"])
    for back in _LOOKS_BACK:
        last = None
        for each in occurrences(cron, zone, now - back):
            if each > now:
                break
            last = each
        if last is not None:
            return last
    return None


def _upcoming(schedule: Mapping[str, Any], now: datetime) -> datetime | None:
    return next(occurrences(Cron.of(schedule["expression"]), ZoneInfo(schedule["timezone"]), now), None)


def spelled(slot: datetime) -> str:
    """Return how a slot is written in commits and messages: UTC, to the minute."""
    return timestamp(slot.astimezone(UTC))


def ref(schedule: str) -> str:
    """Return the ref that holds the last slot of a schedule."""
    return f"{REF}/{schedule}"
