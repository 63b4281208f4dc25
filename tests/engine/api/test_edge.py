"""What every request gets, whatever it asks for and whatever happens."""

import logging
from typing import Any

import httpx2
import pytest

from agentops.base.secrets import Secret
from agentops.engine.api import errors
from agentops.engine.operations import agents
from agentops.engine.server import Engine
from agentops.engine.store.port import Contention

pytestmark = pytest.mark.anyio

GOOD = {"name": "a", "model": "m"}


def failure(answer: httpx2.Response) -> tuple[int, str]:
    body = answer.json()
    assert body["type"] == "error"
    assert body["request_id"] == answer.headers["request-id"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["anthropic-organization-id"] == "org_self_hosted"
    return answer.status_code, body["error"]["type"]


async def test_every_answer_names_request_organization_and_workspace(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/v1/agents", json=GOOD)
    assert answer.headers["request-id"].startswith("req_01")
    assert answer.headers["anthropic-organization-id"] == "org_self_hosted"
    assert answer.headers["anthropic-workspace-id"] == "wrkspc_default"
    assert (await http.get("/v1/agents")).headers["request-id"] != answer.headers["request-id"]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", (404, "not_found_error")),
        ("GET", "/v1/wishes", (404, "not_found_error")),
        ("GET", "/v1/agents/", (404, "not_found_error")),
        ("GET", "/v1/agents/agent_x", (404, "not_found_error")),
        ("GET", "/v1/agents/%00", (404, "not_found_error")),
        ("GET", "/v1/agents/..%2f..", (404, "not_found_error")),
        ("GET", "/v1/agents/" + "x" * 5000, (404, "not_found_error")),
        ("GET", "/v1/agents/\N{SNOWMAN}", (404, "not_found_error")),
        ("PUT", "/v1/agents", (405, "invalid_request_error")),
        ("PATCH", "/v1/agents/agent_x", (405, "invalid_request_error")),
        ("DELETE", "/v1/agents/agent_x", (405, "invalid_request_error")),
        ("GET", "/v1/agents/agent_x/archive", (405, "invalid_request_error")),
        ("OPTIONS", "/v1/agents", (405, "invalid_request_error")),
        ("POST", "/v1/agents", (400, "invalid_request_error")),
    ],
)
async def test_every_failure_has_the_envelope(
    http: httpx2.AsyncClient, method: str, path: str, expected: tuple[int, str]
) -> None:
    assert failure(await http.request(method, path)) == expected


async def test_a_method_that_is_not_allowed_comes_with_those_that_are(http: httpx2.AsyncClient) -> None:
    assert (await http.put("/v1/agents")).headers["allow"] == "GET, POST"


async def test_head_is_answered_like_get(http: httpx2.AsyncClient) -> None:
    assert (await http.head("/v1/agents")).status_code == 200


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
async def test_a_body_has_to_say_that_it_is_json(http: httpx2.AsyncClient, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    answer = await http.post("/v1/agents", content=b'{"name":"a","model":"m"}', headers=headers)
    assert failure(answer) == (400, "invalid_request_error")
    assert answer.json()["error"]["message"].startswith("content-type: must be application/json")


async def test_a_charset_does_no_harm_and_a_compressed_body_is_refused(http: httpx2.AsyncClient) -> None:
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert (await http.post("/v1/agents", content=b'{"name":"a","model":"m"}', headers=headers)).status_code == 200
    answer = await http.post("/v1/agents", content=b"x", headers={**headers, "content-encoding": "gzip"})
    assert failure(answer) == (400, "invalid_request_error")


@pytest.mark.parametrize("is_announced", [True, False])
async def test_a_body_over_the_limit_is_refused_before_it_is_read_to_the_end(
    engine: Engine, is_announced: bool
) -> None:
    """The body would never end; only a reader that counts can answer."""
    limit = engine.settings.body_limit
    chunk = {"type": "http.request", "body": b" " * (1024 * 1024), "more_body": True}
    headers = [
        (b"x-api-key", engine.credential.reveal().encode()),
        (b"anthropic-beta", b"managed-agents-2026-04-01"),
        (b"content-type", b"application/json"),
        *([(b"content-length", str(limit + 1).encode())] if is_announced else []),
    ]
    scope = {"type": "http", "method": "POST", "path": "/v1/agents", "query_string": b"", "headers": headers}
    received, sent = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal received
        received += 1
        return chunk

    async def send(message: Any) -> None:
        sent.append(message)

    await engine.app(scope, receive, send)
    assert sent[0]["status"] == 413
    assert b'"request_too_large"' in sent[1]["body"]
    assert received == (0 if is_announced else 33)


async def test_empty_bodies_of_calls_without_a_body_are_not_parsed(http: httpx2.AsyncClient) -> None:
    agent = (await http.post("/v1/agents", json=GOOD)).json()["id"]
    for content in (b"", b"{", b"\xff"):
        answer = await http.post(
            f"/v1/agents/{agent}/archive", content=content, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": ""},
        {"x-api-key": "wrong-but-long-enough"},
        {"authorization": "Bearer wrong"},
        {"authorization": "Basic dXNlcjpwYXNz"},
        {"authorization": "Bearer"},
        {"x-api-key": "agentops_key_" + "0" * 49},
        {"x-api-key": "\xff\xfe"},
    ],
)
async def test_without_a_good_key_nothing_is_answered(engine: Engine, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    transport = httpx2.ASGITransport(app=engine.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://e.test", headers=raw) as client:
        for path in ("/v1/agents", "/v1/nowhere"):
            assert failure(await client.get(path)) == (401, "authentication_error")


async def test_both_credential_headers_are_good_when_they_agree(http: httpx2.AsyncClient, engine: Engine) -> None:
    key = engine.credential.reveal()
    assert (await http.get("/v1/agents", headers={"authorization": f"bearer  {key} "})).status_code == 200
    answer = await http.get("/v1/agents", headers={"authorization": "Bearer another"})
    assert failure(answer) == (401, "authentication_error")


async def test_a_workspace_has_to_be_the_keys_own(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/v1/agents", headers={"anthropic-workspace-id": "wrkspc_default"})).status_code == 200
    answer = await http.get("/v1/agents", headers={"anthropic-workspace-id": "wrkspc_other"})
    assert failure(answer) == (403, "permission_error")


async def test_a_version_is_any_date(http: httpx2.AsyncClient) -> None:
    for version in ("2023-06-01", "2026-10-21", "2030-01-01"):
        assert (await http.get("/v1/agents", headers={"anthropic-version": version})).status_code == 200
    answer = await http.get("/v1/agents", headers={"anthropic-version": "latest"})
    assert failure(answer) == (400, "invalid_request_error")


async def test_what_nobody_foresaw_is_logged_and_not_told(
    http: httpx2.AsyncClient, engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> str:
        raise RuntimeError(f"a bug that quotes {engine.credential.reveal()}")

    monkeypatch.setattr(agents, "page", fail)
    with caplog.at_level(logging.ERROR, "agentops.engine"):
        answer = await http.get("/v1/agents")
    assert failure(answer) == (500, "api_error")
    assert "bug" not in answer.text
    assert answer.headers["request-id"] in caplog.text
    assert "a bug that quotes •••" in caplog.text
    assert engine.credential.reveal() not in caplog.text


async def test_too_many_writers_are_told_to_come_back(
    http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise Contention("Too many requests.")

    monkeypatch.setattr(agents, "page", fail)
    assert failure(await http.get("/v1/agents")) == (529, "overloaded_error")


def test_any_text_can_be_logged_and_answered(caplog: pytest.LogCaptureFixture) -> None:
    errors.as_api_error(ValueError("\ud800 \x1b[31m"), request_id="req_1", secrets=(Secret(""),))
    assert "ValueError: \\ud800 \\x1b[31m" in caplog.text
    assert b"?" in errors.envelope(errors.MethodNotAllowed("\ud800", "GET"), "req_1")


async def test_a_websocket_is_turned_away(engine: Engine) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await engine.app({"type": "websocket", "path": "/v1/agents", "headers": []}, receive, send)
    assert sent[-1]["type"] == "websocket.close"
