"""When a schedule was due last, and whether that dream was begun: kept in the memory repository, and nowhere else.

A slot is claimed by moving a ref of the repository from what it was to a commit that names the slot. Of two callers at
the same moment one moves it, so each slot is dreamt once, whatever cron, CI or people start.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agentops.base.clock import timestamp
from agentops.engine.core.cron import Cron, occurrences

_LOOKS_BACK = tuple(timedelta(days=days) for days in (1, 8, 32, 370, 4 * 366 + 1))
"""How far back the last occurrence is looked for, step by step: most schedules come every day."""

REF = "refs/agentops/slots"


def latest(schedule: Mapping[str, Any], now: datetime) -> datetime | None:
    """Return the last moment at or before `now` that the schedule names; those missed before it are not made up for."""
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


def upcoming(schedule: Mapping[str, Any], now: datetime) -> datetime | None:
    """Return the next moment after `now`."""
    return next(occurrences(Cron.of(schedule["expression"]), ZoneInfo(schedule["timezone"]), now), None)


def spelled(slot: datetime) -> str:
    """Return how a slot is written in commits and messages: UTC, to the minute."""
    return timestamp(slot.astimezone(UTC))


def ref(schedule: str) -> str:
    """Return the ref that holds the last slot of a schedule."""
    return f"{REF}/{schedule}"
