"""What a session sends to MCP servers is renewed once, and what was got for it is never lost."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.base.secrets import Secret
from agentops.engine.mounting.desk import Desk
from agentops.engine.outbound import Answer, Outbound
from agentops.engine.runner.credentials import Renewals, SessionCredentials
from agentops.engine.server import Engine
from agentops.engine.store.runners import Place
from tests.engine.mounting.conftest import backing_of

pytestmark = pytest.mark.anyio

URL = "https://mcp.example.com/mcp"
AUTH = {
    "type": "mcp_oauth",
    "mcp_server_url": URL,
    "access_token": "at-0",
    "refresh": {
        "token_endpoint": "https://auth.example.com/token",
        "client_id": "client",
        "refresh_token": "rt-0",
        "token_endpoint_auth": {"type": "none"},
    },
}


class Rotating(Outbound):
    """A token endpoint that takes each refresh token once, and holds its answers back."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.was_asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def post(self, url: str, headers: Mapping[str, str], content: bytes, *, wants_body: bool = True) -> Answer:
        del url, headers, wants_body
        is_good = f"refresh_token=rt-{self.count}".encode() in content
        self.count += is_good
        self.was_asked.set()
        await self.may_answer.wait()
        tokens = {"access_token": f"at-{self.count}", "refresh_token": f"rt-{self.count}", "token_type": "Bearer"}
        body = json.dumps(tokens if is_good else {"error": "invalid_grant"}).encode()
        return Answer(200 if is_good else 400, "application/json", body, is_cut=False, session="")


async def credentials(
    http: httpx2.AsyncClient, engine: Engine, clock: ManualClock, endpoint: Outbound
) -> SessionCredentials:
    async def made(path: str, body: Any) -> str:
        answer = await http.post(f"/v1/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    vault = await made("vaults", {"display_name": "keys"})
    await made(f"vaults/{vault}/credentials", {"display_name": "tickets", "auth": AUTH})
    desk = Desk(backing_of(engine, clock), Place(engine.settings.workspace, "sesn_01a"))
    return SessionCredentials(desk, [vault], Renewals(endpoint))


async def test_what_a_rotated_token_brought_is_kept_though_nobody_waits_for_it(
    http: httpx2.AsyncClient, engine: Engine, clock: ManualClock
) -> None:
    endpoint = Rotating()
    found = await credentials(http, engine, clock, endpoint)
    asking = asyncio.ensure_future(found.renewed(URL, Secret("at-0")))
    await endpoint.was_asked.wait()
    asking.cancel()
    endpoint.may_answer.set()
    await asyncio.wait({asking})
    assert asking.cancelled()
    assert await found.token(URL) == Secret("at-1")
    assert await found.renewed(URL, Secret("at-1")) == Secret("at-2")


async def test_two_that_find_a_token_refused_renew_it_once(
    http: httpx2.AsyncClient, engine: Engine, clock: ManualClock
) -> None:
    endpoint = Rotating()
    endpoint.may_answer.set()
    found = await credentials(http, engine, clock, endpoint)
    renewed = await asyncio.gather(*(found.renewed(URL, Secret("at-0")) for _ in range(3)))
    assert (renewed, endpoint.count) == ([Secret("at-1")] * 3, 1)
