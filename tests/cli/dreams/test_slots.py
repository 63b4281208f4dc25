"""When a dream is due by the clock: at cron's moments, at an interval, at whichever of the two came last."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.cli.dreams.slots import Rhythm

NOW = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
NIGHTLY = {"type": "cron", "expression": "0 3 * * *", "timezone": "UTC"}
HOUR = 3600


@pytest.mark.parametrize(
    ("every_s", "last", "after"),
    [
        (6 * HOUR, datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 11, 20, 18, tzinfo=UTC)),
        (24 * HOUR, datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)),
        (90 * 60, datetime(2026, 11, 20, 13, 30, tzinfo=UTC), datetime(2026, 11, 20, 15, tzinfo=UTC)),
    ],
)
def test_an_interval_has_moments_that_everybody_counts_alike(every_s: int, last: datetime, after: datetime) -> None:
    assert Rhythm(every_s=every_s).latest(NOW) == last
    assert Rhythm(every_s=every_s).upcoming(NOW) == after


def test_with_both_the_later_one_is_due_and_the_earlier_one_comes_next() -> None:
    both = Rhythm(NIGHTLY, 6 * HOUR)
    assert both.latest(datetime(2026, 11, 20, 4, tzinfo=UTC)) == datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert both.latest(datetime(2026, 11, 20, 7, tzinfo=UTC)) == datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert both.upcoming(datetime(2026, 11, 20, 1, tzinfo=UTC)) == datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert both.upcoming(datetime(2026, 11, 20, 4, tzinfo=UTC)) == datetime(2026, 11, 20, 6, tzinfo=UTC)


def test_without_either_nothing_is_due_by_the_clock() -> None:
    assert Rhythm().latest(NOW) is None
    assert Rhythm().upcoming(NOW) is None


@given(st.integers(60, 366 * 86_400), st.integers(1_577_836_800, 2_208_988_800))
def test_the_last_moment_is_within_one_interval_and_the_next_is_one_on(every_s: int, now_s: int) -> None:
    now = datetime.fromtimestamp(now_s, UTC)
    rhythm = Rhythm(every_s=every_s)
    last, after = rhythm.latest(now), rhythm.upcoming(now)
    assert last is not None
    assert after is not None
    assert timedelta() <= now - last < timedelta(seconds=every_s)
    assert after - last == timedelta(seconds=every_s)
    assert rhythm.latest(after) == after
