"""What a validation makes of answers: the verdict, and nothing secret in what is shown."""

import json
from datetime import UTC, datetime

import pytest

from agentops.base.secrets import Secret
from agentops.engine.core import probes
from agentops.engine.core.probes import Captured, Exchange, Failure, Finding
from agentops.wire.urls import normalized

NOW = datetime(2026, 11, 21, tzinfo=UTC)
NAMES = {"credential_id": "c"}


def answer(status: int, body: str = "", *, is_cut: bool = False) -> Captured:
    return Captured(status, "text/plain", body.encode(), is_cut)


def shown(captured: Captured, *secrets: str) -> dict[str, object]:
    text = probes.answered(Finding(Failure("initialize", captured), None), NAMES, map(Secret, secrets))
    found: dict[str, object] = json.loads(text)["mcp_probe"]["http_response"]
    return found


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, "", "invalid"),
        (401, "", "invalid"),
        (429, "", "unknown"),
        (500, "", "unknown"),
        (302, "", "unknown"),
        (200, '{"error": "bad_refresh_token"}', "invalid"),
        (200, "[]", "unknown"),
        (200, "[" * 5000, "unknown"),
    ],
)
def test_only_a_clear_no_of_the_token_endpoint_makes_it_invalid(status: int, body: str, expected: str) -> None:
    failed = Exchange("failed", answer(status, body))
    assert Finding(Failure("initialize", answer(401)), failed).status == expected


@pytest.mark.parametrize("spelled", ["s&cret/ü", "s%26cret%2F%C3%BC", "s&cret/\\u00fc", "cyZjcmV0L8O8"])
def test_a_secret_does_not_show_however_it_is_spelled(spelled: str) -> None:
    assert shown(answer(403, f"<{spelled}>"), "s&cret/ü")["body"] == "<•••>"


@pytest.mark.parametrize("cut", range(1, 12))
def test_the_beginning_of_a_secret_at_the_cut_does_not_show(cut: int) -> None:
    body = str(shown(answer(500, "x" * 50 + "marked-secret"[:cut], is_cut=True), "marked-secret")["body"])
    assert "m" not in body


def test_a_token_nobody_knows_yet_does_not_show() -> None:
    body = shown(answer(200, '{"id_token": "abc", "client_secret":"def", "scope": "read"}'))["body"]
    assert body == '{"id_token": "•••", "client_secret":"•••", "scope": "read"}'


def test_a_long_answer_is_cut_and_says_so() -> None:
    assert shown(answer(500, "é" * 5000)) == {
        "status_code": 500, "content_type": "text/plain", "body": "é" * 4096, "body_truncated": True
    }  # fmt: skip
    assert shown(answer(500, "é" * 4096))["body_truncated"] is False


@pytest.mark.parametrize(
    ("data", "expires_at"),
    [
        ({"access_token": "a", "expires_in": 60}, "2026-11-21T00:01:00.000000Z"),
        ({"access_token": "a"}, None),
        ({"access_token": "a", "expires_in": "60"}, None),
        ({"access_token": "a", "expires_in": -1}, None),
        ({"access_token": "a", "expires_in": 1e300}, None),
    ],
)
def test_tokens_have_an_expiry_if_the_endpoint_names_one(data: dict[str, object], expires_at: str | None) -> None:
    tokens = probes.tokens_in(answer(200, json.dumps(data)), NOW)
    assert tokens is not None
    assert (tokens.access_token.reveal(), tokens.refresh_token, tokens.expires_at) == ("a", None, expires_at)


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"access_token": ""}', '{"access_token": 1}', '{"access_token": "a\\n"}']
)
def test_an_answer_without_a_usable_token_gives_none(body: str) -> None:
    assert probes.tokens_in(answer(200, body), NOW) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://A.example.com:443/Mcp/?q=1", "https://a.example.com/Mcp?q=1"),
        ("http://a.example.com:80", "http://a.example.com"),
        ("http://a.example.com:443/", "http://a.example.com:443"),
        ("https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("https://a:70000", None),
        ("https://a:0", None),
        ("https://a:b", None),
        ("https://[::1", None),
        ("https://:443", None),
    ],
)
def test_one_server_has_one_spelling(url: str, expected: str | None) -> None:
    assert normalized(url) == expected
