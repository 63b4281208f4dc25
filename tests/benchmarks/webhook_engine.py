"""An engine in this process whose model says what a script says, and whose webhooks may go to this machine."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx2

from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.runner.means import Means
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.wire.problems import check

from .session_server import Nothing

_BETA = {"anthropic-beta": "managed-agents-2026-04-01"}


@asynccontextmanager
async def engine_in(folder: Path, script: dict[str, Any]) -> AsyncIterator[tuple[Engine, httpx2.AsyncClient]]:
    """Have an engine in a new folder, and a client of it."""
    folder.mkdir(parents=True)  # noqa: ASYNC240 - nobody waits meanwhile
    found, problems = check(Script, {"turns": [{"say": "Hello."}], **script})
    assert found, problems
    means = Means(Scripted(found, asyncio.sleep), Nothing(folder))
    loopback = (ip_network("127.0.0.0/8"),)
    settings = Settings(f"sqlite:///{folder / 'engine.db'}", folder, port=0, private_webhooks=loopback)
    engine = build(settings, clock=SystemClock(), ids=RandomIds(), means=means)
    async with engine:
        headers = {"x-api-key": engine.credential.reveal(), **_BETA}
        transport = httpx2.ASGITransport(app=engine.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as http:
            yield engine, http


async def asked(http: httpx2.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    """Return what a request is answered with."""
    answer = await http.post(path, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def endpoint_at(http: httpx2.AsyncClient, url: str, events: Sequence[str]) -> str:
    """Register an endpoint and return its id."""
    return str((await asked(http, "/v1/x-agentops/webhooks", url=url, events=list(events)))["id"])
