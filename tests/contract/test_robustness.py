"""Whatever is sent, the answer is a documented one: never a 500, never anything outside the error envelope."""

import json
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .given import MODEL, a_custom_tool, a_server, a_store, a_toolset_of, the_agent_toolset
from .sdk import AGENT_MEMORY, MANAGED_AGENTS, Api

pytestmark = pytest.mark.in_process

STATUSES = {400, 401, 403, 404, 405, 409, 413}
ERROR_TYPES = {
    "invalid_request_error",
    "authentication_error",
    "permission_error",
    "not_found_error",
    "conflict_error",
    "memory_path_conflict_error",
    "memory_precondition_failed_error",
    "request_too_large",
}

few = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

texts = st.text(max_size=20) | st.sampled_from(["", "agent_01X", "self", "a" * 300, "\x00", "\ud7ff", "/", "page_"])
scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)

AGENT: dict[str, Any] = {
    "name": "Reviewer",
    "model": {"id": MODEL, "effort": {"type": "low"}, "speed": "standard", "inference_geo": "us"},
    "description": "Reads.",
    "system": "Read.",
    "metadata": {"team": "platform"},
    "mcp_servers": [a_server()],
    "tools": [
        the_agent_toolset(
            {"name": "bash", "permission_policy": {"type": "auto"}},
            {"name": "web_fetch", "allowed_domains": ["example.com"], "url_sources": {"user_input": "none"}},
            {"name": "web_search", "user_location": {"type": "approximate", "country": "NO"}},
        ),
        a_toolset_of(configs=[{"name": "search", "enabled": True}]),
        a_custom_tool(input_schema={"type": "object", "properties": {"a": {"type": "string"}}}),
    ],
    "skills": [{"type": "anthropic", "skill_id": "xlsx", "version": "latest"}],
    "execution_identity": {"type": "aws_role", "role_arn": "arn:aws:iam::1:role/x"},
    "multiagent": {"type": "coordinator", "agents": ["agent_01X", {"type": "self"}]},
}
ENVIRONMENT: dict[str, Any] = {
    "name": "Workshop",
    "description": "Builds.",
    "scope": "organization",
    "metadata": {"team": "platform"},
    "config": {
        "type": "cloud",
        "networking": {"type": "limited", "allowed_hosts": ["example.com"], "allow_package_managers": True},
        "packages": {"pip": ["rich"]},
    },
}
STORE: dict[str, Any] = {"name": "Lessons", "description": "", "metadata": {"team": "platform"}}
MEMORY: dict[str, Any] = {"path": "/a/b.md", "content": "text"}
CHANGE: dict[str, Any] = {"path": "/c.md", "precondition": {"type": "content_sha256", "content_sha256": "a" * 64}}

BODIES = {
    "/v1/agents": AGENT,
    "/v1/agents/{agent}": {**AGENT, "version": 1},
    "/v1/environments": ENVIRONMENT,
    "/v1/environments/{environment}": ENVIRONMENT,
    "/v1/memory_stores": STORE,
    "/v1/memory_stores/{store}": STORE,
    "/v1/memory_stores/{store}/memories": MEMORY,
    "/v1/memory_stores/{store}/memories/{memory}": CHANGE,
}
LISTS = (
    "/v1/agents",
    "/v1/agents/{agent}",
    "/v1/agents/{agent}/versions",
    "/v1/environments",
    "/v1/memory_stores",
    "/v1/memory_stores/{store}/memories",
    "/v1/memory_stores/{store}/memories/{memory}",
    "/v1/memory_stores/{store}/memory_versions",
)
QUERY_NAMES = (
    "limit", "page", "include_archived", "created_at[gte]", "created_at[lte]", "version", "view", "depth",
    "path_prefix", "memory_id", "operation", "session_id", "beta", "order", "limit[]", "created_at[near]",
)  # fmt: skip


@pytest.fixture(scope="module")
def places() -> dict[str, str]:
    """The ids of one object of each kind, filled in by the first test that needs them."""
    return {}


def fill(api: Api, places: dict[str, str], path: str) -> str:
    """Return the path with the ids of living objects."""
    if not places:
        store = a_store(api)
        memory = api.memory_stores.memories.create(store.id, path="/notes.md", content="x")
        places |= {
            "agent": api.agents.create(name="Reviewer", model=MODEL).id,
            "environment": api.environments.create(name="Workshop").id,
            "store": store.id,
            "memory": memory.id,
        }
    return path.format(**places)


def assert_documented(response: httpx2.Response) -> None:
    """The answer is a success in JSON, or the error envelope with a documented status and type."""
    assert response.headers["request-id"]
    assert "Traceback" not in response.text
    assert_documented_body(response.status_code, response.json())


def assert_documented_body(status: int, body: Any) -> None:
    assert isinstance(body, dict)
    if status == 200:
        assert body.get("type") != "error"
        return
    assert status in STATUSES, (status, body)
    assert set(body) == {"type", "error", "request_id"}, body
    assert body["type"] == "error"
    assert body["error"]["type"] in ERROR_TYPES, body
    assert body["error"]["message"]


@st.composite
def broken(draw: st.DrawFn, value: Any) -> Any:
    """Return the value with something in it replaced, dropped or added."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        name = draw(st.sampled_from(sorted(value)))
        what = draw(st.sampled_from(["inside", "inside", "drop", "add", "swap"]))
        if what == "drop":
            return {key: kept for key, kept in value.items() if key != name}
        if what == "add":
            return {**value, draw(texts): draw(values)}
        return {**value, name: draw(broken(value[name]) if what == "inside" else values)}
    if isinstance(value, list) and value and draw(st.integers(0, 4)):
        index = draw(st.integers(0, len(value) - 1))
        return [*value[:index], draw(broken(value[index])), *value[index + 1 :], *draw(st.lists(values, max_size=1))]
    return draw(values)


@pytest.mark.parametrize("path", BODIES)
@few
@given(data=st.data())
def test_a_body_with_something_broken_in_it(api: Api, places: dict[str, str], path: str, data: st.DataObject) -> None:
    body = data.draw(broken(BODIES[path]))
    assert_documented(api.send("POST", fill(api, places, path), content=json.dumps(body).encode()))


@pytest.mark.parametrize("path", ["/v1/agents", "/v1/environments/{environment}", "/v1/memory_stores/{store}/memories"])
@few
@given(body=values | st.dictionaries(texts, values, max_size=4))
def test_a_body_of_any_json(api: Api, places: dict[str, str], path: str, body: Any) -> None:
    assert_documented(api.send("POST", fill(api, places, path), content=json.dumps(body).encode()))


@pytest.mark.parametrize("path", ["/v1/agents", "/v1/memory_stores/{store}/memories"])
@few
@given(content=st.binary(max_size=60))
def test_a_body_of_any_bytes(api: Api, places: dict[str, str], path: str, content: bytes) -> None:
    response = api.send("POST", fill(api, places, path), content=content)
    assert_documented(response)
    assert response.status_code == 400


@pytest.mark.parametrize("path", LISTS)
@few
@given(query=st.lists(st.tuples(st.sampled_from(QUERY_NAMES) | texts, texts | st.integers().map(str)), max_size=4))
def test_a_query_of_any_text(api: Api, places: dict[str, str], path: str, query: list[tuple[str, str]]) -> None:
    assert_documented(api.send("GET", fill(api, places, path), params=query))


@pytest.mark.parametrize("path", ["/v1/agents", "/v1/agents/{agent}", "/v1/memory_stores/{store}/memories"])
@few
@given(query=st.text("abl%im=t&0129[]+;/é", max_size=30))
def test_a_query_of_any_shape(api: Api, places: dict[str, str], path: str, query: str) -> None:
    assert_documented(api.send("GET", f"{fill(api, places, path)}?{query}"))


@few
@given(segments=st.lists(st.text("a/.%01é _:-", min_size=1, max_size=8), max_size=4), method=st.sampled_from(
    ["GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "FETCH"]))  # fmt: skip
def test_a_path_and_method_of_any_kind(api: Api, segments: list[str], method: str) -> None:
    assert_documented(api.send(method, "/v1/" + "/".join(segments)))


header_texts = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)


@few
@given(
    beta=header_texts | st.sampled_from([MANAGED_AGENTS, AGENT_MEMORY, ",", f"{MANAGED_AGENTS},,"]),
    extra=st.dictionaries(
        st.sampled_from(["anthropic-version", "anthropic-workspace-id", "content-type", "accept", "x-api-key",
                         "authorization", "accept-encoding", "x-stainless-retry-count"]),
        header_texts,
        max_size=3,
    ),
)  # fmt: skip
def test_headers_of_any_text(api: Api, beta: str, extra: dict[str, str]) -> None:
    headers = {"anthropic-beta": beta, **extra}
    assert_documented(api.send("POST", "/v1/memory_stores", headers=headers, content=json.dumps(STORE).encode()))


def test_nothing_that_was_sent_has_hurt_the_server(api: Api, places: dict[str, str]) -> None:
    for path in LISTS:
        response = api.send("GET", fill(api, places, path), params={"limit": "100"} if path.count("/") != 3 else {})
        assert_documented(response)
