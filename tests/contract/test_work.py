"""The work queue by the SDK: items handed out, held and stopped, with keys of the environment's own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from anthropic import BadRequestError, ConflictError, NotFoundError
from anthropic.types.beta.environments import BetaHeartbeatPreconditionFailedError

from agentops.base.clock import ManualClock

from .given import a_session, ids, refused
from .sdk import Api
from .test_conformance import METHODS
from .test_sdk_surface import assert_envelope
from .workers import Place, a_place, keyed, token_of

FIRST = "NO_HEARTBEAT"


@pytest.fixture
def place(api: Api) -> Place:
    """A self-hosted environment with an empty queue."""
    return a_place(api)


def poll(place: Place, **fields: Any) -> Any:
    return place.queue.poll(place.id, **fields)


def taken(place: Place) -> Any:
    """Return an item that was handed out and acknowledged."""
    item = poll(place)
    place.queue.ack(item.id, environment_id=place.id)
    return item


def beat(place: Place, item: Any, expected: str | None = FIRST, **fields: Any) -> Any:
    return place.queue.heartbeat(item.id, environment_id=place.id, expected_last_heartbeat=expected, **fields)


CALLS: dict[str, Callable[[Place, Any], Any]] = {
    "poll": lambda place, _: poll(place, block_ms=1, reclaim_older_than_ms=0, anthropic_worker_id="host-1"),
    "ack": lambda place, item: place.queue.ack(item.id, environment_id=place.id),
    "heartbeat": lambda place, item: (place.queue.ack(item.id, environment_id=place.id), beat(place, item)),
    "stop": lambda place, item: place.queue.stop(item.id, environment_id=place.id, force=True),
    "list": lambda place, _: place.queue.list(place.id),
    "stats": lambda place, _: place.queue.stats(place.id),
    "retrieve": lambda place, item: place.desk.retrieve(item.id, environment_id=place.id),
    "update": lambda place, item: place.desk.update(item.id, environment_id=place.id, metadata={"team": "blue"}),
}


def test_every_method_that_is_served_has_a_call_here() -> None:
    assert {f"environments.work.{name}" for name in CALLS} == {
        each.name for each in METHODS if each.name.startswith("environments.work.")
    }


@pytest.mark.every_way
@pytest.mark.parametrize("name", CALLS)
def test_it_answers_in_the_types_of_the_sdk(place: Place, name: str) -> None:
    place.a_session()
    CALLS[name](place, poll(place))
    assert place.api.last.status_code == 200


@pytest.mark.stateless
@pytest.mark.parametrize("name", ["ack", "heartbeat", "stop", "retrieve", "update"])
def test_an_item_that_does_not_exist_is_not_found(place: Place, name: str) -> None:
    elsewhere = place.another()
    elsewhere.a_session()
    foreign = poll(elsewhere)
    error = refused(NotFoundError, lambda: CALLS[name](place, foreign), foreign.id)
    assert_envelope(error, "not_found_error")


@pytest.mark.every_way
def test_an_item_goes_its_way(place: Place, clock: ManualClock) -> None:
    assert poll(place) is None
    assert place.api.last.content == b"null"
    session = place.a_session()
    item = poll(place)
    assert (item.type, item.data.id, item.environment_id, item.state) == ("work", session.id, place.id, "queued")
    assert item.secret
    assert (item.acknowledged_at, item.started_at, item.latest_heartbeat_at) == (None, None, None)
    assert poll(place) is None
    acknowledged = place.queue.ack(item.id, environment_id=place.id)
    assert (acknowledged.state, acknowledged.secret) == ("starting", None)
    first = beat(place, item)
    assert (first.state, first.lease_extended, first.ttl_seconds) == ("active", True, 90)
    clock.advance(timedelta(seconds=30))
    second = beat(place, item, first.last_heartbeat, desired_ttl_seconds=20)
    assert (second.ttl_seconds, second.last_heartbeat > first.last_heartbeat) == (20, True)
    stopping = place.queue.stop(item.id, environment_id=place.id)
    assert (stopping.state, stopping.latest_heartbeat_at) == ("stopping", second.last_heartbeat)
    told = beat(place, item, "whatever")
    assert (told.state, told.lease_extended, told.last_heartbeat) == ("stopping", False, second.last_heartbeat)
    stopped = place.queue.stop(item.id, environment_id=place.id, force=True)
    assert (stopped.state, stopped.stop_requested_at is not None) == ("stopped", True)
    assert beat(place, item).state == "stopped"
    error = refused(ConflictError, lambda: place.queue.stop(item.id, environment_id=place.id), "already stopped")
    assert_envelope(error, "conflict_error")
    assert place.api.last.headers["x-should-retry"] == "false"


def test_a_heartbeat_that_is_not_the_next_one_is_refused_with_the_lease(place: Place) -> None:
    place.a_session()
    item = taken(place)
    held = beat(place, item)
    error = refused(BetaHeartbeatPreconditionFailedError, lambda: beat(place, item), "another worker")
    assert error.status_code == 412
    assert error.details.error_code == "heartbeat_precondition_failed"
    state = error.details.current_state
    assert (state.last_heartbeat, state.lease_extended, state.state, state.ttl_seconds) == (
        held.last_heartbeat,
        False,
        "active",
        90,
    )


def test_a_dead_workers_item_goes_to_the_next_one(place: Place, clock: ManualClock) -> None:
    session = place.a_session()
    dead = taken(place)
    beat(place, dead)
    clock.advance(timedelta(seconds=89))
    assert poll(place) is None
    clock.advance(timedelta(seconds=1))
    assert place.desk.retrieve(dead.id, environment_id=place.id).state == "queued"
    assert place.queue.stats(place.id).depth == 1
    taken_over = taken(place)
    assert (taken_over.id, taken_over.data.id) == (dead.id, session.id)
    assert taken_over.secret != dead.secret
    late = keyed(place.api, token_of(dead)).environments.work
    refused(
        BetaHeartbeatPreconditionFailedError,
        lambda: late.heartbeat(dead.id, environment_id=place.id, expected_last_heartbeat=FIRST),
    )
    refused(ConflictError, lambda: late.stop(dead.id, environment_id=place.id, force=True), "another worker")
    assert beat(place, taken_over).lease_extended


@pytest.mark.parametrize(("asked_ms", "after_s", "is_free"), [(None, 4.9, False), (None, 5, True), (1000, 1, True)])
def test_what_is_not_acknowledged_is_handed_out_again(
    place: Place, clock: ManualClock, asked_ms: int | None, after_s: float, is_free: bool
) -> None:
    place.a_session()
    poll(place)
    clock.advance(timedelta(seconds=after_s))
    again = poll(place, **({} if asked_ms is None else {"reclaim_older_than_ms": asked_ms}))
    assert (again is not None) == is_free


def test_the_longest_waiting_comes_first(place: Place) -> None:
    sessions = [place.a_session().id for _ in range(3)]
    assert [poll(place).data.id for _ in range(3)] == sessions


def test_the_numbers_of_the_queue(place: Place, clock: ManualClock) -> None:
    said = place.queue.stats(place.id)
    assert (said.depth, said.pending, said.oldest_queued_at, said.workers_polling) == (0, 0, None, 0)
    for _ in range(3):
        place.a_session()
        clock.advance(timedelta(seconds=1))
    for worker in ("host-1", "host-2", "host-1"):
        poll(place, anthropic_worker_id=worker)
    oldest, *_ = list(place.queue.list(place.id))[::-1]
    said = place.queue.stats(place.id)
    assert (said.depth, said.pending, said.workers_polling) == (0, 3, 2)
    assert said.oldest_queued_at == oldest.created_at
    place.queue.ack(oldest.id, environment_id=place.id)
    clock.advance(timedelta(seconds=30))
    by_operator = place.desk.stats(place.id)
    assert (by_operator.pending, by_operator.workers_polling) == (2, 0)


def test_items_are_listed_newest_first_without_secrets(place: Place) -> None:
    for _ in range(5):
        place.a_session()
    place.queue.stop(poll(place).id, environment_id=place.id, force=True)
    every = list(place.queue.list(place.id, limit=2))
    assert len(ids(every)) == 5
    assert [each.created_at for each in every] == sorted((each.created_at for each in every), reverse=True)
    assert {each.secret for each in every} == {None}
    assert every[-1].state == "stopped"


def test_metadata_is_merged(place: Place) -> None:
    place.a_session()
    item = poll(place)
    assert item.metadata == {}
    place.desk.update(item.id, environment_id=place.id, metadata={"a": "1", "b": "2"})
    merged = place.desk.update(item.id, environment_id=place.id, metadata={"a": None, "c": "3"})
    assert merged.metadata == {"b": "2", "c": "3"}
    many = {f"k{number}": "v" for number in range(15)}
    error = refused(
        BadRequestError, lambda: place.desk.update(item.id, environment_id=place.id, metadata=many), "metadata"
    )
    assert error.error_code == "invalid_metadata"
    assert place.desk.retrieve(item.id, environment_id=place.id).metadata == merged.metadata


def test_a_session_that_ends_takes_its_item_along(place: Place) -> None:
    archived, deleted, kept = (place.a_session() for _ in range(3))
    held = taken(place)
    place.api.sessions.archive(archived.id)
    place.api.sessions.delete(deleted.id)
    assert beat(place, held).state == "stopped"
    assert [poll(place).data.id, poll(place)] == [kept.id, None]


@pytest.mark.stateless
@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("block_ms=0", "block_ms"),
        ("block_ms=1000", "block_ms"),
        ("block_ms=soon", "block_ms"),
        ("reclaim_older_than_ms=-1", "reclaim_older_than_ms"),
    ],
)
def test_a_poll_out_of_bounds_is_refused(place: Place, query: str, word: str) -> None:
    answer = place.send("GET", f"poll?{query}")
    assert (answer.status_code, word in answer.json()["error"]["message"]) == (400, True)


@pytest.mark.stateless
def test_a_worker_has_a_name_of_bounded_length(place: Place) -> None:
    refused(BadRequestError, lambda: poll(place, anthropic_worker_id="w" * 257), "anthropic-worker-id")
    assert poll(place, anthropic_worker_id="w" * 256) is None


@pytest.mark.stateless
def test_a_heartbeat_asks_for_a_positive_time(place: Place) -> None:
    place.a_session()
    item = taken(place)
    refused(BadRequestError, lambda: beat(place, item, desired_ttl_seconds=0), "desired_ttl_seconds")


@pytest.mark.stateless
def test_to_stop_needs_no_body(place: Place) -> None:
    place.a_session()
    answer = place.send("POST", f"{taken(place).id}/stop")
    assert (answer.status_code, answer.json()["state"]) == (200, "stopping")


def test_a_session_in_the_cloud_is_nobodys_work(place: Place) -> None:
    a_session(place.api)
    assert poll(place) is None
