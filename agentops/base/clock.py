"""Time as an argument."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> datetime:
        """Return this moment, timezone-aware, in UTC."""


class SystemClock:
    """The machine's clock; the only place that reads it."""

    def now(self) -> datetime:
        """Return this moment."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that moves when it is told to, for tests."""

    def __init__(self, at: datetime) -> None:
        """Start at a moment."""
        self._at = at

    def now(self) -> datetime:
        """Return the moment it was last moved to."""
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move forward."""
        self._at += by


def timestamp(at: datetime) -> str:
    """Return RFC 3339 in UTC with microseconds, as the API prints times: `2026-05-06T01:10:30.512206Z`."""
    there = at if at.tzinfo is UTC else at.astimezone(UTC)
    return there.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
