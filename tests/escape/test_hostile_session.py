"""A whole session whose model attacks, through the API, the log and the sandbox; the server is looked at afterwards."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.engine.core.sessions import watchers_topic
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.news import News
from agentops.engine.outbound import Outbound
from agentops.engine.runner.kit import SESSIONS, Kit
from agentops.engine.runner.means import Means
from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.sandbox.port import Limits
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.wire.problems import check

pytestmark = pytest.mark.anyio

SECRET = "a-secret-in-the-servers-environment"
LIMITS = Limits(memory_mib=256, processes=64, file_mib=16, disk_mib=48, files=2_000, open_files=256)
HEADERS = {"anthropic-beta": "managed-agents-2026-04-01"}

FORK_BOMB = "bomb() { bomb | bomb & }; bomb 2>/dev/null; sleep 0.2; echo survived"
FILL = "i=0; while :; do i=$((i+1)); head -c 8000000 /dev/zero > /workspace/filler$i; sleep 0.05; done"
METADATA = (
    "for at in 169.254.169.254 127.0.0.1 10.0.0.1; do (echo > /dev/tcp/$at/80) 2>&1; done; "
    "curl -sS -m 3 http://169.254.169.254/latest/meta-data/ 2>&1"
)
OUTLIVE = "(setsid nohup sh -c 'trap \"\" TERM HUP; while :; do echo alive > /workspace/pulse; done' >/dev/null 2>&1 &); echo left"  # noqa: E501 - one shell line


def attacks(neighbour: str, data: Path) -> list[str]:
    """Return what the model tries, one call a turn."""
    return [
        "cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'; env",
        f"cat {neighbour}/workspace/diary.txt; ls {data}; cat {data}/engine.db",
        "cat /etc/shadow /root/.ssh/* /home/*/.ssh/*; ls /root /var/lib /run",
        METADATA,
        FORK_BOMB,
        FILL,
        OUTLIVE,
    ]


@pytest.fixture
def neighbour(tmp_path: Path, sqlite_tables: Path) -> Path:
    """Another session of the same server, with something to read."""
    shutil.copy(sqlite_tables, tmp_path / "engine.db")
    folder = tmp_path / SESSIONS / "sesn_neighbour"
    (folder / "workspace").mkdir(parents=True)
    (folder / "workspace" / "diary.txt").write_text("what the neighbour wrote")
    return folder


@pytest.fixture
async def engine(tmp_path: Path, neighbour: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    monkeypatch.setenv("AGENTOPS_MODEL_API_KEY", SECRET)
    turns: list[dict[str, Any]] = [
        {"call": [{"tool": "bash", "input": {"command": each, "timeout_ms": 60_000}}]}
        for each in attacks(str(neighbour), tmp_path)
    ]
    script, problems = check(Script, {"turns": [*turns, {"say": "I give up."}]})
    assert script, problems
    sandboxes = Bubblewrap()
    kit = Kit(sandboxes, Outbound(), tmp_path / SESSIONS, limits=LIMITS)
    means = Means(Scripted(script, asyncio.sleep), kit, close=kit.close)
    settings = Settings(database=f"sqlite:///{tmp_path / 'engine.db'}", data=tmp_path)
    async with build(settings, clock=SystemClock(), ids=RandomIds(), means=means) as opened:
        yield opened
    assert not left_running(), "what was left running ends with the server"


@pytest.fixture
async def http(engine: Engine) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {**HEADERS, "authorization": f"Bearer {engine.credential.reveal()}"}
    transport = httpx2.ASGITransport(app=engine.app)
    async with httpx2.AsyncClient(base_url="http://engine", transport=transport, headers=headers) as client:
        yield client


async def posted(http: httpx2.AsyncClient, path: str, body: Any) -> Any:
    answer = await http.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ended(http: httpx2.AsyncClient, news: News, session: str) -> list[Any]:
    """Return the events of a session that rests."""
    with news.listening(watchers_topic(session)) as changed:
        while True:
            changed.clear()
            events = (await http.get(f"/v1/sessions/{session}/events")).json()["data"]
            if events[-1]["type"] == "session.status_idle":
                return list(events)
            await changed.wait()


async def test_a_model_that_attacks_is_contained_and_the_server_is_well(
    engine: Engine, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    toolset = {"type": "agent_toolset_20260401"}
    agent = await posted(http, "/v1/agents", {"name": "Mole", "model": "claude-opus-5-5", "tools": [toolset]})
    place = await posted(http, "/v1/environments", {"name": "Cell"})
    hello = {"type": "user.message", "content": [{"type": "text", "text": "Get out."}]}
    session = await posted(
        http, "/v1/sessions", {"agent": agent["id"], "environment_id": place["id"], "initial_events": [hello]}
    )
    events = await ended(http, engine._news, session["id"])

    told = [each["content"][0]["text"] for each in events if each["type"] == "agent.tool_result"]
    assert len(told) == len(attacks("", tmp_path)), "every attack has a result that the model was told"
    everything = "\n".join(told)
    assert SECRET not in everything
    assert "what the neighbour wrote" not in everything
    assert str(tmp_path) not in told[0]
    assert "root:" not in told[2], "no hash of a password"
    assert "ami-id" not in told[3]
    assert events[-1]["stop_reason"]["type"] == "end_turn"
    assert left_running(), "the last attack had no chance to show what it can do"
    assert "The sandbox stopped" in told[5], "who fills the disk is stopped"
    assert (await http.get("/v1/agents")).status_code == 200


def left_running() -> list[str]:
    """Return the processes that the last attack started."""
    return [each.parent.name for each in Path("/proc").glob("[0-9]*/cmdline") if b"pulse" in _read(each)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
