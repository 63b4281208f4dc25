"""Credentials, beta headers, the workspace header, and what every answer carries."""

import re
from collections.abc import Mapping
from typing import get_args

import httpx2
import pytest
from anthropic import BadRequestError
from anthropic.types import AnthropicBetaParam

from .given import MODEL, a_store, an_agent, refused
from .sdk import AGENT_MEMORY, MANAGED_AGENTS, Api

pytestmark = pytest.mark.stateless

Headers = Mapping[str, str | bytes | None]


def key_of(api: Api) -> str:
    """Return the key the SDK sends."""
    api.agents.list(limit=1)
    return api.last.request.headers["authorization"].removeprefix("Bearer ")


def error_of(response: httpx2.Response) -> dict[str, str]:
    body = response.json()
    assert body["type"] == "error"
    assert body["request_id"] == response.headers["request-id"]
    error: dict[str, str] = body["error"]
    return error


def test_the_key_is_taken_as_a_bearer_token(api: Api) -> None:
    assert api.send("GET", "/v1/agents", headers={"authorization": f"Bearer {key_of(api)}"}).status_code == 200


def test_the_key_is_taken_as_x_api_key(api: Api) -> None:
    headers = {"authorization": None, "x-api-key": key_of(api)}
    assert api.send("GET", "/v1/agents", headers=headers).status_code == 200


def test_two_credentials_at_once_are_refused(api: Api) -> None:
    response = api.send("GET", "/v1/agents", headers={"x-api-key": "sk-another"})
    assert response.status_code in {400, 401}
    assert error_of(response)["type"] in {"invalid_request_error", "authentication_error"}


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": None},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer sk-wrong"},
        {"authorization": "Basic c2std3Jvbmc="},
        {"authorization": None, "x-api-key": ""},
        {"authorization": None, "x-api-key": "sk-wrong"},
        {"authorization": None, "x-api-key": b"\xe9"},
    ],
    ids=str,
)
def test_a_missing_or_wrong_credential_is_401(api: Api, headers: Headers) -> None:
    response = api.send("GET", "/v1/agents", headers=headers)
    assert response.status_code == 401
    assert error_of(response)["type"] == "authentication_error"


def test_the_refusal_does_not_repeat_the_credential(api: Api) -> None:
    response = api.send("GET", "/v1/agents", headers={"authorization": "Bearer sk-secret-but-wrong"})
    assert "sk-secret-but-wrong" not in response.text


def test_a_missing_credential_is_told_before_anything_else_about_the_request(api: Api) -> None:
    response = api.send(
        "POST", "/v1/agents", headers={"authorization": None, "anthropic-beta": None}, content=b"not json"
    )
    assert response.status_code == 401


@pytest.mark.parametrize("path", ["/v1/agents", "/v1/environments", "/v1/memory_stores"])
def test_without_its_beta_header_an_endpoint_is_not_there(api: Api, path: str) -> None:
    response = api.send("GET", path, headers={"anthropic-beta": None})
    assert response.status_code in {400, 404}
    assert error_of(response)["type"] in {"invalid_request_error", "not_found_error"}


def test_the_memory_beta_alone_does_not_open_agents(api: Api) -> None:
    assert api.send("GET", "/v1/agents", headers={"anthropic-beta": AGENT_MEMORY}).status_code in {400, 404}


@pytest.mark.parametrize("beta", [AGENT_MEMORY, MANAGED_AGENTS])
def test_either_beta_opens_memory_stores(api: Api, beta: str) -> None:
    store = a_store(api)
    listed = api.send("GET", "/v1/memory_stores", params={"limit": 100}, headers={"anthropic-beta": beta})
    assert listed.status_code == 200
    assert store.id in [each["id"] for each in listed.json()["data"]]


def test_both_betas_at_once_are_refused_on_memory_stores(api: Api) -> None:
    refused(BadRequestError, lambda: api.memory_stores.list(betas=[MANAGED_AGENTS]), MANAGED_AGENTS, AGENT_MEMORY)


@pytest.mark.parametrize(
    "value",
    [
        f"files-api-2025-04-14,{MANAGED_AGENTS}",
        f"{MANAGED_AGENTS}, skills-2025-10-02",
        f"{MANAGED_AGENTS},",
        f"{MANAGED_AGENTS},{MANAGED_AGENTS}",
    ],
)
def test_known_betas_travel_together(api: Api, value: str) -> None:
    assert api.send("GET", "/v1/agents", headers={"anthropic-beta": value}).status_code == 200


def test_every_beta_that_the_sdk_knows_is_known(api: Api) -> None:
    known = [value for form in get_args(AnthropicBetaParam) for value in get_args(form)]
    assert MANAGED_AGENTS in known
    assert api.send("GET", "/v1/agents", headers={"anthropic-beta": ",".join(known)}).status_code == 200


def test_betas_given_to_the_sdk_come_before_its_own(api: Api) -> None:
    api.agents.list(betas=["files-api-2025-04-14"])
    assert api.last.request.headers["anthropic-beta"] == f"files-api-2025-04-14,{MANAGED_AGENTS}"
    assert api.last.status_code == 200


def test_every_answer_carries_request_organization_and_workspace(api: Api) -> None:
    api.agents.list(limit=1)
    headers = api.last.headers
    assert re.fullmatch(r"req_\w+", headers["request-id"])
    assert headers["anthropic-organization-id"]
    assert headers["anthropic-workspace-id"].startswith("wrkspc_")


def test_no_two_answers_share_a_request_id(api: Api) -> None:
    seen = {api.send("GET", "/v1/agents", params={"limit": 1}).headers["request-id"] for _ in range(5)}
    assert len(seen) == 5


@pytest.mark.parametrize("path", ["/v1/agents/agent_01None", "/v1/nothing", "/"])
def test_a_refusal_carries_a_request_id_too(api: Api, path: str) -> None:
    response = api.send("GET", path)
    assert response.status_code == 404
    assert response.headers["request-id"].startswith("req_")


def test_the_workspace_of_the_key_may_be_named(api: Api) -> None:
    api.agents.list(limit=1)
    own = api.last.headers["anthropic-workspace-id"]
    assert api.agents.create(name="Reviewer", model=MODEL, workspace_id=own).name == "Reviewer"


@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
def test_both_documented_versions_are_served(api: Api, version: str) -> None:
    assert api.send("GET", "/v1/agents", headers={"anthropic-version": version}).status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/event-stream", "text/html"])
def test_the_accept_header_does_not_matter(api: Api, accept: str) -> None:
    response = api.send("GET", "/v1/agents", headers={"accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"


def test_beta_true_in_the_query_is_ignored(api: Api) -> None:
    assert api.send("GET", "/v1/agents", params={"beta": "true", "limit": "1"}).status_code == 200
    created = api.send("POST", "/v1/agents", params={"beta": "true"}, json={"name": "Reviewer", "model": MODEL})
    assert created.status_code == 200


def test_a_post_without_a_body_is_not_parsed(api: Api) -> None:
    agent = an_agent(api)
    response = api.send(
        "POST", f"/v1/agents/{agent.id}/archive", headers={"content-type": "application/json"}, content=b""
    )
    assert response.status_code == 200
    assert response.json()["archived_at"]


def test_an_answer_is_never_stored_on_the_way(api: Api) -> None:
    api.agents.list(limit=1)
    assert "public" not in api.last.headers.get("cache-control", "")
