"""Two controllers on one Postgres: one acts, and when it is killed in the middle of an apply the other one ends it."""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from agentops.base.clock import SystemClock
from agentops.controller.register import Register, registered
from agentops.controller.state import Phase, State
from tests.controller.upstream import Upstream, agent
from tests.flow.command import PATIENCE_S, Process, bare_environment
from tests.flow.nursery import born
from tests.flow.server import Server, serving

pytestmark = [pytest.mark.crash, pytest.mark.postgres, pytest.mark.anyio, pytest.mark.timeout(300), pytest.mark.long]

AGENTS = 24


@contextmanager
def controller(folder: Path, name: str, database: str, server: Server) -> Iterator[Process]:
    """Start a controller with a data folder of its own."""
    environment = {**bare_environment(folder), "KEY": server.key, "AGENTOPS_DATABASE": database}
    argv = ["agentops", "controller", "--config", str(folder / "controller.yaml"), "--data", str(folder / name)]
    with (folder / f"{name}.log").open("w") as log, Path(os.devnull).open() as nothing:
        process = born(argv, folder, environment, [nothing.fileno(), log.fileno(), log.fileno()])
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


async def until(register: Register, found: Callable[[State], bool]) -> State:
    """Return the state once it is so."""
    async with asyncio.timeout(PATIENCE_S):
        for _ in count():
            state = await register.state("shop")
            if found(state):
                break
            await asyncio.sleep(0)
    return state


async def test_a_controller_that_is_killed_in_the_middle_of_an_apply_is_followed_by_another(
    tmp_path: Path, own_postgres: str
) -> None:
    upstream = Upstream.made(tmp_path / "upstream")
    commit = upstream.tree(*(agent(f"a{number}") for number in range(AGENTS)))
    with serving(tmp_path / "server") as server:
        target = {"url": server.url, "api_key": {"env": "KEY"}}
        repository = {"name": "shop", "url": str(upstream.folder), "every": 5, "target": target}
        # Kept short, so that nobody waits long for whoever was killed.
        (tmp_path / "controller.yaml").write_text(json.dumps({"lease": 3, "repositories": [repository]}))
        async with registered(own_postgres, SystemClock()) as register:
            with controller(tmp_path, "one", own_postgres, server) as one:
                await until(register, lambda state: bool(state.begun) or state.phase is not Phase.UNKNOWN)
                acting = await register.acting()
                assert acting
                assert f":{one.pid}:" in acting
                with controller(tmp_path, "two", own_postgres, server) as two:
                    await _some_agents(server)
                    one.send_signal(signal.SIGKILL)
                    one.wait(PATIENCE_S)
                    state = await until(register, lambda state: state.phase is Phase.IN_SYNC)
                    acting = await register.acting()
                    assert acting
                    assert f":{two.pid}:" in acting
        assert (state.live, state.begun) == (commit, "")
        assert sorted(each["name"] for each in server.objects("agents")) == sorted(f"a{n}" for n in range(AGENTS))
    assert "this controller acts" in (tmp_path / "two.log").read_text()


async def _some_agents(server: Server) -> None:
    """Wait for the first agents of an apply."""
    async with asyncio.timeout(PATIENCE_S):
        for _ in count():
            if server.objects("agents"):
                return
            await asyncio.sleep(0)
