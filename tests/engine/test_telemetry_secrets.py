"""Secrets go through routes, tools and failures, and come up in no log, no metric and no span."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anthropic import APIStatusError, AsyncAnthropic
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agentops.base.clock import ManualClock
from agentops.base.logs import configure
from agentops.base.secrets import Secret
from agentops.engine.settings import Settings
from agentops.engine.tracing.exporting import Exporting
from tests.engine.metrics.town import Town, town

pytestmark = pytest.mark.anyio

KEY = "the-configured-key-of-this-house"
CANARY = "canary-0123456789abcdef"
FORGED = f"sk-ant-api03-{CANARY}"
TURNS = [
    {"call": [{"tool": "bash", "input": {"command": f"echo {FORGED}; false"}}]},
    {
        "when": {"turn": 2},
        "error": {"kind": "rejected", "message": f"refused: authorization: Bearer {CANARY}-{CANARY}"},
    },
]
TOOLS: Any = [{"type": "agent_toolset_20260401", "default_config": {"permission_policy": {"type": "always_allow"}}}]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that the engine logs, as a server writes it, down to the least."""
    root, ours = logging.getLogger(), logging.getLogger("agentops")
    before = root.handlers, root.level, ours.level
    stream = io.StringIO()
    configure("json", "debug", stream)
    yield stream
    root.handlers, level, own = before
    root.setLevel(level)
    ours.setLevel(own)


async def test_no_secret_comes_up_in_logs_metrics_or_spans(
    tmp_path: Path, clock: ManualClock, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(f"sqlite:///{tmp_path / 'engine.db'}", tmp_path, api_key=Secret(KEY))
    exporter = InMemorySpanExporter()
    tracer = Exporting(SimpleSpanProcessor(exporter), with_content=True)
    async with town(settings, clock, TURNS, tracer=tracer) as there:
        await _routes(there)
        await _strangers(there)
        hook = await _webhook(there)
        await _session(there)
        await _bug(there, monkeypatch)
        metrics = (await there.http.get(f"{there.admin.address.url}/metrics")).text
        own = there.engine.credential.reveal()
    spans = json.dumps([json.loads(each.to_json()) for each in exporter.get_finished_spans()])
    lines = log.getvalue()
    for name, text in (("log", lines), ("metrics", metrics), ("spans", spans)):
        for secret in (KEY, own, CANARY, hook):
            assert secret not in text, name
    assert "execute_tool bash" in spans
    failed = [json.loads(each) for each in lines.splitlines() if "request failed" in each]
    assert [each["request_id"].startswith("req_01") for each in failed] == [True]
    assert "RuntimeError" in failed[0]["message"]


async def _routes(there: Town) -> None:
    vault = await there.client.beta.vaults.create(display_name="Tickets")
    auth: Any = {"type": "static_bearer", "mcp_server_url": "https://mcp.example.com/mcp", "token": CANARY}
    await there.client.beta.vaults.credentials.create(vault.id, auth=auth)
    with pytest.raises(APIStatusError):
        await there.client.beta.vaults.credentials.create(vault.id, auth={**auth, CANARY: CANARY})


async def _strangers(there: Town) -> None:
    for key in (FORGED, CANARY, f"agentops_key_{CANARY}"):
        stranger = AsyncAnthropic(api_key=key, base_url=str(there.client.base_url), max_retries=0)
        async with stranger:
            with pytest.raises(APIStatusError):
                await stranger.beta.agents.list()
            with pytest.raises(APIStatusError):
                await stranger.beta.agents.retrieve(CANARY)


def at(there: Town, path: str) -> str:
    return f"{str(there.client.base_url).rstrip('/')}{path}"


async def _webhook(there: Town) -> str:
    body = {"url": f"https://me:{CANARY}x@hooks.example.com/{CANARY}", "events": ["session.status_idled"]}
    headers = {"x-api-key": KEY}
    await there.http.post(at(there, "/v1/x-agentops/webhooks"), json=body, headers=headers)
    body["url"] = f"https://hooks.example.com/{CANARY}"
    made = await there.http.post(at(there, "/v1/x-agentops/webhooks"), json=body, headers=headers)
    assert made.status_code == 200, made.text
    return str(made.json()["signing_secret"])


async def _session(there: Town) -> None:
    beta = there.client.beta
    place = await beta.environments.create(name="Workshop", config={"type": "cloud"})
    agent = await beta.agents.create(name="Worker", model="claude-opus-5-5", tools=TOOLS)
    session = await beta.sessions.create(agent=agent.id, environment_id=place.id)
    async with await beta.sessions.events.stream(session.id) as stream:
        message: Any = {"type": "user.message", "content": [{"type": "text", "text": f"Use {CANARY}."}]}
        await beta.sessions.events.send(session.id, events=[message])
        async for event in stream:
            if event.type == "session.status_idle":
                return


async def _bug(there: Town, patch: pytest.MonkeyPatch) -> None:
    """Have a request run into something that nobody foresaw, and that quotes what it was given."""

    def broken(_self: object, headers: Any) -> Any:
        raise RuntimeError(f"cannot read {headers['x-api-key']} of {headers['authorization']}")

    patch.setattr("agentops.engine.api.auth.Door.caller", broken)
    headers = {"x-api-key": CANARY, "authorization": f"Bearer {CANARY}"}
    answer = await there.http.get(at(there, "/v1/agents"), headers=headers)
    assert (answer.status_code, CANARY in answer.text) == (500, False)
    patch.undo()
