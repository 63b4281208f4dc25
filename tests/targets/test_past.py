"""Past sessions are asked for in one request, and a plan does not fail for them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx2
import pytest

from agentops.targets.past import past_sessions
from tests.reconcile.ground import Ground, opened

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


class Listening(httpx2.AsyncBaseTransport):
    """Notes what is asked, and answers with a status of its own where it is told to."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, asked: list[httpx2.URL], status: int | None) -> None:
        self._inner = inner
        self._asked = asked
        self._status = status

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._asked.append(request.url)
        if self._status:
            return httpx2.Response(self._status, json={"type": "error", "error": {"type": "x", "message": "No."}})
        return await self._inner.handle_async_request(request)


@pytest.fixture
async def ground(anyio_backend: str) -> AsyncIterator[Ground]:
    async with opened() as found:
        yield found


async def test_one_request_tells_of_all_sessions(ground: Ground) -> None:
    asked: list[httpx2.URL] = []
    pages = ground.through(lambda inner: Listening(inner, asked, None)).target.pages
    agent = await ground.sdk.beta.agents.create(name="a", model="claude-opus-5-5")
    environment = await ground.sdk.beta.environments.create(name="e")
    await ground.sdk.beta.sessions.create(agent=agent.id, environment_id=environment.id)
    found = await past_sessions(pages, [agent.id], NOW)
    assert found
    assert (found.uses, found.since.isoformat(), found.is_more) == ((), "2026-10-23", False)
    (url,) = asked
    assert (url.path, url.params["agent_id"], url.params["limit"]) == ("/v1/sessions", agent.id, "100")


async def test_more_sessions_than_a_page_are_not_asked_for(ground: Ground) -> None:
    agent = await ground.sdk.beta.agents.create(name="a", model="claude-opus-5-5")
    environment = await ground.sdk.beta.environments.create(name="e")
    for _ in range(101):
        await ground.sdk.beta.sessions.create(agent=agent.id, environment_id=environment.id)
    asked: list[httpx2.URL] = []
    pages = ground.through(lambda inner: Listening(inner, asked, None)).target.pages
    found = await past_sessions(pages, [agent.id, "agent_other"], NOW)
    assert found
    assert (found.is_more, found.since.isoformat(), len(asked)) == (True, "2026-11-21", 1)
    assert "agent_id" not in asked[0].params


@pytest.mark.parametrize("status", [403, 404, 400])
async def test_a_target_that_tells_nothing_stops_no_plan(ground: Ground, status: int) -> None:
    pages = ground.through(lambda inner: Listening(inner, [], status)).target.pages
    assert await past_sessions(pages, ["agent_1"], NOW) is None
