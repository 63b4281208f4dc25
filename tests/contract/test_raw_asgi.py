"""What no HTTP client would send: any bytes in path, query and headers, bodies in pieces, clients that hang up."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .conftest import KEY, Servers
from .living import scope
from .sdk import MANAGED_AGENTS
from .test_robustness import assert_documented_body, few

GOOD = [(b"authorization", f"Bearer {KEY}".encode()), (b"anthropic-beta", MANAGED_AGENTS.encode())]
JSON = (b"content-type", b"application/json")
HANG_UP = {"type": "http.disconnect"}

Ask = Callable[..., "list[dict[str, Any]]"]
header_names = st.sampled_from(
    [b"authorization", b"x-api-key", b"anthropic-beta", b"anthropic-version", b"anthropic-workspace-id",
     b"content-type", b"content-length", b"content-encoding", b"transfer-encoding", b"expect", b"host", b""]
)  # fmt: skip


@pytest.fixture(scope="module")
def ask(servers: Servers) -> Ask:
    """Return what sends a request to the application itself and returns the messages of its answer."""
    app: Any = servers.server("async-sqlite").engine.app

    def ask(method: str, path: str, *, query: bytes = b"", headers: Any = (), body: Any = ()) -> list[dict[str, Any]]:
        incoming = [*body, HANG_UP]
        answer: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            message: dict[str, Any] = incoming.pop(0) if len(incoming) > 1 else incoming[0]
            return message

        async def send(message: dict[str, Any]) -> None:
            answer.append(message)

        servers.run(app(scope(method, path, query=query, headers=headers), receive, send))
        return answer

    return ask


def pieces(*chunks: bytes, more: bool = False) -> list[dict[str, Any]]:
    """Return a body in pieces; with `more`, the client promises another piece and never sends it."""
    last = len(chunks) - 1
    return [
        {"type": "http.request", "body": chunk, "more_body": more or index < last} for index, chunk in enumerate(chunks)
    ]


def assert_documented_answer(answer: list[dict[str, Any]]) -> int:
    start, *bodies = answer
    assert b"request-id" in dict(start["headers"])
    assert_documented_body(start["status"], json.loads(b"".join(each.get("body", b"") for each in bodies)))
    return int(start["status"])


@few
@given(query=st.binary(max_size=40))
def test_a_query_of_any_bytes(ask: Ask, query: bytes) -> None:
    for path in ("/v1/agents", "/v1/memory_stores"):
        assert_documented_answer(ask("GET", path, query=query, headers=GOOD, body=pieces(b"")))


@few
@given(extra=st.lists(st.tuples(header_names, st.binary(max_size=20)), max_size=4), keep=st.booleans())
def test_headers_of_any_bytes_any_number_of_times(ask: Ask, extra: list[tuple[bytes, bytes]], keep: bool) -> None:
    headers = [*(GOOD if keep else ()), *extra]
    assert_documented_answer(ask("POST", "/v1/agents", headers=headers, body=pieces(b"{}")))


@few
@given(path=st.text(max_size=20), method=st.text(max_size=8) | st.sampled_from(["GET", "POST", "HEAD", "CONNECT"]))
def test_a_path_and_method_of_any_text(ask: Ask, path: str, method: str) -> None:
    start = ask(method, f"/v1/agents/{path}", headers=GOOD, body=pieces(b""))[0]
    assert start["status"] < 500


@few
@given(chunks=st.lists(st.binary(max_size=8), min_size=1, max_size=6))
def test_a_body_in_pieces_of_any_bytes(ask: Ask, chunks: list[bytes]) -> None:
    answer = ask("POST", "/v1/agents", headers=[*GOOD, JSON], body=pieces(*chunks))
    assert assert_documented_answer(answer) == 400


def test_a_body_in_pieces_is_put_together(ask: Ask) -> None:
    body = json.dumps({"name": "Überprüfer", "model": "claude-opus-5-5"}, ensure_ascii=False).encode()
    answer = ask("POST", "/v1/agents", headers=[*GOOD, JSON], body=pieces(*(bytes([byte]) for byte in body)))
    assert assert_documented_answer(answer) == 200


def test_a_client_that_hangs_up_in_its_body_makes_nothing(ask: Ask) -> None:
    body = json.dumps({"name": "Half", "model": "claude-opus-5-5"}).encode()
    ask("POST", "/v1/agents", headers=[*GOOD, JSON], body=pieces(body, more=True))
    listed = ask("GET", "/v1/agents", query=b"limit=1", headers=GOOD, body=pieces(b""))
    assert b'"Half"' not in listed[1]["body"]


def test_a_body_longer_than_it_said_is_stopped_at_the_limit(ask: Ask) -> None:
    megabyte = b" " * 1024 * 1024
    headers = [*GOOD, JSON, (b"content-length", b"10")]
    assert assert_documented_answer(ask("POST", "/v1/agents", headers=headers, body=pieces(*[megabyte] * 33))) == 413
