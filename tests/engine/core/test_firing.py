"""When a deployment is run: jittered within the documented bounds, once, and never for what was missed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.engine.core.firing import JITTER_MAX, JITTER_MIN, Outlook, first, is_as_before, jitter, outlook

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=each) for each in (1, 60, 3600, 86400))


def a_deployment(expression: str = "0 12 * * *", zone: str = "UTC", **fields: Any) -> dict[str, Any]:
    schedule = {"type": "cron", "expression": expression, "timezone": zone}
    return {"id": "depl_1", "schedule": schedule, "status": "active", "archived_at": None, **fields}


def ripe(found: Outlook) -> datetime | None:
    return found.ripe.due_at if found.ripe else None


def ahead(found: Outlook) -> datetime | None:
    return found.ahead.due_at if found.ahead else None


@given(st.text(min_size=1, max_size=30), st.datetimes(timezones=st.just(UTC)), st.integers(1, 40 * 366 * 24 * 60))
def test_jitter_is_five_seconds_to_a_share_of_the_interval(name: str, due_at: datetime, minutes: int) -> None:
    interval = timedelta(minutes=minutes)
    found = jitter(name, due_at, interval)
    assert JITTER_MIN <= found <= min(JITTER_MAX, interval * 0.15)
    assert found == jitter(name, due_at, interval), "every server finds the same"


def test_jitter_spreads_deployments_and_moments() -> None:
    by_name = {jitter(f"depl_{number}", NOON, DAY) for number in range(200)}
    by_moment = {jitter("depl_1", NOON + number * DAY, DAY) for number in range(200)}
    assert len(by_name) == len(by_moment) == 200
    for each in (by_name, by_moment):
        assert min(each) < MINUTE
        assert max(each) > 8 * MINUTE


def test_the_first_moment_lies_behind_now() -> None:
    daily = a_deployment()
    for now, due_at in ((NOON - SECOND, NOON), (NOON, NOON + DAY), (NOON + SECOND, NOON + DAY)):
        found = first(daily, now)
        assert found is not None
        assert found.due_at == due_at
        assert found.due_at + JITTER_MIN <= found.fires_at <= found.due_at + JITTER_MAX < found.missed_at + MINUTE


@pytest.mark.parametrize(
    "fields", [{"schedule": None}, {"status": "paused"}, {"archived_at": "2026-11-22T00:00:00.000000Z"}]
)
def test_without_a_schedule_paused_or_archived_nothing_comes(fields: dict[str, Any]) -> None:
    assert first(a_deployment(**fields), NOON) is None


def test_a_time_that_its_zone_skips_every_year_never_comes() -> None:
    assert first(a_deployment("30 2 25-31 3 */7", "Europe/Berlin"), NOON) is None


def test_a_moment_is_run_from_its_jittered_time_on_until_it_is_missed() -> None:
    daily = a_deployment()
    firing = first(daily, NOON - HOUR)
    assert firing is not None
    before = outlook(daily, NOON - SECOND, firing.fires_at - timedelta(microseconds=1))
    assert (before.ripe, before.ahead) == (None, firing)
    for now in (firing.fires_at, firing.missed_at - timedelta(microseconds=1)):
        found = outlook(daily, NOON - SECOND, now)
        assert (found.ripe, ahead(found)) == (firing, NOON + DAY)
    found = outlook(daily, NOON - SECOND, firing.missed_at)
    assert (found.ripe, ahead(found)) == (None, NOON + DAY)


def test_a_server_that_is_started_anew_still_fires_what_the_jitter_allows() -> None:
    found = first(a_deployment(), NOON - HOUR)
    assert found is not None
    assert found.missed_at >= NOON + JITTER_MAX, "a day's run may be nine minutes late"
    assert found.missed_at >= found.fires_at + MINUTE


def test_a_moment_is_missed_when_the_next_one_is_due() -> None:
    found = first(a_deployment("* * * * *"), NOON)
    assert found is not None
    assert (found.due_at, found.missed_at) == (NOON + MINUTE, NOON + 2 * MINUTE)


def test_nothing_is_made_up_for() -> None:
    found = outlook(a_deployment("*/10 * * * *"), NOON - 30 * DAY, NOON + 5 * MINUTE)
    assert (ripe(found), ahead(found)) == (None, NOON + 10 * MINUTE)
    found = outlook(a_deployment("* * * * *"), NOON - 30 * DAY, NOON + 30 * SECOND)
    assert (ripe(found), ahead(found)) == (NOON, NOON + MINUTE), "what is not missed yet is run, and only that"


@given(st.integers(0, 3 * 24 * 3600), st.sampled_from(["* * * * *", "*/7 * * * *", "0 * * * *", "0 0 * * 1"]))
def test_of_all_moments_one_at_most_is_ripe_and_the_next_comes_later(seconds: int, expression: str) -> None:
    now = NOON + seconds * SECOND
    found = outlook(a_deployment(expression), NOON - DAY, now)
    assert found.ahead is not None
    assert found.ahead.fires_at > now
    if found.ripe:
        assert found.ripe.fires_at <= now < found.ripe.missed_at <= found.ahead.due_at


def test_only_what_matters_to_the_schedule_counts_as_a_change() -> None:
    before = a_deployment(name="a")
    assert is_as_before(before, {**before, "name": "b"})
    assert not is_as_before(before, a_deployment("0 13 * * *"))
    assert not is_as_before(before, {**before, "status": "paused"})
    paused = a_deployment(status="paused")
    assert not is_as_before(paused, before)
    assert is_as_before(paused, {**paused, "name": "b"})
