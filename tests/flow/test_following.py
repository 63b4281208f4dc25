"""A server that follows a repository: a push arrives, and what was merged runs; a person sees how it stands."""

import asyncio
import hmac
import json
import signal
from itertools import count
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from agentops.base.clock import SystemClock
from agentops.controller.register import registered
from agentops.controller.state import Phase, State
from tests.controller.upstream import Upstream, agent

from .command import PATIENCE_S, Command
from .server import Server, serving

pytestmark = [pytest.mark.flow, pytest.mark.timeout(200)]


async def live(data: Path, commit: str) -> State:
    """Return the state once the commit is live."""
    async with asyncio.timeout(PATIENCE_S), registered(f"sqlite:///{data / 'engine.db'}", SystemClock()) as register:
        for _ in count():
            state = await register.state("shop")
            if state.live == commit:
                return state
            await asyncio.sleep(0)
    raise AssertionError


def pushed(server: Server, secret: str) -> int:
    """Send what a forge sends."""
    body = json.dumps({"ref": "refs/heads/main"}).encode()
    proof = "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()
    headers = {"content-type": "application/json", "x-github-event": "push", "x-hub-signature-256": proof}
    with urlopen(Request(f"{server.url}/v1/x-agentops/pushes/shop", body, headers)) as answer:
        return int(answer.status)


def test_a_push_brings_a_commit_to_life_in_the_server_that_follows_it(tmp_path: Path) -> None:
    upstream = Upstream.made(tmp_path / "upstream")
    first = upstream.tree(agent("one"))
    (tmp_path / "push").write_text("shared")
    # Polled so rarely that only the push can be what brought the second commit.
    repository = {"name": "shop", "url": "upstream", "every": 86_400, "push_secret": {"file": "push"}}
    (tmp_path / "controller.yaml").write_text(json.dumps({"repositories": [repository]}))
    data = tmp_path / "server"
    with serving(data, options=["--controller", str(tmp_path / "controller.yaml")]) as server:
        assert asyncio.run(live(data, first)).phase is Phase.IN_SYNC
        second = upstream.tree(agent("one", "Be brief."))
        assert pushed(server, "shared") == 202
        state = asyncio.run(live(data, second))
        assert server.objects("agents")[0]["system"] == "Be brief."
        shown = Command(tmp_path)("status", "--data", data, "--exit-code").out
        assert shown.startswith(f"✓ shop  in sync      live {second[:12]}")
        assert Command(tmp_path)("controller", "approve", "shop", "none", "--data", data, status=2).err
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE_S) == 0
    assert state.failures == 0
    ended = Command(tmp_path)("status", "--data", data, "-o", "json").json()
    assert ended["controller"] is None
    assert ended["summary"]["in_sync"] == 1
