"""The SDK's own worker and poller against the engine, up to where a session's events are streamed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anthropic import AsyncAnthropic

from agentops.engine.server import Engine

from .extensions import NewEnvironmentKey
from .given import MODEL, SKILL, the_agent_toolset
from .workers import KEYS, token_of

pytestmark = pytest.mark.anyio


@dataclass
class Line:
    """The way to the engine, with every request on record as what it asks for and who asks."""

    client: AsyncAnthropic
    asked: list[tuple[str, str]] = field(default_factory=list)
    is_streaming: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture
async def line(engine: Engine) -> AsyncIterator[Line]:
    async def note(request: httpx2.Request) -> None:
        _, _, last = request.url.path.rpartition("/")
        made.asked.append((last, request.headers["authorization"].removeprefix("Bearer ")))
        if last == "stream":
            made.is_streaming.set()
            await asyncio.Event().wait()

    transport = httpx2.ASGITransport(app=engine.app)
    async with httpx2.AsyncClient(transport=transport, event_hooks={"request": [note]}) as http:
        client = AsyncAnthropic(
            api_key=engine.credential.reveal(),
            base_url="http://engine.test",
            http_client=http,
            max_retries=0,
            _strict_response_validation=True,
        )
        made = Line(client)
        yield made


async def a_place(client: AsyncAnthropic) -> tuple[str, str, str]:
    """Return an environment, a key of it, and a session in it whose agent has a skill."""
    environment = await client.beta.environments.create(name="Workshop", config={"type": "self_hosted"})
    answer = await client.post(KEYS.format(environment.id), cast_to=object, body={})
    skill = await client.beta.skills.create(files=SKILL)
    toolset: Any = the_agent_toolset()
    agent = await client.beta.agents.create(
        name="a", model=MODEL, tools=[toolset], skills=[{"type": "custom", "skill_id": skill.id}]
    )
    session = await client.beta.sessions.create(agent=agent.id, environment_id=environment.id)
    return environment.id, NewEnvironmentKey.model_validate(answer).key, session.id


async def test_the_worker_serves_an_item_with_its_token_and_stops_it_when_it_is_told_to(
    line: Line, tmp_path: Path
) -> None:
    environment_id, key, session_id = await a_place(line.client)
    line.asked.clear()
    queue = line.client.beta.environments.work
    worker = queue.worker(environment_id=environment_id, environment_key=key, workdir=tmp_path)
    running = asyncio.create_task(worker.run())
    await line.is_streaming.wait()
    assert (tmp_path / "skills" / "pdf-forms" / "SKILL.md").is_file()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    by_key = [what for what, credential in line.asked if credential == key]
    by_token = [what for what, credential in line.asked if credential.startswith("agentops_session_")]
    assert by_key == ["poll", "ack"]
    assert {"heartbeat", session_id, "content", "stream", "stop"} <= set(by_token)
    assert len(by_key) + len(by_token) == len(line.asked)
    assert (await queue.stats(environment_id)).model_dump(exclude={"type", "workers_polling"}) == {
        "depth": 0,
        "pending": 0,
        "oldest_queued_at": None,
    }


async def test_the_poller_hands_items_to_somebody_who_has_no_key(line: Line, tmp_path: Path) -> None:
    environment_id, key, _ = await a_place(line.client)
    queue = line.client.beta.environments.work
    poller = queue.poller(
        environment_id=environment_id, environment_key=key, block_ms=None, drain=True, auto_stop=False
    )
    [item] = [each async for each in poller]
    assert token_of(item)
    handling = asyncio.create_task(
        queue.worker(workdir=tmp_path).handle_item(
            work_id=item.id, environment_id=environment_id, session_id=item.data.id, work_secret=item.secret
        )
    )
    await line.is_streaming.wait()
    assert (await queue.retrieve(item.id, environment_id=environment_id)).state == "active"
    handling.cancel()
    with suppress(asyncio.CancelledError):
        await handling
    assert (await queue.retrieve(item.id, environment_id=environment_id)).state == "stopped"
