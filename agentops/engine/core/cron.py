"""When a cron schedule comes due, by what the clock on the wall of its time zone shows.

Literally so: a time that the clock skips never comes, one that it shows twice comes twice. Of the libraries, cronsim
2.8 and croniter 7.0 let a skipped time come when the gap ends, and cronsim lets a repeated one come once.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from agentops.base.clock import timestamp
from agentops.engine.core.json import Json
from agentops.wire.schedules import CRON_FIELDS, cron_values, takes_either_day

UPCOMING_MAX: Final = 5
"""How many occurrences are shown. Source: SDK 2.11.0 `types/beta/beta_managed_agents_schedule.py`."""

_HORIZON = timedelta(days=41 * 366)
"""How far ahead to look. The 29th of February is a Sunday 40 years after it was one, if a century's leap year is left
out between them; what does not come until then is a time that its zone skips every year."""

_DAY_S = 24 * 60 * 60
"""No zone changes its clock twice within a day, so looking once a day sees every change."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression, understood."""

    times: tuple[time, ...]
    """Of a day that matches, in order."""

    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """From 0, a Sunday, to 6."""

    takes_either_day: bool
    """Whether the day of the month or the day of the week is enough."""

    @classmethod
    def of(cls, expression: str) -> "Cron":
        """Return the expression, which the wire shapes have accepted, understood."""
        fields = expression.split()
        minutes, hours, days, months, weekdays = (
            cron_values(field, allowed) for field, allowed in zip(fields, CRON_FIELDS.values(), strict=True)
        )
        return cls(
            times=tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)),
            days=days,
            months=months,
            weekdays=frozenset(each % 7 for each in weekdays),
            takes_either_day=takes_either_day(fields[2], fields[4]),
        )

    def next_wall(self, wall: datetime, until: date) -> datetime | None:
        """Return the first wall-clock time from the given one on, if there is one before the day `until`."""
        whole = wall.replace(second=0, microsecond=0)
        start = whole if whole == wall else whole + timedelta(minutes=1)
        day = start.date()
        if self._has(day) and start.time() <= self.times[-1]:
            return datetime.combine(day, self.times[bisect_left(self.times, start.time())])
        while (day := self._day_after(day)) < until:
            if self._has(day):
                return datetime.combine(day, self.times[0])
        return None

    def _has(self, day: date) -> bool:
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and (of_month or of_week if self.takes_either_day else of_month and of_week)

    def _day_after(self, day: date) -> date:
        """Return the next day that may match: months that do not are passed over at once."""
        if day.month in self.months:
            return day + timedelta(days=1)
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def occurrences(cron: Cron, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """Yield every moment after the given one at which the zone's clock shows a time of the expression, in order.

    Between two changes of the clock, time and wall differ by a constant; so the walk goes from change to change.
    """
    at_s = int(after.timestamp()) + 1
    until = after.astimezone(zone).date() + _HORIZON
    while (wall := cron.next_wall(_wall(zone, at_s), until)) is not None:
        found_s = at_s + int((wall - _wall(zone, at_s)).total_seconds())
        change_s = _change(zone, at_s, found_s)
        if change_s is None:
            yield datetime.fromtimestamp(found_s, UTC)
            at_s = found_s + 1
        else:
            at_s = change_s


def moments(schedule: Json, after: datetime) -> Iterator[datetime]:
    """Yield the moments of a schedule behind the given one, in order."""
    return occurrences(_cron(schedule["expression"]), ZoneInfo(schedule["timezone"]), after)


def upcoming(schedule: Json, now: str) -> list[str]:
    """Return the next moments of a schedule. Source: SDK 2.11.0 `types/beta/beta_managed_agents_schedule.py`."""
    found = moments(schedule, datetime.fromisoformat(now))
    return [timestamp(each) for each in islice(found, UPCOMING_MAX)]


_cron = lru_cache(maxsize=1024)(Cron.of)


def _wall(zone: ZoneInfo, at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, zone).replace(tzinfo=None, fold=0)


def _change(zone: ZoneInfo, start_s: int, stop_s: int) -> int | None:
    """Return the first second behind a start, up to a stop, that has another offset; None if none has."""
    first, last = (datetime.fromtimestamp(each, UTC).year for each in (start_s, stop_s))
    changes = (each for year in range(first, last + 1) for each in _changes(zone, year) if start_s < each)
    change_s = next(changes, None)
    return change_s if change_s is not None and change_s <= stop_s else None


@lru_cache(maxsize=4096)
def _changes(zone: ZoneInfo, year: int) -> tuple[int, ...]:
    """Return the seconds of a year that have another offset than the second before; kept, for it takes 366 looks."""
    start_s, stop_s = (int(datetime(each, 1, 1, tzinfo=UTC).timestamp()) for each in (year, year + 1))
    days = range(start_s - 1, stop_s, _DAY_S)
    return tuple(
        _change_within(zone, day_s, min(day_s + _DAY_S, stop_s - 1))
        for day_s in days
        if _offset(zone, day_s) != _offset(zone, min(day_s + _DAY_S, stop_s - 1))
    )


def _change_within(zone: ZoneInfo, low_s: int, high_s: int) -> int:
    """Return the change between a second before it and one from it on."""
    offset = _offset(zone, low_s)
    while high_s - low_s > 1:
        middle_s = (low_s + high_s) // 2
        low_s, high_s = (middle_s, high_s) if _offset(zone, middle_s) == offset else (low_s, middle_s)
    return high_s


def _offset(zone: ZoneInfo, at_s: int) -> timedelta | None:
    return datetime.fromtimestamp(at_s, zone).utcoffset()
