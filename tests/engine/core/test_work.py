"""One item of the work queue: its states, its lease, and who may do what with it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.base.clock import timestamp
from agentops.base.errors import Conflict
from agentops.engine.core import work as core
from agentops.engine.core.work import (
    NO_HEARTBEAT,
    STARTING_S,
    STOPPING_S,
    TTL_S,
    HeartbeatPreconditionFailed,
    State,
    Work,
)

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
RECLAIM = timedelta(seconds=5)


def at(seconds: float) -> str:
    return timestamp(START + timedelta(seconds=seconds))


NEW = Work("work_01", "env_01", "sesn_01", State.QUEUED, "{}", at(0), at(0))


def beaten(work: Work, seconds: float, expected: str | None = None, **given: Any) -> Work:
    return core.beaten(work, at(seconds), **{"expected": expected, "ttl_seconds": None, "is_holder": True, **given})


CLAIMED = core.claimed(NEW, at(1))
STARTING = core.acknowledged(CLAIMED, at(2))
ACTIVE = beaten(STARTING, 3, NO_HEARTBEAT)
STOPPING = core.stopped(ACTIVE, at(4), force=False)
STOPPED = core.stopped(STOPPING, at(5), force=True)
HELD = [CLAIMED, STARTING, ACTIVE]


def test_an_item_goes_through_the_documented_states() -> None:
    states = [each.state for each in (NEW, CLAIMED, STARTING, ACTIVE, STOPPING, STOPPED)]
    assert states == ["queued", "queued", "starting", "active", "stopping", "stopped"]
    assert (STARTING.acknowledged_at, ACTIVE.started_at, ACTIVE.latest_heartbeat_at) == (at(2), at(3), at(3))
    assert (STOPPED.stop_requested_at, STOPPED.stopped_at, STOPPED.lease_until) == (at(4), at(5), None)


@pytest.mark.parametrize("work", [CLAIMED, STARTING, ACTIVE, STOPPING])
def test_force_stops_at_once(work: Work) -> None:
    stopped = core.stopped(work, at(10), force=True)
    assert (stopped.state, stopped.stopped_at) == ("stopped", at(10))


def test_what_nobody_holds_stops_without_grace() -> None:
    stopping = core.stopped(NEW, at(1), force=False)
    assert stopping.state == "stopping"
    assert core.settled(stopping, at(1)).state == "stopped"


def test_a_second_wish_to_stop_changes_nothing_and_a_third_after_the_end_is_a_conflict() -> None:
    assert core.stopped(STOPPING, at(9), force=False) == STOPPING
    with pytest.raises(Conflict, match="already stopped"):
        core.stopped(STOPPED, at(9), force=True)


def test_only_the_holder_stops_with_a_token() -> None:
    with pytest.raises(Conflict, match="another worker"):
        core.stopped(ACTIVE, at(9), force=True, is_holder=False)


@pytest.mark.parametrize("work", HELD)
def test_a_worker_that_never_confirms_is_not_waited_for(work: Work) -> None:
    stopping = core.stopped(work, at(4), force=False)
    assert core.settled(stopping, at(4 + STOPPING_S - 1)).state == "stopping"
    assert core.settled(stopping, at(4 + STOPPING_S)).stopped_at == at(4 + STOPPING_S)


def test_an_item_that_is_not_acknowledged_is_free_again() -> None:
    assert core.is_free(NEW, at(0), RECLAIM)
    assert not core.is_free(CLAIMED, at(5.9), RECLAIM)
    assert core.is_free(CLAIMED, at(6), RECLAIM)
    assert core.claimed(CLAIMED, at(6)).claim == 2


@pytest.mark.parametrize(("work", "lasts"), [(STARTING, 2 + STARTING_S), (ACTIVE, 3 + TTL_S)])
def test_an_expired_lease_gives_the_item_back_to_the_queue(work: Work, lasts: float) -> None:
    assert core.settled(work, at(lasts - 1)) == work
    assert not core.is_free(work, at(lasts - 1), RECLAIM)
    back = core.settled(work, at(lasts))
    assert back == replace(NEW, claim=1, queued_at=at(lasts))
    assert core.is_free(work, at(lasts), RECLAIM)


def test_acknowledging_twice_succeeds_until_the_work_began() -> None:
    assert core.acknowledged(STARTING, at(9)) == STARTING
    for each in (ACTIVE, STOPPING, STOPPED):
        with pytest.raises(Conflict, match="only what is queued"):
            core.acknowledged(each, at(9))


@given(st.integers(1, 1000))
def test_a_lease_lasts_as_long_as_the_worker_wishes_within_bounds(wish: int) -> None:
    work = beaten(ACTIVE, 10, ttl_seconds=wish)
    assert work.ttl_seconds == min(max(wish, core.TTL_MIN_S), core.TTL_MAX_S)
    assert work.lease_until == at(10 + work.ttl_seconds)
    assert beaten(work, 11).ttl_seconds == work.ttl_seconds


def test_a_heartbeat_echoes_the_last_one_exactly() -> None:
    second = beaten(ACTIVE, 33, ACTIVE.latest_heartbeat_at)
    assert second.latest_heartbeat_at == at(33)
    assert beaten(second, 40).latest_heartbeat_at == at(40)
    for stale in (NO_HEARTBEAT, ACTIVE.latest_heartbeat_at, "", at(33)[:-1]):
        with pytest.raises(HeartbeatPreconditionFailed) as caught:
            beaten(second, 50, stale)
        assert caught.value.status == 412
        assert caught.value.details == {
            "error_code": "heartbeat_precondition_failed",
            "current_state": {
                "last_heartbeat": at(33),
                "lease_extended": False,
                "state": "active",
                "ttl_seconds": TTL_S,
            },
        }


def test_two_heartbeats_of_one_moment_have_two_names() -> None:
    second = beaten(ACTIVE, 3, ACTIVE.latest_heartbeat_at)
    assert second.latest_heartbeat_at == at(3.000001)


@pytest.mark.parametrize("work", [NEW, CLAIMED])
def test_what_is_in_the_queue_has_no_heart(work: Work) -> None:
    with pytest.raises(HeartbeatPreconditionFailed, match="is queued"):
        beaten(work, 2, NO_HEARTBEAT)


@pytest.mark.parametrize("work", [STARTING, ACTIVE])
def test_a_worker_whose_claim_is_over_cannot_keep_the_item(work: Work) -> None:
    with pytest.raises(HeartbeatPreconditionFailed):
        beaten(work, 4, work.latest_heartbeat_at, is_holder=False)


@pytest.mark.parametrize("work", [STOPPING, STOPPED])
@pytest.mark.parametrize("expected", [None, NO_HEARTBEAT, "whatever"])
def test_nothing_is_compared_once_it_is_to_stop(work: Work, expected: str | None) -> None:
    assert beaten(work, 6, expected, is_holder=False) == work


def test_a_claim_is_over_with_the_item_or_with_the_next_claim() -> None:
    assert not core.is_over(ACTIVE, 1, at(4))
    assert core.is_over(STOPPED, 1, at(6))
    assert core.is_over(STOPPING, 1, at(4 + STOPPING_S))
    assert core.is_over(core.claimed(ACTIVE, at(1000)), 1, at(1000))
