"""Whatever is sent, the answer is a documented one: never a 500, never anything outside the error envelope.

Here what no shape describes: any JSON, bytes, paths, methods and headers. `test_fuzz.py` sends what is nearly valid.
"""

import json
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .given import MODEL, a_store
from .sdk import AGENT_MEMORY, MANAGED_AGENTS, Api

pytestmark = pytest.mark.in_process

STATUSES = {400, 401, 403, 404, 405, 409, 412, 413}
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

STORE = {"name": "Lessons", "description": "", "metadata": {"team": "platform"}}
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
    if status == 200:
        assert body is None or body.get("type") != "error"
        return
    assert status in STATUSES, (status, body)
    assert set(body) == {"type", "error", "request_id"}, body
    assert body["type"] == "error"
    assert body["error"]["type"] in ERROR_TYPES, body
    assert body["error"]["message"]


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
