"""`kill -9` of the real command, and of the real server, at a write: running apply again ends it."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from queue import Queue
from tempfile import TemporaryFile

import pytest

from tests.flow.command import Command, bare_environment
from tests.flow.nursery import Born, born
from tests.flow.server import Server, serving

from .proxy import Moment, Proxy, proxy_to
from .scenario import FIRST, identities, once, write_first

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120)]

KILLED = -9
INTERRUPTED = 130
PATIENCE_S = 50

LEASE = 2
"""Writes by which a project's first apply takes its lease: the store, and the memory in it."""


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
        pytest.param(Moment.BEFORE, (LEASE + 3, 4), id="before"),
        pytest.param(Moment.AFTER, (LEASE + 2, 5), id="after"),
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

        proxy.arm(write=LEASE + 3, moment=moment, strike=restart)
        if agentops("apply", "--yes", status=None).status:  # it can tell that it lost something: then it is run again
            agentops("apply", "--yes")
        assert proxy.has_struck
        assert agentops("plan", "--exit-code").out.splitlines()[-1].startswith("No changes. 5 unchanged.")
        assert identities(replace(server, url=proxy.upstream).objects) == FIRST


def test_ctrl_c_lets_what_is_under_way_finish_and_starts_nothing_else(
    agentops: Command, server: Server, proxy: Proxy
) -> None:
    status, said = struck(
        agentops, lambda strike: proxy.arm(LEASE + 1, Moment.BEFORE, strike, cuts=False), signal.SIGINT
    )
    assert status == INTERRUPTED
    assert "interrupted: finishing what is under way" in said
    assert identities(server.objects) == FIRST - once("Team/incident")
    assert "Plan: 1 to create, 0 to update" in agentops("plan").out


def killed_at(proxy: Proxy, agentops: Command, write: int, moment: Moment) -> None:
    """Run apply and kill it at its n-th write."""
    status, said = struck(agentops, lambda strike: proxy.arm(write, moment, strike), signal.SIGKILL)
    assert status == KILLED, said
    assert proxy.has_struck


def struck(agentops: Command, arm: Callable[[Callable[[], None]], None], number: signal.Signals) -> tuple[int, str]:
    """Run apply until the strike that sends it a signal. Return its status and what it said."""
    running: Queue[Born] = Queue()
    arm(lambda: running.get(timeout=PATIENCE_S).send_signal(number))
    with Path(os.devnull).open() as nothing, TemporaryFile("w+") as said:
        streams = [nothing.fileno(), said.fileno(), said.fileno()]
        environment = bare_environment(agentops.folder) | agentops.settings
        process = born(["agentops", "apply", "--yes"], agentops.folder, environment, streams)
        running.put(process)
        status = process.wait(PATIENCE_S)
        said.seek(0)
        return status, said.read()
