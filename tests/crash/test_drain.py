"""A server that is asked to go in the middle of its work: streams end, runs stop, and the next server goes on."""

import asyncio
import json
import signal
from contextlib import suppress
from pathlib import Path

import anthropic
import pytest
from anthropic import AsyncAnthropic

from agentops.base.threads import in_thread
from tests.flow.server import serving

pytestmark = [pytest.mark.crash, pytest.mark.anyio, pytest.mark.timeout(120)]

SESSIONS = 6
CLIENTS = 4
DRAIN_S = 10
"""Documented: how long a server takes to go. Supervisors are told to wait longer before they kill."""

SLOW = "turns: [{say: One word after the other and nobody knows where it ends., delay_ms: 60000, times: forever}]\n"
QUICK = "turns: [{say: All there., times: forever}]\n"
WORDS = [{"type": "user.message", "content": [{"type": "text", "text": "Go on."}]}]


class Load:
    """Clients that are in the middle of something when the server goes."""

    def __init__(self, sdk: AsyncAnthropic) -> None:
        self._sdk = sdk
        self.sessions: list[str] = []
        self.acknowledged: list[tuple[str, str]] = []
        self.agent = self.environment = ""

    async def begin(self) -> None:
        self.agent = (await self._sdk.beta.agents.create(name="Slow", model="claude-sonnet-5-5")).id
        self.environment = (await self._sdk.beta.environments.create(name="Room", config={"type": "cloud"})).id

    async def session(self) -> str:
        made = await self._sdk.beta.sessions.create(agent=self.agent, environment_id=self.environment)
        self.sessions.append(made.id)
        return made.id

    async def say(self, session: str) -> None:
        sent = await self._sdk.beta.sessions.events.send(session, events=WORDS)
        self.acknowledged += [(session, each.id) for each in sent.data or []]

    async def watch(self, is_at_work: asyncio.Event) -> str:
        """Follow a session to the end of its stream, which is no failure of the connection."""
        session = await self.session()
        stream = await self._sdk.beta.sessions.events.stream(session)
        await self.say(session)
        async for event in stream:
            if event.type == "span.model_request_start":
                is_at_work.set()
        return "ended"

    async def press(self) -> None:
        """Send more until the server no longer takes anything."""
        with suppress(anthropic.APIConnectionError, anthropic.InternalServerError):
            while True:
                await self.say(await self.session())


async def test_a_server_that_must_go_under_load_goes_at_once_and_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    slow, quick = tmp_path / "slow.yaml", tmp_path / "quick.yaml"
    slow.write_text(SLOW)
    quick.write_text(QUICK)
    with serving(data, options=["--model-script", str(slow)]) as server:
        async with AsyncAnthropic(base_url=server.url, api_key=server.key, max_retries=0) as sdk:
            load = Load(sdk)
            await load.begin()
            at_work = [asyncio.Event() for _ in range(SESSIONS)]
            watching = [asyncio.ensure_future(load.watch(each)) for each in at_work]
            await asyncio.gather(*(each.wait() for each in at_work))
            pressing = [asyncio.ensure_future(load.press()) for _ in range(CLIENTS)]
            server.process.send_signal(signal.SIGTERM)
            assert await in_thread(server.process.wait, DRAIN_S) == 0
            assert await asyncio.gather(*watching) == ["ended"] * SESSIONS
            await asyncio.gather(*pressing)
    assert not list(data.glob("engine.db-*"))
    with serving(data, options=["--model-script", str(quick)]) as server:
        async with AsyncAnthropic(base_url=server.url, api_key=server.key, max_retries=0) as sdk:
            for session in {session for session, _ in load.acknowledged}:
                assert "All there." in await at_rest(sdk, session)
            for session, event in load.acknowledged:
                assert event in await told(sdk, session)


async def at_rest(sdk: AsyncAnthropic, session: str) -> str:
    """Return what a session shows once it is idle and nothing waits in it: nobody may have come to it yet."""
    stream = await sdk.beta.sessions.events.stream(session)
    has_rested = (await sdk.beta.sessions.retrieve(session)).status == "idle"
    if not has_rested or '"processed_at": null' in await told(sdk, session):
        async for event in stream:
            if event.type == "session.status_idle":
                break
    await stream.close()
    return await told(sdk, session)


async def told(sdk: AsyncAnthropic, session: str) -> str:
    return json.dumps([each.to_dict() async for each in sdk.beta.sessions.events.list(session)], default=str)
