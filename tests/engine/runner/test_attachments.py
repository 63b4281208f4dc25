"""Files that a client names are read by the model, wherever in a session they are named."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.engine.core.conversation import Ask, Reply
from agentops.engine.core.json import Json
from agentops.engine.core.sessions import watchers_topic
from agentops.engine.models.port import Hear
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.runner.means import Means
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.wire.problems import check
from tests.conftest import BETA
from tests.crash.lives import Witness

pytestmark = pytest.mark.anyio

TURNS = [{"call": [{"tool": "look_up", "input": {}}]}, {"say": "Thank you."}]


class Overheard:
    """A model, and what it was sent."""

    def __init__(self) -> None:
        script, problems = check(Script, {"turns": TURNS})
        assert script, problems
        self._model = Scripted(script, asyncio.sleep)
        self.sent = b""

    async def ask(self, ask: Ask, hear: Hear) -> Reply:
        self.sent = b"".join(ask.messages)
        return await self._model.ask(ask, hear)


@pytest.fixture
def model() -> Overheard:
    return Overheard()


@pytest.fixture
async def engine(model: Overheard, prepared_url: str, tmp_path: Path) -> AsyncIterator[Engine]:
    settings = Settings(database=prepared_url, data=tmp_path / "data")
    means = Means(model, Witness(tmp_path))
    async with build(settings, clock=SystemClock(), ids=RandomIds(), means=means) as opened:
        yield opened


class Client:
    """Asks over HTTP inside this process."""

    def __init__(self, http: httpx2.AsyncClient, engine: Engine) -> None:
        self._http = http
        self._news = engine._news

    async def post(self, path: str, **content: Any) -> Json:
        answer = await self._http.post(f"/v1/{path}", **content)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def at_rest(self, session: str, reason: str) -> Json:
        """Return why the session rests, once it is for this reason."""
        with self._news.listening(watchers_topic(session)) as changed:
            while True:
                changed.clear()
                events = (await self._http.get(f"/v1/sessions/{session}/events")).json()["data"]
                if events[-1]["type"] == "session.status_idle" and events[-1]["stop_reason"]["type"] == reason:
                    return dict(events[-1]["stop_reason"])
                await changed.wait()


@pytest.fixture
def client(http: httpx2.AsyncClient, engine: Engine) -> Client:
    http.headers["anthropic-beta"] = BETA
    return Client(http, engine)


def document(file_id: str) -> Json:
    return {"type": "document", "source": {"type": "file", "file_id": file_id}}


async def test_the_model_reads_the_files_of_messages_and_of_results(client: Client, model: Overheard) -> None:
    first = await client.post("files", files={"file": ("one.txt", b"what the first file says", "text/plain")})
    second = await client.post("files", files={"file": ("two.txt", b"what the second file says", "text/plain")})
    tool = {"type": "custom", "name": "look_up", "description": "Looks up.", "input_schema": {"type": "object"}}
    agent = await client.post("agents", json={"name": "Reader", "model": "claude-opus-5-5", "tools": [tool]})
    place = await client.post("environments", json={"name": "Desk"})
    message = {"type": "user.message", "content": [document(first["id"])]}
    session = (
        await client.post(
            "sessions", json={"agent": agent["id"], "environment_id": place["id"], "initial_events": [message]}
        )
    )["id"]
    (call,) = (await client.at_rest(session, "requires_action"))["event_ids"]
    assert b"what the first file says" in model.sent

    result = {"type": "user.custom_tool_result", "custom_tool_use_id": call, "content": [document(second["id"])]}
    await client.post(f"sessions/{session}/events", json={"events": [result]})
    await client.at_rest(session, "end_turn")
    assert b"what the second file says" in model.sent
    assert first["id"].encode() not in model.sent
