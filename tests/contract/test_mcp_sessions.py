"""Sessions with tools of MCP servers: credentials from vaults alone, confirmations, failures that they survive."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agentops.base.clock import ManualClock
from agentops.engine.settings import Settings
from tests.mcp_server import McpServer, said, serving

from .conftest import VAULT_KEY
from .given import a_refresh
from .stage import Play, Scene, Stage, confirmation, opened, watched

Act = Callable[[Scene, "Ground"], Coroutine[Any, Any, None]]
ACTS: dict[str, tuple[Play, Act]] = {}
DONE = {"say": "Done."}
CLOSE = {"call": [{"tool": "mcp__tickets__close", "input": {"ticket": 7}}]}


@dataclass
class Ground:
    """The server, the vault that the session has, and the credential in it."""

    server: McpServer
    vault: Any
    credentials: Any

    async def bearer(self, token: str) -> Any:
        auth = {"type": "static_bearer", "mcp_server_url": self.server.url, "token": token}
        return await self.credentials.create(self.vault.id, auth=auth)


def with_tickets(*turns: dict[str, Any], policy: str = "always_allow") -> Callable[[Act], Act]:
    def enter(act: Act) -> Act:
        default = {"default_config": {"permission_policy": {"type": policy}}} if policy else {}
        tools = [{"type": "mcp_toolset", "mcp_server_name": "tickets", **default}]
        ACTS[act.__name__] = (Play(act.__name__, turns, {"tools": tools}, {}, "cloud", (), lambda _: None), act)
        return act

    return enter


@with_tickets(CLOSE, {"say": "Closed.", "when": {"tool_result": "closed 7"}}, policy="")
async def a_person_is_asked_unless_the_agent_says_otherwise(scene: Scene, ground: Ground) -> None:
    await ground.bearer("good")
    assert (await scene.turn()).stop_reason.type == "requires_action"
    call = scene.last("agent.mcp_tool_use")
    assert (call.mcp_server_name, call.name, call.input) == ("tickets", "close", {"ticket": 7})
    assert call.evaluated_permission == "ask"
    await scene.send(confirmation(call))
    await scene.idle()
    result = scene.last("agent.mcp_tool_result")
    assert (result.mcp_tool_use_id, result.content[0].text) == (call.id, "closed 7")
    assert set(ground.server.shown) == {"Bearer good"}


@with_tickets(DONE, CLOSE, {"say": "Closed.", "when": {"tool_result": "closed 7"}})
async def a_refused_credential_is_told_of_and_a_new_one_counts_in_the_next_turn(scene: Scene, ground: Ground) -> None:
    credential = await ground.bearer("bad-token")
    assert (await scene.turn()).stop_reason.type == "end_turn"
    error = scene.last("session.error").error
    assert (error.type, error.mcp_server_name) == ("mcp_authentication_failed_error", "tickets")
    assert error.retry_status.type == "retrying"
    assert "bad-token" not in str(scene.seen)
    auth: Any = {"type": "static_bearer", "token": "good"}
    await ground.credentials.update(credential.id, vault_id=ground.vault.id, auth=auth)
    await scene.turn("Again.")
    assert len(scene.all("session.error")) == 1
    assert scene.last("agent.message").content[0].text == "Closed."


@with_tickets(DONE, DONE)
async def a_server_that_cannot_be_reached_is_tried_again_in_the_next_turn(scene: Scene, ground: Ground) -> None:
    await ground.bearer("good")
    await ground.server.stop()
    await scene.turn()
    assert scene.last("session.error").error.type == "mcp_connection_failed_error"
    await ground.server.start(ground.server.port)
    await scene.turn("Again.")
    assert len(scene.all("session.error")) == 1


@with_tickets(CLOSE, {"say": "Closed.", "when": {"tool_result": "closed 7"}})
async def an_oauth_credential_is_renewed_when_it_is_refused(scene: Scene, ground: Ground) -> None:
    forms = []

    async def door(request: Request) -> Response | None:
        if request.headers["content-type"].startswith("application/x-www-form-urlencoded"):
            forms.append((await request.body()).decode())
            return JSONResponse({"access_token": "good", "refresh_token": "second", "expires_in": 3600})
        return None

    ground.server.door = door
    refresh = a_refresh(token_endpoint=ground.server.url)
    auth: Any = {"type": "mcp_oauth", "mcp_server_url": ground.server.url, "access_token": "stale", "refresh": refresh}
    credential = await ground.credentials.create(ground.vault.id, auth=auth)
    await scene.turn()
    assert scene.last("agent.message").content[0].text == "Closed."
    assert len(forms) == 1
    assert "secret-r" in forms[0]
    found = await ground.credentials.retrieve(credential.id, vault_id=ground.vault.id)
    assert found.auth.expires_at is not None


@with_tickets({"call": [{"tool": "mcp__tickets__hang", "input": {}}]}, DONE)
async def an_interrupt_reaches_the_server(scene: Scene, ground: Ground) -> None:
    await ground.bearer("good")
    began, ended = asyncio.Event(), asyncio.Event()

    @ground.server.tool("hang")
    async def hang(_given: Any) -> Any:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    await scene.say()
    await began.wait()
    await scene.send({"type": "user.interrupt"})
    assert (await scene.until("agent.mcp_tool_result")).is_error
    await scene.idle()
    await ended.wait()


@with_tickets({"call": [{"tool": "mcp__tickets__tell", "input": {}}]}, DONE)
async def a_long_answer_is_kept_in_the_sandbox(scene: Scene, ground: Ground) -> None:
    await ground.bearer("good")

    @ground.server.tool("tell")
    async def tell(_given: Any) -> Any:
        return said("word " * 30_000)

    await scene.turn()
    told = scene.last("agent.mcp_tool_result").content[0].text
    assert len(told) < 11_000
    assert "150000 characters; all of it is in /tmp/agentops-output-1.txt" in told


@pytest.fixture(scope="module")
def floor(portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory, clock: ManualClock) -> Iterator[Stage]:
    data = tmp_path_factory.mktemp("mcp")
    url = f"sqlite:///{data}/engine.db"
    settings = Settings(database=url, data=data, port=0, vault_key=VAULT_KEY, allow_loopback=True)
    plays = [play for play, _ in ACTS.values()]
    with portal.wrap_async_context_manager(opened(settings, clock, plays)) as stage:
        yield stage


async def acted(stage: Stage, name: str) -> None:
    play, act = ACTS[name]
    beta = stage.client.beta
    async with serving(accepted={"good"}) as server:

        @server.tool("close")
        async def close(given: dict[str, Any]) -> Any:
            return said(f"closed {given['ticket']}")

        vault = await beta.vaults.create(display_name="Tickets")
        agent = {**play.agent, "mcp_servers": [{"type": "url", "name": "tickets", "url": server.url}]}
        play = Play(play.name, play.turns, agent, {"vault_ids": [vault.id]}, play.environment, (), play.act)
        async with watched(stage, play) as scene:
            await act(scene, Ground(server, vault, beta.vaults.credentials))


@pytest.mark.parametrize("name", ACTS)
def test_a_session_has_the_tools_of_its_servers(floor: Stage, portal: BlockingPortal, name: str) -> None:
    portal.call(partial(acted, floor, name))
