"""Windows, held against an independent reading: minute by minute, what the wall showed when they began."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agentops.controller.windows import Window, is_open, next_opening
from agentops.wire.problems import check

MINUTE = timedelta(minutes=1)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
CHANGES = {
    "Europe/Berlin": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    "UTC": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
}
"""When clocks change. Source: IANA time zone database, 2026."""

AROUND_MIN = 20 * 60


@lru_cache(maxsize=64)
def walls(zone: str, change: int) -> tuple[tuple[datetime, int, int, int], ...]:
    """Return each minute around a change with the minute, hour and ISO weekday that the zone's wall shows."""
    first = CHANGES[zone][change] - AROUND_MIN * MINUTE
    moments = [first + each * MINUTE for each in range(2 * AROUND_MIN)]
    shown = [(each, each.astimezone(ZoneInfo(zone))) for each in moments]
    return tuple((at, wall.minute, wall.hour, wall.isoweekday() % 7) for at, wall in shown)


def read_slowly(
    zone: str, change: int, minutes: set[int], hours: set[int], days: set[int], length_min: int
) -> list[bool]:
    """Return for each minute whether the window is open: whether it began within the last so many minutes."""
    begins = [m in minutes and h in hours and d in days for _, m, h, d in walls(zone, change)]
    left, found = 0, []
    for each in begins:
        left = length_min if each else left - 1
        found.append(left > 0)
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.sampled_from([0, 1]),
    st.sets(st.integers(0, 59), min_size=1, max_size=3),
    st.sets(st.integers(0, 23), min_size=1, max_size=4),
    st.sets(st.integers(0, 6), min_size=1, max_size=7),
    st.integers(1, 400),
)
@example("Europe/Berlin", 0, {30}, {2}, set(range(7)), 60)  # a time that the clock skips
@example("Europe/Berlin", 1, {30}, {2}, set(range(7)), 20)  # a time that it shows twice
@example("Australia/Lord_Howe", 1, {15}, {2}, set(range(7)), 45)  # half an hour is skipped
def test_a_window_is_open_when_the_wall_says_so(
    zone: str, change: int, minutes: set[int], hours: set[int], days: set[int], length_min: int
) -> None:
    fields = [",".join(map(str, sorted(each))) for each in (minutes, hours, days)]
    schedule = f"{fields[0]} {fields[1]} * * {fields[2]}"
    window = Window(kind="allow", schedule=schedule, duration=f"{length_min}m", timezone=zone)
    expected = read_slowly(zone, change, minutes, hours, days, length_min)
    # What began before the first minute that is looked at is not known to the slow reading.
    looked_at = range(length_min, 2 * AROUND_MIN, 7)
    moments = walls(zone, change)
    assert [window.is_active(moments[each][0]) for each in looked_at] == [expected[each] for each in looked_at]


def window(kind: str, schedule: str, duration: str, **rest: object) -> Window:
    found, problems = check(Window, {"kind": kind, "schedule": schedule, "duration": duration, **rest})
    assert found, problems
    return found


FRIDAY = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OFFICE = window("allow", "0 9 * * 1-5", "8h")
FREEZE = window("deny", "0 0 20 11 *", "4d")
LUNCH = window("deny", "0 12 * * *", "1h")
NO_REMOVALS = window("deny", "0 0 * * 5", "3d", actions=["archive", "delete"])


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ((), True),
        ((OFFICE,), True),
        ((FREEZE,), False),
        ((OFFICE, FREEZE), False),
        ((OFFICE, LUNCH), False),
        ((window("allow", "0 9 * * 0", "8h"), OFFICE), True),
        ((window("allow", "0 9 * * 0", "8h"),), False),
        ((NO_REMOVALS,), True),
    ],
)
def test_a_denying_window_wins_and_one_allowing_window_is_enough(
    windows: tuple[Window, ...], *, expected: bool
) -> None:
    assert is_open(windows, {"update"}, FRIDAY) is expected


def test_a_window_holds_for_its_actions_alone() -> None:
    assert not is_open([NO_REMOVALS], {"update", "archive"}, FRIDAY)
    assert is_open([NO_REMOVALS], {"update", "create"}, FRIDAY)


def test_an_action_that_nobody_knows_is_held_by_every_window() -> None:
    assert not is_open([NO_REMOVALS], {"explode"}, FRIDAY)


def test_a_window_ends_when_it_is_over() -> None:
    end = FRIDAY + timedelta(hours=1)
    assert not is_open([LUNCH], {"update"}, end - timedelta(microseconds=1))
    assert is_open([LUNCH], {"update"}, end)


def test_the_next_opening_is_past_every_window_that_denies() -> None:
    assert next_opening([OFFICE, FREEZE, LUNCH], {"update"}, FRIDAY) == datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert next_opening([LUNCH], {"update"}, FRIDAY) == FRIDAY + timedelta(hours=1)
    assert next_opening([NO_REMOVALS], {"archive"}, FRIDAY) == datetime(2026, 11, 23, tzinfo=UTC)


def test_what_is_open_opens_now() -> None:
    assert next_opening([OFFICE], {"update"}, FRIDAY) == FRIDAY


def test_what_never_opens_says_so() -> None:
    assert next_opening([window("deny", "* * * * *", "1m")], {"update"}, FRIDAY) is None


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda kind, hour, days, hours, zone: window(kind, f"0 {hour} * * {days}", f"{hours}h", timezone=zone),
            st.sampled_from(["allow", "deny"]),
            st.integers(0, 23),
            st.sampled_from(["*", "1-5", "0,6"]),
            st.integers(1, 30),
            st.sampled_from(ZONES),
        ),
        max_size=4,
    ),
    st.integers(0, 6 * 24 * 4),
)
def test_the_next_opening_is_the_first_open_moment(windows: list[Window], quarters: int) -> None:
    now = datetime(2026, 10, 22, tzinfo=UTC) + quarters * timedelta(minutes=15)
    found = next_opening(windows, {"update"}, now)
    looked_at = [now + each * timedelta(minutes=15) for each in range(6 * 24 * 4)]
    first = next((each for each in looked_at if is_open(windows, {"update"}, each)), None)
    if first is not None:
        assert found == first
    else:
        assert found is None or found > looked_at[-1]


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ({"kind": "alow"}, ("kind",)),
        ({"schedule": "@daily"}, ("schedule",)),
        ({"duration": "8 hours"}, ("duration",)),
        ({"duration": "0m"}, ("duration",)),
        ({"timezone": "Mars"}, ("timezone",)),
        ({"actions": ["archiv"]}, ("actions", 0)),
        ({"until": 3}, ("until",)),
    ],
)
def test_a_mistake_in_a_window_has_its_place(written: dict[str, object], path: tuple[str | int, ...]) -> None:
    whole = {"kind": "deny", "schedule": "0 9 * * *", "duration": "8h", **written}
    assert [each.path for each in check(Window, whole)[1]] == [path]
