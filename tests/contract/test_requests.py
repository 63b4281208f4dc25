"""Requests that no endpoint can take: wrong paths, methods, bodies and queries."""

import json

import httpx2
import pytest
from anthropic import APIStatusError, BadRequestError, NotFoundError

from .given import MODEL, a_store, an_agent, refused
from .sdk import Api

pytestmark = pytest.mark.stateless

LARGEST_BODY = 32 * 1024 * 1024


def expect(response: httpx2.Response, status: int, error_type: str, *words: str) -> None:
    """The answer is a refusal of that kind and its message carries every word."""
    body = response.json()
    assert (response.status_code, body["type"], body["error"]["type"]) == (status, "error", error_type), body
    assert body["request_id"] == response.headers["request-id"]
    assert [word for word in words if word not in body["error"]["message"]] == [], body["error"]["message"]


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/", "/v2/agents", "/v1/agent", "/v1/agents/agent_01X/unknown", "/v1/memory_stores/memstore_01X/x"],
)
def test_an_unknown_path_is_not_found(api: Api, path: str) -> None:
    expect(api.send("GET", path), 404, "not_found_error")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/v1/agents"),
        ("PATCH", "/v1/agents/agent_01X"),
        ("DELETE", "/v1/agents/agent_01X"),
        ("GET", "/v1/agents/agent_01X/archive"),
        ("POST", "/v1/agents/agent_01X/versions"),
        ("DELETE", "/v1/environments"),
        ("PATCH", "/v1/environments/env_01X"),
        ("PUT", "/v1/memory_stores/memstore_01X"),
        ("DELETE", "/v1/memory_stores/memstore_01X/memories"),
        ("POST", "/v1/memory_stores/memstore_01X/memory_versions"),
        ("GET", "/v1/memory_stores/memstore_01X/memory_versions/memver_01X/redact"),
    ],
)
def test_a_method_that_a_path_does_not_have_is_405(api: Api, method: str, path: str) -> None:
    response = api.send(method, path)
    expect(response, 405, "invalid_request_error", method)
    assert method not in response.headers["allow"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"nonsense", b"{'name': 1}", b'{"name": "\xff"}', b'{"name": NaN}', b"\x00", b'{"name": "a"} trailing'],
    ids=repr,
)
def test_a_body_that_is_not_json_is_refused(api: Api, content: bytes) -> None:
    response = api.send("POST", "/v1/agents", content=content)
    expect(response, 400, "invalid_request_error", "body")


@pytest.mark.parametrize("body", [[], "text", 1, None, True], ids=json.dumps)
def test_a_body_that_is_not_an_object_is_refused(api: Api, body: object) -> None:
    response = api.send("POST", "/v1/agents", content=json.dumps(body).encode())
    expect(response, 400, "invalid_request_error", "object")


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_body_of_another_type_is_refused(api: Api, content_type: str | None) -> None:
    content = json.dumps({"name": "Reviewer", "model": MODEL}).encode()
    response = api.send("POST", "/v1/agents", headers={"content-type": content_type}, content=content)
    expect(response, 400, "invalid_request_error", "content-type")


def test_the_type_of_a_body_may_carry_a_charset(api: Api) -> None:
    content = json.dumps({"name": "Reviewer", "model": MODEL}).encode()
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert api.send("POST", "/v1/agents", headers=headers, content=content).status_code == 200


def test_a_body_nested_beyond_reason_is_refused(api: Api) -> None:
    content = b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    expect(api.send("POST", "/v1/agents", content=content), 400, "invalid_request_error")


def test_a_body_over_32_mb_is_too_large(api: Api) -> None:
    content = b'{"name": "' + b"a" * LARGEST_BODY + b'"}'
    expect(api.send("POST", "/v1/agents", content=content), 413, "request_too_large")


def test_a_body_that_only_claims_to_be_too_large_is_refused_unread(api: Api) -> None:
    huge = {"content-length": str(LARGEST_BODY + 1)}
    response = api.send("POST", "/v1/agents", headers=huge, content=b"a" * (LARGEST_BODY + 1))
    expect(response, 413, "request_too_large")


def test_a_lone_surrogate_is_refused(api: Api) -> None:
    content = b'{"name": "\\ud800", "model": "claude-opus-5-5"}'
    expect(api.send("POST", "/v1/agents", content=content), 400, "invalid_request_error")


def test_a_field_that_does_not_exist_is_named(api: Api) -> None:
    error = refused(
        BadRequestError,
        lambda: api.agents.create(name="Reviewer", model=MODEL, extra_body={"sytem": "typo"}),
        "sytem",
    )
    assert error.type == "invalid_request_error"


def test_every_problem_of_a_body_is_told_at_once(api: Api) -> None:
    refused(
        BadRequestError, lambda: api.agents.create(name="", model="", description="x" * 2049), "name", "description"
    )


@pytest.mark.parametrize(
    ("path", "query", "word"),
    [
        ("/v1/agents", "limit=0", "limit"),
        ("/v1/agents", "limit=101", "100"),
        ("/v1/agents", "limit=-1", "limit"),
        ("/v1/agents", "limit=ten", "limit"),
        ("/v1/agents", "limit=1.5", "limit"),
        ("/v1/agents", "limit=", "limit"),
        ("/v1/agents", "limit=99999999999999999999", "limit"),
        ("/v1/agents", "include_archived=perhaps", "include_archived"),
        ("/v1/agents", "created_at[gte]=yesterday", "created_at[gte]"),
        ("/v1/agents", "created_at[lte]=2026-13-01T00:00:00Z", "created_at[lte]"),
        ("/v1/memory_stores", "limit=101", "limit"),
        ("/v1/memory_stores", "limit=0", "limit"),
        ("/v1/memory_stores", "created_at[gte]=never", "created_at[gte]"),
        ("/v1/environments", "limit=0", "limit"),
        ("/v1/environments", "include_archived=2", "include_archived"),
    ],
)
def test_a_query_value_that_makes_no_sense_is_named(api: Api, path: str, query: str, word: str) -> None:
    expect(api.send("GET", f"{path}?{query}"), 400, "invalid_request_error", word)


@pytest.mark.parametrize("bracket", ["created_at[gte]", "created_at%5Bgte%5D"])
def test_percent_encoded_brackets_are_the_same(api: Api, bracket: str) -> None:
    agent = an_agent(api)
    response = api.send("GET", f"/v1/agents?{bracket}={agent.created_at:%Y-%m-%dT%H:%M:%S.%fZ}&limit=100")
    assert agent.id in [each["id"] for each in response.json()["data"]]


@pytest.mark.parametrize("version", ["0", "-1", "one", "1.5", ""])
def test_a_version_that_is_no_version_is_refused(api: Api, version: str) -> None:
    agent = an_agent(api)
    expect(api.send("GET", f"/v1/agents/{agent.id}?version={version}"), 400, "invalid_request_error", "version")


@pytest.mark.parametrize("version", [2, 2**31 - 1])
def test_a_version_that_does_not_exist_is_not_found(api: Api, version: int) -> None:
    agent = an_agent(api)
    refused(NotFoundError, lambda: api.agents.retrieve(agent.id, version=version))


@pytest.mark.parametrize("odd", ["agent_01%00", "%2e%2e", "é", "a" * 3000, "'; DROP TABLE agents; --", "agent_01X%20"])
def test_an_odd_id_is_simply_not_found(api: Api, odd: str) -> None:
    expect(api.send("GET", f"/v1/agents/{odd}"), 404, "not_found_error")


@pytest.mark.parametrize(
    "query", ["depth=2", "depth=-1", "depth=x", "view=all", "path_prefix=/notes", "path_prefix=notes/", "limit=101"]
)
def test_a_memory_list_refuses_what_it_does_not_know(api: Api, query: str) -> None:
    store = a_store(api)
    field = query.split("=", maxsplit=1)[0]
    expect(api.send("GET", f"/v1/memory_stores/{store.id}/memories?{query}"), 400, "invalid_request_error", field)


@pytest.mark.parametrize("query", ["operation=renamed", "view=all", "limit=0", "created_at[gte]=x"])
def test_a_memory_version_list_refuses_what_it_does_not_know(api: Api, query: str) -> None:
    store = a_store(api)
    field = query.split("=", maxsplit=1)[0]
    expect(
        api.send("GET", f"/v1/memory_stores/{store.id}/memory_versions?{query}"), 400, "invalid_request_error", field
    )


def test_a_refusal_is_not_tried_again(api: Api) -> None:
    sent = api.requests_of(lambda: refused(APIStatusError, lambda: api.agents.create(name="", model=MODEL)))
    assert sent == 1
