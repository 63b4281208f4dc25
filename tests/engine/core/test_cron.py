"""Cron against the plainest answer there is: what every minute of time shows on the wall."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agentops.engine.core.cron import Cron, occurrences, upcoming
from agentops.wire.schedules import cron_problems

MINUTE = timedelta(minutes=1)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/St_Johns", "UTC")


class Plain:
    """An expression as the values of its fields, one by one."""

    def __init__(self, expression: str) -> None:
        fields = expression.split()
        spans = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
        self.values = [values(field, *span) for field, span in zip(fields, spans, strict=True)]
        self.is_both = "*" in (fields[2][0], fields[4][0])

    def names(self, wall: datetime) -> bool:
        minutes, hours, days, months, weekdays = self.values
        if wall.minute not in minutes or wall.hour not in hours or wall.month not in months:
            return False
        either = (wall.day in days, not weekdays.isdisjoint({wall.isoweekday(), wall.isoweekday() % 7}))
        return all(either) if self.is_both else any(either)

    def between(self, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
        at = after.replace(second=0, microsecond=0) + MINUTE
        while at <= until:
            if self.names(at.astimezone(zone)):
                yield at
            at += MINUTE


def values(field: str, lowest: int, highest: int) -> set[int]:
    found: set[int] = set()
    for item in field.split(","):
        span, _, step = item.partition("/")
        first, _, last = (f"{lowest}-{highest}" if span == "*" else span).partition("-")
        found.update(range(int(first), int(last or first) + 1, int(step or 1)))
    return found


def found(expression: str, zone: str, after: datetime, count: int) -> list[datetime]:
    return list(islice(occurrences(Cron.of(expression), ZoneInfo(zone), after), count))


def on_the_wall(expression: str, zone: str, after: str, count: int) -> list[str]:
    there = ZoneInfo(zone)
    moments = found(expression, zone, datetime.fromisoformat(after).replace(tzinfo=there), count)
    return [each.astimezone(there).strftime("%m-%d %H:%M %z") for each in moments]


def a_field(lowest: int, highest: int) -> st.SearchStrategy[str]:
    number = st.integers(lowest, highest)
    pair = st.tuples(number, number).map(sorted)
    step = st.integers(1, highest + 2)
    item = st.one_of(
        st.just("*"),
        number.map(str),
        pair.map(lambda two: f"{two[0]}-{two[1]}"),
        st.builds("*/{}".format, step),
        st.builds("{0[0]}-{0[1]}/{1}".format, pair, step),
    )
    return st.one_of(st.just("*"), st.lists(item, min_size=1, max_size=3).map(",".join))


EXPRESSIONS = st.tuples(a_field(0, 59), a_field(0, 23), a_field(1, 31), a_field(1, 12), a_field(0, 7)).map(" ".join)
DAILY = st.tuples(a_field(0, 59), a_field(0, 23), a_field(1, 31), st.just("*"), st.just("*")).map(" ".join)


@cache
def changes(zone: str) -> list[datetime]:
    """Return the hours of three years before which the zone's clock is changed, and one that is like any other."""
    there = ZoneInfo(zone)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    hours = [start + timedelta(hours=number) for number in range(3 * 366 * 24)]
    offsets = [each.astimezone(there).utcoffset() for each in hours]
    return [start, *(hours[index] for index in range(1, len(hours)) if offsets[index] != offsets[index - 1])]


MOMENTS = st.sampled_from(ZONES).flatmap(
    lambda zone: st.tuples(
        st.just(zone),
        st.sampled_from(changes(zone)),
        st.integers(0, 14 * 3600).map(lambda seconds: timedelta(seconds=seconds)),
    )
)


@given(EXPRESSIONS | DAILY, MOMENTS)
@settings(max_examples=60, deadline=None)
def test_it_finds_the_minutes_whose_wall_clock_matches(
    expression: str, moment: tuple[str, datetime, timedelta]
) -> None:
    assume(not list(cron_problems(expression)))
    zone, change, before = moment
    after, until = change - before, change + timedelta(hours=14)
    expected = list(Plain(expression).between(ZoneInfo(zone), after, until))
    actual = found(expression, zone, after, len(expected) + 1)
    assert actual[: len(expected)] == expected
    assert all(each > until for each in actual[len(expected) :])


@given(EXPRESSIONS, st.sampled_from(ZONES))
@settings(max_examples=40, deadline=None)
def test_whatever_a_shape_accepts_comes_five_times_in_order(expression: str, zone: str) -> None:
    assume(not list(cron_problems(expression)))
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    moments = found(expression, zone, now, 5)
    assert moments == sorted(set(moments))
    assert all(each > now and Plain(expression).names(each.astimezone(ZoneInfo(zone))) for each in moments)


def test_a_skipped_hour_does_not_come() -> None:
    assert on_the_wall("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00", 2) == [
        "03-29 02:30 +0200",
        "03-30 02:30 +0200",
    ]
    assert on_the_wall("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00", 1) == ["10-05 02:15 +1100"]
    assert on_the_wall("45 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00", 1) == ["10-04 02:45 +1100"]


def test_a_repeated_hour_comes_twice() -> None:
    twice = ["10-31 02:30 +0200", "10-31 02:30 +0100", "11-01 02:30 +0100"]
    assert on_the_wall("30 2 * * *", "Europe/Berlin", "2027-10-30T12:00", 3) == twice
    half = ["04-04 01:45 +1100", "04-04 01:45 +1030", "04-05 01:45 +1030"]
    assert on_the_wall("45 1 * * *", "Australia/Lord_Howe", "2027-04-03T12:00", 3) == half


def test_minutes_go_on_through_both_changes() -> None:
    zone = "America/New_York"
    assert on_the_wall("*/30 * * * *", zone, "2027-03-14T01:15", 2) == ["03-14 01:30 -0500", "03-14 03:00 -0400"]
    back = ["11-07 01:30 -0400", "11-07 01:00 -0500", "11-07 01:30 -0500", "11-07 02:00 -0500"]
    assert on_the_wall("*/30 * * * *", zone, "2027-11-07T01:00", 4) == back


@pytest.mark.parametrize("expression", ["0 0 * * 0", "0 0 * * 7", "0 0 * * 0,7"])
def test_sunday_has_two_numbers(expression: str) -> None:
    assert on_the_wall(expression, "UTC", "2026-11-21T12:00", 1) == ["11-22 00:00 +0000"]


def test_two_fields_for_days_are_either_day_unless_one_begins_with_a_star() -> None:
    either = ["11-23 00:00 +0000", "11-30 00:00 +0000", "12-01 00:00 +0000"]
    assert on_the_wall("0 0 1 * 1", "UTC", "2026-11-21T12:00", 3) == either
    assert on_the_wall("0 0 * * 1", "UTC", "2026-11-21T12:00", 2) == ["11-23 00:00 +0000", "11-30 00:00 +0000"]
    assert on_the_wall("0 0 */2 * 1", "UTC", "2026-11-21T12:00", 2) == ["11-23 00:00 +0000", "12-07 00:00 +0000"]
    assert on_the_wall("0 0 1 * *", "UTC", "2026-11-21T12:00", 1) == ["12-01 00:00 +0000"]


def test_a_rare_day_is_waited_for() -> None:
    [moment] = found("0 0 29 2 */7", "UTC", datetime(2088, 3, 1, tzinfo=UTC), 1)
    assert moment == datetime(2128, 2, 29, tzinfo=UTC)


def test_a_time_that_is_skipped_every_year_does_not_take_for_ever() -> None:
    # The last Sunday of March, in the hour that is not there.
    assert found("30 2 25-31 3 */7", "Europe/Berlin", datetime(2026, 11, 21, tzinfo=UTC), 1) == []


def test_what_is_shown_is_five_moments_behind_now() -> None:
    schedule = {"type": "cron", "expression": "0 9 * * 1-5", "timezone": "America/New_York"}
    assert upcoming(schedule, "2026-11-20T14:00:00.000000Z") == [
        "2026-11-23T14:00:00.000000Z",
        "2026-11-24T14:00:00.000000Z",
        "2026-11-25T14:00:00.000000Z",
        "2026-11-26T14:00:00.000000Z",
        "2026-11-27T14:00:00.000000Z",
    ]
    assert upcoming(schedule, "2026-11-20T13:59:59.999999Z")[0] == "2026-11-20T14:00:00.000000Z"
