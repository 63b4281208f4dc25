"""Reading: every page or none, patience where it helps, and no belief in what is not the API."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from agentops.base.errors import (
    TargetConflict,
    TargetDenied,
    TargetError,
    TargetRejected,
    TargetUnavailable,
    TargetUnreachable,
)
from agentops.base.secrets import Secret
from agentops.targets.endpoint import Endpoint
from agentops.targets.pages import Identity, Pages

pytestmark = pytest.mark.anyio

KEY = "sk-secret-0123456789"
Answer = Callable[[httpx2.Request], httpx2.Response]


class Wire:
    """A server of canned answers that notes what it was asked and how long the client waited."""

    def __init__(self, *answers: httpx2.Response | Exception | Answer, workspace: str = "") -> None:
        self.requests: list[httpx2.Request] = []
        self.waits: list[float] = []
        self._answers: Iterator[httpx2.Response | Exception | Answer] = iter(answers)
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer), base_url="https://api.example.com")
        endpoint = Endpoint("example", "https://api.example.com", Secret(KEY), workspace)
        self.pages = Pages(endpoint, http, self._sleep)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx2.Response) else answer(request)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def every(self) -> list[dict[str, Any]] | None:
        return await self.pages.every("agents", "beta-1")


def page(*ids: int, after: str | None = None) -> httpx2.Response:
    return httpx2.Response(200, json={"data": [{"id": each} for each in ids], "next_page": after})


def failing(status: int, **headers: str) -> httpx2.Response:
    return httpx2.Response(status, json={"error": {"message": "No."}}, headers={"request-id": "req_1", **headers})


async def test_every_page_is_read_in_order_with_the_cursor_of_the_last() -> None:
    wire = Wire(*(page(each, after=f"c{each}") for each in range(1, 30)), page(30))
    found = await wire.every()
    assert found is not None
    assert [each["id"] for each in found] == [*range(1, 31)]
    assert [each.url.params.get("page") for each in wire.requests] == [None, *(f"c{each}" for each in range(1, 30))]
    assert {each.url.params["limit"] for each in wire.requests} == {"100"}


async def test_an_empty_list_is_a_list_and_a_missing_one_is_none() -> None:
    assert await Wire(page()).every() == []
    assert await Wire(failing(404)).every() is None


async def test_a_404_after_the_first_page_is_never_taken_for_the_end() -> None:
    for first in (page(1, after="c"), page(after="c")):
        with pytest.raises(TargetError, match="404 in the middle of the list /v1/agents"):
            await Wire(first, failing(404)).every()


async def test_a_cursor_that_comes_back_is_an_error_and_no_endless_loop() -> None:
    with pytest.raises(TargetError, match="goes round in a circle"):
        await Wire(page(1, after="a"), page(2, after="b"), page(3, after="a")).every()


@pytest.mark.parametrize("status", [500, 502, 503, 529, 429, 408])
async def test_a_read_is_repeated_when_the_target_cannot_answer_at_once(status: int) -> None:
    wire = Wire(failing(status), failing(status), page(1))
    assert await wire.every() == [{"id": 1}]
    assert wire.waits == [0.5, 2.0]


async def test_a_read_is_repeated_when_the_answer_gets_lost_also_in_the_middle() -> None:
    wire = Wire(page(1, after="c"), httpx2.ReadError("gone"), page(2))
    assert await wire.every() == [{"id": 1}, {"id": 2}]
    assert wire.requests[1].url == wire.requests[2].url


async def test_three_tries_are_enough() -> None:
    wire = Wire(*[failing(503)] * 3)
    with pytest.raises(TargetUnavailable) as caught:
        await wire.every()
    assert len(wire.requests) == 3
    assert caught.value.request_id == "req_1"
    lost = Wire(*[httpx2.ReadTimeout("too late")] * 3)
    with pytest.raises(TargetUnreachable, match="too late"):
        await lost.every()


async def test_a_target_that_asks_for_patience_gets_it_within_reason() -> None:
    wire = Wire(failing(429, **{"retry-after": "7"}), failing(429, **{"retry-after": "9999"}), page())
    await wire.every()
    assert wire.waits == [7.0, 60.0]


@pytest.mark.parametrize(
    ("status", "kind"), [(400, TargetRejected), (401, TargetDenied), (403, TargetDenied), (409, TargetConflict)]
)
async def test_what_patience_cannot_help_is_said_at_once(status: int, kind: type[TargetError]) -> None:
    wire = Wire(failing(status))
    with pytest.raises(kind):
        await wire.every()
    assert wire.waits == []


async def test_what_cannot_be_reached_at_all_is_said_at_once() -> None:
    wire = Wire(httpx2.ConnectError("connection refused"))
    with pytest.raises(TargetUnreachable, match="connection refused"):
        await wire.every()
    assert len(wire.requests) == 1


GARBAGE = [b"", b"<html>Sign in</html>", b"[]", b"null", b'"text"', b'{"data": ', b"\xff\xfe", b"NaN", b"[" * 100_000]
NO_PAGES = [b"{}", b'{"data": null}', b'{"data": {}}', b'{"data": ["x"]}', b'{"data": [null]}', b'{"next_page": "c"}']


@pytest.mark.parametrize("content", [*GARBAGE, *NO_PAGES])
async def test_a_success_that_is_not_the_api_is_told_as_such(content: bytes) -> None:
    with pytest.raises(TargetUnreachable, match="not the API's JSON"):
        await Wire(*(httpx2.Response(200, content=content) for _ in range(3))).every()


@pytest.mark.parametrize("content", GARBAGE)
async def test_a_failure_without_an_envelope_is_a_failure_all_the_same(content: bytes) -> None:
    with pytest.raises(TargetRejected, match="status 418 and no reason"):
        await Wire(httpx2.Response(418, content=content)).every()


async def test_an_answer_in_a_broken_encoding_is_no_answer() -> None:
    broken = httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=httpx2.ByteStream(b"not gzip"))
    with pytest.raises(TargetUnreachable):
        await Wire(lambda _: broken, *[httpx2.ReadError("gone")] * 2).every()


async def test_a_redirect_is_not_followed_with_our_credential() -> None:
    wire = Wire(httpx2.Response(302, headers={"location": "https://elsewhere.example.com"}))
    with pytest.raises(TargetRejected, match="status 302"):
        await wire.every()
    assert len(wire.requests) == 1


async def test_a_read_carries_credential_version_and_beta() -> None:
    wire = Wire(page())
    await wire.every()
    headers = wire.requests[0].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["anthropic-beta"] == "beta-1"
    assert headers["anthropic-version"]
    assert "anthropic-workspace-id" not in headers


ROOTS = ["http://e.test", "http://e.test/", "https://H.test:8443/sub/", "http://[::1]:80"]


@pytest.mark.parametrize("root", ROOTS)
async def test_a_read_is_asked_as_the_connection_itself_would_ask(root: str) -> None:
    asked: list[httpx2.Request] = []

    def answered(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, json={})

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(answered), base_url=root, cookies={"stuck": "to-1"})
    endpoint = Endpoint("example", root, Secret(KEY), "wrkspc_1")
    params = {"types[]": ["a", "b"], "q": "ä b+&", "empty": "", "page": "abc=="}
    for path in ("agents", "a%2Fb/c d/ü", "agents"):
        await Pages(endpoint, http, asyncio.sleep).one(path, "beta-1", params)
        headers = {**endpoint.headers(), "anthropic-beta": "beta-1"}
        built = http.build_request("GET", f"/v1/{path}", params=params, headers=headers, timeout=60.0)
        assert str(asked[-1].url) == str(built.url)
        assert asked[-1].headers.multi_items() == built.headers.multi_items()
        assert asked[-1].extensions["timeout"] == built.extensions["timeout"]


async def test_the_workspace_is_named_where_there_is_one() -> None:
    wire = Wire(page(), workspace="wrkspc_1")
    await wire.every()
    assert wire.requests[0].headers["anthropic-workspace-id"] == "wrkspc_1"


async def test_a_credential_of_another_workspace_reads_nothing() -> None:
    answer = httpx2.Response(200, json={"data": []}, headers={"anthropic-workspace-id": "wrkspc_2"})
    wire = Wire(answer, workspace="wrkspc_1")
    with pytest.raises(TargetDenied, match="workspace wrkspc_1, but the credential belongs to wrkspc_2") as caught:
        await wire.every()
    assert "ANTHROPIC_WORKSPACE_ID" in caught.value.hint


@pytest.mark.parametrize("told", [{}, {"anthropic-workspace-id": "wrkspc_1"}])
async def test_a_workspace_that_fits_or_is_not_told_is_read(told: dict[str, str]) -> None:
    wire = Wire(httpx2.Response(200, json={"data": []}, headers=told), workspace="wrkspc_1")
    assert await wire.every() == []


async def test_whose_objects_are_read_is_remembered() -> None:
    told = {"anthropic-workspace-id": "wrkspc_1", "anthropic-organization-id": "org_1"}
    wire = Wire(httpx2.Response(200, json={"data": []}, headers=told))
    await wire.every()
    assert wire.pages.identity == Identity("org_1", "wrkspc_1")


async def test_no_error_holds_the_credential() -> None:
    for answer in (failing(401), failing(500), httpx2.ConnectError("refused"), httpx2.Response(200, content=b"{")):
        wire = Wire(*[answer] * 3)
        with pytest.raises(TargetError) as caught:
            await wire.every()
        assert KEY not in f"{caught.value!r} {caught.value} {caught.value.hint}"


async def test_one_object_is_read_with_its_parameters() -> None:
    wire = Wire(httpx2.Response(200, json={"id": "agent_1"}), failing(404))
    assert await wire.pages.one("agents/agent_1", "b", {"version": "3"}) == {"id": "agent_1"}
    assert wire.requests[0].url.params["version"] == "3"
    assert await wire.pages.one("agents/agent_2", "b") is None
