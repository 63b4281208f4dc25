"""A whole session whose environment lists what cannot be installed: it works without, and that is told."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.engine.core.sessions import watchers_topic
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.outbound import Outbound
from agentops.engine.packages.packages import Packages
from agentops.engine.runner.kit import Kit
from agentops.engine.runner.means import Means
from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.sandbox.local import UnsafeLocal
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.wire.problems import check

pytestmark = pytest.mark.anyio

CONFIG = {"type": "cloud", "packages": {"pip": ["absent==1.0"]}}


async def posted(http: httpx2.AsyncClient, path: str, **body: Any) -> Any:
    answer = await http.post(f"/v1/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ran(engine: Engine) -> list[Any]:
    """Return the events of a session that has worked and rests."""
    headers = {
        "anthropic-beta": "managed-agents-2026-04-01",
        "authorization": f"Bearer {engine.credential.reveal()}",
    }
    transport = httpx2.ASGITransport(app=engine.app)
    async with httpx2.AsyncClient(base_url="http://engine", transport=transport, headers=headers) as http:
        tools = [{"type": "agent_toolset_20260401"}]
        agent = await posted(http, "agents", name="a", model="claude-opus-5-5", tools=tools)
        place = await posted(http, "environments", name="e", config=CONFIG)
        session = await posted(http, "sessions", agent=agent["id"], environment_id=place["id"])
        with engine._news.listening(watchers_topic(session["id"])) as changed:
            words = {"type": "user.message", "content": [{"type": "text", "text": "Go on."}]}
            await posted(http, f"sessions/{session['id']}/events", events=[words])
            while True:
                changed.clear()
                events = (await http.get(f"/v1/sessions/{session['id']}/events")).json()["data"]
                if events[-1]["type"] == "session.status_idle":
                    return list(events)
                await changed.wait()


def engine(folder: Path, kit: Kit) -> Engine:
    script, problems = check(
        Script, {"turns": [{"call": [{"tool": "bash", "input": {"command": "echo went on"}}]}, {"say": "Done."}]}
    )
    assert script, problems
    means = Means(Scripted(script, asyncio.sleep), kit, close=kit.close)
    settings = Settings(database=f"sqlite:///{folder / 'engine.db'}", data=folder)
    return build(settings, clock=SystemClock(), ids=RandomIds(), means=means)


def told(events: list[Any], kind: str) -> list[str]:
    found = [each for each in events if each["type"] == kind]
    return [each["error"]["message"] if "error" in each else str(each["content"]) for each in found]


async def test_a_session_goes_on_without_what_cannot_be_installed(
    sandboxes: Bubblewrap, server: Callable[[], Packages], tmp_path: Path
) -> None:
    kit = Kit(sandboxes, Outbound(), tmp_path / "sessions", packages=server())
    async with engine(tmp_path, kit) as opened:
        events = await ran(opened)
    (error,) = told(events, "session.error")
    assert error.startswith("pip could not install absent==1.0: ")
    assert "No matching distribution found for absent==1.0" in error
    (result,) = told(events, "agent.tool_result")
    assert "went on" in result
    assert "pip could not install absent==1.0" in result


async def test_without_walls_nothing_is_installed_and_that_is_said(tmp_path: Path) -> None:
    async with engine(tmp_path, Kit(UnsafeLocal(), Outbound(), tmp_path / "sessions")) as opened:
        events = await ran(opened)
    (error,) = told(events, "session.error")
    assert error.startswith("pip could not install absent==1.0: nothing is installed where tools run without")
    assert "went on" in told(events, "agent.tool_result")[0]
