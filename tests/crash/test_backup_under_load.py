"""A server that is backed up while clients are at work, and lost: what it had said yes to is on the restored one."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from anthropic import AsyncAnthropic

from agentops.base.threads import in_thread
from tests.flow.command import Command
from tests.flow.server import Server, serving

pytestmark = [pytest.mark.crash, pytest.mark.anyio, pytest.mark.timeout(400), pytest.mark.long]

SCRIPT = "turns: [{say: Heard., times: forever}]\n"
CLIENTS = 6
BEFORE = 120
"""How many events are acknowledged before the backup begins."""

CONTRACT = ("test_agents.py", "test_files.py", "test_session_events.py", "test_session_listing.py", "test_vaults.py")
"""What the restored server is held against: objects, bytes, logs, lists and secrets."""


@dataclass
class Load:
    """Clients that create sessions, send events and upload files until they are told to stop."""

    server: Server
    events: list[tuple[str, str]] = field(default_factory=list)
    """Sessions and events that the server has said it has."""

    files: list[str] = field(default_factory=list)
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        async with client(self.server) as sdk:
            agent = await sdk.beta.agents.create(name="Hearer", model="claude-sonnet-5-5")
            environment = await sdk.beta.environments.create(name="Room", config={"type": "cloud"})
            working = [asyncio.ensure_future(self._work(sdk, agent.id, environment.id)) for _ in range(CLIENTS)]
            try:
                yield
            finally:
                for each in working:
                    each.cancel()
                ended = await asyncio.gather(*working, return_exceptions=True)
            assert all(isinstance(each, asyncio.CancelledError) for each in ended), ended

    async def until(self, count: int) -> None:
        async with self.grown:
            await self.grown.wait_for(lambda: len(self.events) >= count)

    async def _work(self, sdk: AsyncAnthropic, agent: str, environment: str) -> None:
        for number in range(1_000_000):
            session = await sdk.beta.sessions.create(agent=agent, environment_id=environment)
            for words in ("one", "two", "three"):
                content = [{"type": "text", "text": words}]
                sent = await sdk.beta.sessions.events.send(
                    session.id, events=[{"type": "user.message", "content": content}]
                )
                self.events += [(session.id, each.id) for each in sent.data or []]
            file = await sdk.beta.files.upload(file=(f"{number}.txt", f"bytes of {session.id}".encode()))
            self.files.append(file.id)
            if number % 3 == 2:
                await sdk.beta.files.delete(self.files.pop(self.files.index(file.id)))
            async with self.grown:
                self.grown.notify_all()


def client(server: Server) -> AsyncAnthropic:
    return AsyncAnthropic(base_url=server.url, api_key=server.key, max_retries=0)


async def test_every_acknowledged_event_is_on_the_restored_server(tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    script.write_text(SCRIPT)
    lost, found, backup = tmp_path / "lost", tmp_path / "found", tmp_path / "backup.tar"
    agentops = Command(tmp_path)
    with serving(lost, options=["--model-script", str(script)]) as server:
        load = Load(server)
        async with load.at_work():
            await load.until(BEFORE)
            events, files = list(load.events), list(load.files)
            ran = await in_thread(agentops, "backup", "--data", lost, backup, "-o", "json")
            assert ran.json()["manifest"]["lost"] == []
            # It was no pause: they went on while it was taken.
            await load.until(len(events) + CLIENTS)
        server.kill()
    agentops("restore", "--data", found, backup)
    with serving(found, options=["--model-script", str(script)]) as server:
        async with client(server) as sdk:
            kept = {session: await events_of(sdk, session) for session in {session for session, _ in events}}
            assert [each for each in events if each[1] not in kept[each[0]]] == []
            there = {each.id async for each in sdk.beta.files.list(limit=1000)}
            assert set(files) <= there
    assert blobs_of(found) >= set(files)
    assert_that_it_passes(CONTRACT, found)


async def events_of(sdk: AsyncAnthropic, session: str) -> set[str]:
    return {each.id async for each in sdk.beta.sessions.events.list(session, limit=100)}


def blobs_of(data: Path) -> set[str]:
    return {each.name for each in (data / "blobs").glob("*/*/*")}


def assert_that_it_passes(files: tuple[str, ...], data: Path) -> None:
    """Run the contract tests against the server of the data."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-x", "-k", "sqlite"]
    command += [f"tests/contract/{each}" for each in files]
    environment = os.environ | {"AGENTOPS_CONTRACT_DATA": str(data)}
    environment = {name: text for name, text in environment.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert ran.stdout.count(".") > len(files), ran.stdout
