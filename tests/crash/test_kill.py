"""`kill -9` of the real command, and of the real server, at a write: running apply again ends it."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from tests.flow.command import AGENTOPS, Command, bare_environment
from tests.flow.server import Server, serving

from .proxy import Moment, Proxy, proxy_to
from .scenario import FIRST, identities, write_first

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120)]

KILLED = -9
PATIENCE_S = 50


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path / "server") as running:
        yield running


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with proxy_to(server.url) as running:
        yield running


@pytest.fixture
def agentops(tmp_path: Path, server: Server, proxy: Proxy) -> Command:
    write_first(tmp_path / "tree")
    return Command(tmp_path / "tree", {**server.settings, "ANTHROPIC_BASE_URL": proxy.url})


@pytest.mark.parametrize(
    ("moment", "writes"),
    [
        pytest.param(Moment.BEFORE, (3, 4), id="before"),
        pytest.param(Moment.AFTER, (2, 5), id="after"),
    ],
)
def test_apply_can_be_killed_again_and_again(
    agentops: Command, server: Server, proxy: Proxy, moment: Moment, writes: tuple[int, ...]
) -> None:
    for write in writes:
        killed_at(proxy, agentops, write, moment)
    agentops("apply", "--yes")
    assert agentops("plan", "--exit-code").out.splitlines()[-1].startswith("No changes. 5 unchanged.")
    assert identities(server.objects) == FIRST


@pytest.mark.parametrize("moment", list(Moment), ids=lambda each: each.name.lower())
def test_the_server_can_be_killed_and_started_again_under_an_apply(
    agentops: Command, server: Server, proxy: Proxy, tmp_path: Path, moment: Moment
) -> None:
    with ExitStack() as stack:

        def restart() -> None:
            server.kill()
            proxy.upstream = stack.enter_context(serving(tmp_path / "server")).url

        proxy.arm(write=3, moment=moment, strike=restart)
        agentops("apply", "--yes", status=None)  # what it had under way may have got lost, and then it says so
        assert proxy.has_struck
        agentops("apply", "--yes")
        assert agentops("plan", "--exit-code").out.splitlines()[-1].startswith("No changes. 5 unchanged.")
        assert identities(replace(server, url=proxy.upstream).objects) == FIRST


def killed_at(proxy: Proxy, agentops: Command, write: int, moment: Moment) -> None:
    """Run apply and kill it at its n-th write."""
    running: Queue[subprocess.Popen[Any]] = Queue()
    proxy.arm(write, moment, strike=lambda: running.get(timeout=PATIENCE_S).kill())
    environment = bare_environment(agentops.folder) | agentops.settings
    with subprocess.Popen(
        [AGENTOPS, "apply", "--yes"],
        cwd=agentops.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        running.put(process)
        assert process.wait(PATIENCE_S) == KILLED, f"there was no write {write}"
    assert proxy.has_struck
