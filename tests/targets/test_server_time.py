"""What time it is on a server: never later than it is there, whatever this machine's clock says."""

from datetime import UTC, datetime, timedelta

import pytest

from agentops.base.clock import ManualClock
from agentops.targets.server_time import ServerTime

HERE = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
THERE = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
DATE = {"date": "Sun, 22 Nov 2026 12:00:00 GMT"}


def test_the_server_is_believed_and_time_goes_on_from_its_last_answer() -> None:
    clock = ManualClock(HERE)
    time = ServerTime(clock)
    time.heard(time.asking(), DATE)
    clock.advance(timedelta(seconds=7))
    assert time.now() == THERE + timedelta(seconds=7)


def test_what_began_is_counted_from_the_first_question_not_from_its_answer() -> None:
    clock = ManualClock(HERE)
    time = ServerTime(clock)
    asked_at = time.asking()
    clock.advance(timedelta(seconds=3))
    time.heard(asked_at, DATE)
    clock.advance(timedelta(minutes=9))
    time.heard(time.asking(), {"date": "Sun, 22 Nov 2026 12:09:00 GMT"})
    assert time.began == THERE - timedelta(seconds=3)


@pytest.mark.parametrize("date", [None, "", "noon", "Sun, 99 Nov 2026 99:00:00 GMT", "\x00" * 100])
def test_without_a_date_it_is_this_machines_time(date: str | None) -> None:
    clock = ManualClock(HERE)
    time = ServerTime(clock)
    assert (time.began, time.now()) == (HERE, HERE)
    time.heard(time.asking(), {} if date is None else {"date": date})
    clock.advance(timedelta(seconds=1))
    assert (time.began, time.now()) == (HERE, HERE + timedelta(seconds=1))


def test_a_clock_that_is_set_back_takes_no_time_away() -> None:
    clock = ManualClock(HERE)
    time = ServerTime(clock)
    time.heard(time.asking(), DATE)
    clock.advance(timedelta(hours=-1))
    assert time.now() == THERE
