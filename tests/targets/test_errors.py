"""What went wrong on the way: the right class, one sentence with the server's own reason, and a way out."""

from typing import Any

import httpx2
import pytest

from agentops.base.errors import (
    EXIT_PROBLEMS,
    TargetConflict,
    TargetDenied,
    TargetError,
    TargetRejected,
    TargetUnavailable,
    TargetUnreachable,
)
from agentops.targets.errors import asked_to_wait, from_status, from_transport, not_the_api

DEED, LABEL = "create agent", "https://api.example.com"
ENVELOPE = {"type": "error", "error": {"type": "some_error", "message": "The reason."}, "request_id": "req_1"}


@pytest.mark.parametrize(
    ("status", "kind", "retry"),
    [
        (400, TargetRejected, "permanent"),
        (401, TargetDenied, "permanent"),
        (403, TargetDenied, "permanent"),
        (404, TargetRejected, "permanent"),
        (405, TargetRejected, "permanent"),
        (408, TargetUnavailable, "temporary"),
        (409, TargetConflict, "permanent"),
        (412, TargetConflict, "permanent"),
        (413, TargetRejected, "permanent"),
        (422, TargetRejected, "permanent"),
        (429, TargetUnavailable, "temporary"),
        (500, TargetUnavailable, "temporary"),
        (502, TargetUnavailable, "temporary"),
        (503, TargetUnavailable, "temporary"),
        (504, TargetUnavailable, "temporary"),
        (529, TargetUnavailable, "temporary"),
        (302, TargetRejected, "permanent"),
    ],
)
def test_every_status_has_its_class(status: int, kind: type[TargetError], retry: str) -> None:
    error = from_status(DEED, LABEL, status, ENVELOPE, "req_1")
    assert type(error) is kind
    assert error.retry == retry
    assert error.exit_code == EXIT_PROBLEMS
    assert (error.status, error.request_id) == (status, "req_1")
    assert not error.was_not_sent


@pytest.mark.parametrize("status", [400, 401, 409, 429, 500])
def test_the_sentence_names_target_deed_and_reason(status: int) -> None:
    message = from_status(DEED, LABEL, status, ENVELOPE, "").message
    assert message.startswith(f"{LABEL} {'failed' if status == 500 else 'refused'} to create agent: ")
    assert message.endswith("The reason.")


@pytest.mark.parametrize("status", [401, 403, 409, 412, 408, 429, 500, 503])
def test_where_somebody_can_do_something_the_way_out_is_said(status: int) -> None:
    assert from_status(DEED, LABEL, status, ENVELOPE, "").hint


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        7,
        {},
        {"error": None},
        {"error": "text"},
        {"error": []},
        {"error": {"message": None}},
        {"error": {}},
    ],
)
def test_what_is_not_the_envelope_is_not_repeated(body: Any) -> None:
    assert (
        from_status(DEED, LABEL, 500, body, "").message == f"{LABEL} failed to create agent: status 500 and no reason"
    )


def test_an_endless_reason_is_cut() -> None:
    error = from_status(DEED, LABEL, 400, {"error": {"message": "x" * 10_000}}, "")
    assert len(error.message) < 600


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({}, None),
        ({"retry-after": "Sat, 21 Nov 2026 08:30:00 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "1.5"}, None),
        ({"retry-after": "²"}, None),
    ],
)
def test_the_wait_that_a_target_asks_for_is_heard_in_seconds(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_to_wait(TargetUnavailable("x"), headers).retry_after_s == seconds


@pytest.mark.parametrize(
    "kind", [httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol]
)
def test_what_never_left_is_known_not_to_have_happened(kind: type[httpx2.TransportError]) -> None:
    assert from_transport(DEED, LABEL, kind("refused")).was_not_sent


@pytest.mark.parametrize("kind", [httpx2.ReadError, httpx2.ReadTimeout, httpx2.WriteError, httpx2.RemoteProtocolError])
def test_what_may_have_arrived_is_not_taken_for_undone(kind: type[httpx2.TransportError]) -> None:
    error = from_transport(DEED, LABEL, kind("gone"))
    assert type(error) is TargetUnreachable
    assert not error.was_not_sent
    assert error.message == f"{LABEL} gave no answer to create agent: gone"


def test_the_cause_is_found_under_what_others_wrapped_around_it() -> None:
    wrapper = RuntimeError("Connection error.")
    wrapper.__cause__ = httpx2.ConnectError("connection refused")
    error = from_transport(DEED, LABEL, wrapper)
    assert error.was_not_sent
    assert error.message.endswith("connection refused")


def test_causes_that_go_round_in_a_circle_are_followed_once() -> None:
    one, two = RuntimeError("one"), RuntimeError("two")
    one.__cause__, two.__cause__ = two, one
    assert from_transport(DEED, LABEL, one).message.endswith("one")


def test_a_cause_without_words_is_named_by_its_class() -> None:
    assert from_transport(DEED, LABEL, httpx2.ReadTimeout("")).message.endswith("ReadTimeout")


def test_an_answer_from_something_in_between_is_no_answer_of_the_target() -> None:
    error = not_the_api("GET /v1/agents", LABEL)
    assert type(error) is TargetUnreachable
    assert "not the API" in error.message
    assert "proxy" in error.hint
