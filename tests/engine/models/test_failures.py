"""What a server says of a failure, as the error it is."""

import json
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from agentops.base.secrets import Secret
from agentops.engine.models import failures
from agentops.engine.models.failures import Advice, Place
from agentops.engine.models.port import (
    ContextTooLong,
    ModelError,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefusedRequest,
    ModelUnpaid,
    ModelUnreachable,
)
from tests.conftest import NOW

PLACE = Place("m", "http://x", (Secret("sk-hidden"),))


def body(kind: str, message: str = "Why.") -> bytes:
    return json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()


@pytest.mark.parametrize(
    ("status", "raw", "expected"),
    [
        (400, body("invalid_request_error"), ModelRefusedRequest),
        (400, body("invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"), ContextTooLong),
        (400, body("x", "input length and `max_tokens` exceed context limit: 9 + 1 > 9"), ContextTooLong),
        (400, body("exceed_context_size_error", "request (9 tokens) exceeds …"), ContextTooLong),
        (400, body("BadRequestError", "This model's maximum context length is 9 tokens."), ContextTooLong),
        (500, body("server_error", "Context size has been exceeded."), ContextTooLong),
        (400, body("invalid_request_error", "Your credit balance is too low to access the API."), ModelUnpaid),
        (401, body("authentication_error"), ModelRefusedRequest),
        (402, body("billing_error"), ModelUnpaid),
        (402, b"", ModelUnpaid),
        (403, body("permission_error"), ModelRefusedRequest),
        (404, body("not_found_error"), ModelRefusedRequest),
        (408, b"", ModelUnreachable),
        (409, b"", ModelUnreachable),
        (413, b"<html>", ContextTooLong),
        (422, b'{"detail":[]}', ModelRefusedRequest),
        (429, body("rate_limit_error"), ModelRateLimited),
        (307, b"", ModelRefusedRequest),
        (500, body("api_error"), ModelUnreachable),
        (502, b"<html>Bad gateway", ModelUnreachable),
        (500, body("overloaded_error"), ModelOverloaded),
        (529, b"\xff", ModelOverloaded),
        (529, b"[" * 100_000, ModelOverloaded),
        (529, b'{"error": {"type": ["a"], "message": 5}}', ModelOverloaded),
    ],
)
def test_an_answer_is_the_error_it_stands_for(status: int, raw: bytes, expected: type[ModelError]) -> None:
    error = failures.refused(PLACE, status, raw, Advice())
    assert type(error) is expected
    assert error.message.startswith(f"The model m at http://x answered {status}")
    assert error.may_pass is expected.may_pass


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"type": "overloaded_error", "message": "Overloaded"}, ModelOverloaded),
        ({"type": "rate_limit_error"}, ModelRateLimited),
        ({"type": "api_error"}, ModelUnreachable),
        ({"type": "invalid_request_error", "message": "prompt is too long"}, ContextTooLong),
        ({"type": "invalid_request_error"}, ModelRefusedRequest),
        ({"type": "unheard_of"}, ModelUnreachable),
        ({}, ModelUnreachable),
        ("text", ModelUnreachable),
        (None, ModelUnreachable),
    ],
)
def test_an_error_inside_a_stream_too(error: Any, expected: type[ModelError]) -> None:
    assert type(failures.broke_off(PLACE, {"type": "error", "error": error})) is expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Advice()),
        ({"retry-after": "3"}, Advice(3.0)),
        ({"retry-after": "3", "retry-after-ms": "1500"}, Advice(1.5)),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=7), usegmt=True)}, Advice(7.0)),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=7), usegmt=True)}, Advice()),
        ({"retry-after": "soon"}, Advice()),
        ({"retry-after": "inf"}, Advice()),
        ({"retry-after": "-1"}, Advice()),
        ({"x-should-retry": "true"}, Advice(None, may_pass=True)),
        ({"x-should-retry": "false"}, Advice(None, may_pass=False)),
        ({"x-should-retry": "perhaps"}, Advice()),
    ],
)
def test_the_headers_say_whether_and_when_to_ask_again(headers: dict[str, str], expected: Advice) -> None:
    assert failures.advice(headers, NOW) == expected


@pytest.mark.parametrize("may_pass", [True, False])
def test_what_the_server_says_of_asking_again_counts_more_than_the_status(may_pass: bool) -> None:
    for status in (400, 429, 500):
        assert failures.refused(PLACE, status, b"", Advice(may_pass=may_pass)).may_pass is may_pass


def test_no_message_holds_a_credential_or_a_line_of_its_own() -> None:
    raw = body("authentication_error", "bad key sk-hidden\n\x1b[31m" + "x" * 5000)
    message = failures.refused(PLACE, 401, raw, Advice()).message
    assert "hidden" not in message
    assert message.isprintable()
    assert len(message) < 600
    assert message.endswith("Check AGENTOPS_MODEL_API_KEY.")
