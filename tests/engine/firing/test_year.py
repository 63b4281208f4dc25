"""A year of firings, through both changes of the clock, against another library's reading of the documented rules.

The rules are two: standard cron by the clock on the wall, and literally so, which means that a time which the clock
skips never comes, and one that it shows twice comes twice. cronsim reads the expressions, on a clock that knows of no
zone; it would read them in a zone too, but as Debian's cron does, which lets a skipped time come late and a repeated
one once. So each wall-clock time that it finds is looked up in the zone with `zoneinfo`, which has two readings of
it (PEP 495), and the moments are those that show that very time: none, one or two.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from agentops.base.clock import timestamp
from agentops.engine.core.firing import first, outlook

from .conftest import Range

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
START, END = datetime(2026, 11, 21, 9, 0, tzinfo=UTC), datetime(2027, 11, 21, 9, 0, tzinfo=UTC)

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns")
"""Whole hours on three continents, half an hour of summer time, and an offset of half an hour."""

OTHERS = ("Africa/Casablanca", "Asia/Kathmandu")
"""A summer time that pauses for Ramadan, and a quarter of an hour that never changes."""

EXPRESSIONS = (
    "30 2 * * *",
    "0 3 * * *",
    "45 1 * * *",
    "0 2 * 3-11 0",
    "59 1 * * 0",
    "15 2 * * 7",
    "0,30 1-3 * 3,4,10,11 6,0",
    "*/20 0-4 * 3,4,9-11 0",
    "5-55/10 1,2 * 3,4,10,11 0",
    "0 * 1-7,25-31 3,4,10,11 *",
    "0 */6 * 1,7 1-5",
    "17 */2 1-7 3,11 *",
    "0 2 28-31 3,10 0",
    "30 2 1-14 * 0",
    "0 9 */5 * 1",
    "0 12 29 2 *",
    "30 23 31 12 *",
    "0 20 * * 5",
)
"""Most of them where the clock is changed: between one and four, on Sundays, in spring and autumn."""


def literally(expression: str, zone: str, start: datetime, end: datetime) -> list[datetime]:
    """Return every moment between two at which the zone's clock shows a time of the expression."""
    there = ZoneInfo(zone)
    walls = CronSim(expression, start.replace(tzinfo=None) - 2 * DAY)
    until = end.replace(tzinfo=None) + 2 * DAY
    found = {moment for wall in takewhile(until.__gt__, walls) for moment in _shown_at(wall, there)}
    return sorted(each for each in found if start < each <= end)


def _shown_at(wall: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    for fold in (0, 1):
        moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == wall:
            yield moment


def fired(expression: str, zone: str) -> Iterator[datetime]:
    """Yield the moments that are fired by whoever looks whenever something fires."""
    schedule = {"type": "cron", "expression": expression, "timezone": zone}
    deployment: dict[str, Any] = {"id": f"{expression} {zone}", "schedule": schedule}
    deployment |= {"status": "active", "archived_at": None}
    ahead = first(deployment, START)
    while ahead is not None:
        found = outlook(deployment, ahead.due_at - SECOND, ahead.fires_at)
        assert found.ripe == ahead
        yield ahead.due_at
        ahead = found.ahead


@pytest.mark.parametrize("zone", [*ZONES, *OTHERS])
def test_a_year_of_firings_is_what_another_library_reads(zone: str) -> None:
    for expression in EXPRESSIONS:
        expected = literally(expression, zone, START, END)
        assert list(takewhile(END.__ge__, fired(expression, zone))) == expected, expression


def test_the_year_has_what_it_is_to_show() -> None:
    """Berlin skips 2:30 on one night and repeats it on another; Lord Howe's clock skips and repeats half an hour."""
    for zone, wall in (("Europe/Berlin", "30 2 * * *"), ("Australia/Lord_Howe", "45 1 * * *")):
        days = [each.astimezone(ZoneInfo(zone)).date() for each in literally(wall, zone, START, END)]
        assert len(days) - len(set(days)) == 1, "once it is repeated"
    days = [each.astimezone(ZoneInfo("Europe/Berlin")).date() for each in literally("30 2 * * *", ZONES[0], START, END)]
    assert len(set(days)) == 364, "once it is skipped"


@pytest.mark.anyio
@pytest.mark.parametrize("prepared_url", ["sqlite"], indirect=True)
async def test_the_database_has_a_run_for_each_of_them(firing_range: Range) -> None:
    """By rounds over a real database, for what comes seldom enough or in the weeks of the changes."""
    firing_range.move(START)
    wanted = {
        await firing_range.deployment(expression, zone): literally(expression, zone, START, END)
        for zone in ZONES
        for expression in ("30 2 8-14,25-31 3,10,11 *", "45 1 1-7 4,11 *", "0 20 * 1-3 5")
    }
    await firing_range.pass_over(END - START)
    for name, expected in wanted.items():
        assert await firing_range.moments(name) == [timestamp(each) for each in expected]
    assert await firing_range.sessions() == sum(map(len, wanted.values()))
