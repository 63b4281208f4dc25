"""What follows from a receiver's answer."""

from datetime import timedelta

import pytest

from agentops.engine.core.deliveries import (
    ATTEMPTS_MAX,
    FAILING,
    FAILURES_MAX,
    GOOD,
    NOT_PUBLIC,
    REDIRECTED,
    WIDTH_MAX,
    Attempt,
    Health,
    Outcome,
    disabled_reason,
    health,
    is_last,
    outcome,
    pause,
    width,
)

NOW = "2026-11-22T12:00:00.000000Z"
BEFORE = "2026-11-22T00:00:00.000000Z"


def an_attempt(how: Outcome = Outcome.FAILED, at: str = NOW, took_ms: int = 5) -> Attempt:
    return Attempt(at, took_ms, None, "", how)


@pytest.mark.parametrize(
    ("statuses", "how"),
    [
        (range(200, 300), Outcome.DELIVERED),
        (range(300, 400), Outcome.REDIRECTED),
        ((100, 101, 103, 199, *range(400, 600), 999), Outcome.FAILED),
    ],
)
def test_only_a_2xx_acknowledges_and_a_3xx_is_a_redirect(statuses: range, how: Outcome) -> None:
    assert {outcome(each) for each in statuses} == {how}


def test_the_pause_lies_between_five_seconds_and_two_minutes_for_every_roll() -> None:
    assert (pause(0.0), pause(1.0)) == (timedelta(seconds=5), timedelta(minutes=2))
    assert all(pause(0.0) <= pause(roll / 100) <= pause(1.0) for roll in range(101))


def test_three_attempts_are_made_and_one_that_disables_is_the_last() -> None:
    assert [is_last(number, an_attempt()) for number in range(1, 4)] == [False, False, True]
    assert ATTEMPTS_MAX == 3
    assert is_last(1, an_attempt(Outcome.REDIRECTED))
    assert is_last(1, an_attempt(Outcome.NOT_PUBLIC))


def test_failures_in_a_row_are_counted_from_the_first_and_a_success_forgets_them() -> None:
    once = health(GOOD, an_attempt(at=BEFORE))
    assert once == Health(BEFORE, 1)
    assert health(once, an_attempt()) == Health(BEFORE, 2)
    assert health(health(once, an_attempt()), an_attempt(Outcome.DELIVERED)) == GOOD


def test_an_endpoint_is_disabled_for_what_it_is_at_once_and_for_failing_only_if_often_and_long() -> None:
    reasons = {each: disabled_reason(GOOD, an_attempt(each), since=NOW) for each in Outcome}
    assert reasons == {
        Outcome.DELIVERED: "",
        Outcome.FAILED: "",
        Outcome.REDIRECTED: REDIRECTED,
        Outcome.NOT_PUBLIC: NOT_PUBLIC,
    }
    often, seldom = FAILURES_MAX, FAILURES_MAX - 1
    assert disabled_reason(Health(BEFORE, often), an_attempt(), since=BEFORE) == FAILING
    assert disabled_reason(Health(BEFORE, seldom), an_attempt(), since=BEFORE) == ""
    assert disabled_reason(Health(NOW, often), an_attempt(), since=BEFORE) == ""


def test_a_lane_widens_by_quick_successes_and_narrows_by_anything_else() -> None:
    widths = [1]
    for _ in range(5):
        widths.append(width(widths[-1], an_attempt(Outcome.DELIVERED)))
    assert widths == [1, 2, 4, 8, WIDTH_MAX, WIDTH_MAX]
    assert width(WIDTH_MAX, an_attempt(Outcome.DELIVERED, took_ms=1_000)) == 1
    assert width(WIDTH_MAX, an_attempt()) == 1
