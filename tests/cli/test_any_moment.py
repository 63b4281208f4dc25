"""The real command killed, and interrupted, at any request from the one on that asks for its lease."""

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from agentops.cli.journal import last_run
from tests.crash.proxy import Moment, Proxy, proxy_to
from tests.crash.scenario import once
from tests.flow.command import PATIENCE_S, Command, bare_environment
from tests.flow.holding import leases
from tests.flow.nursery import born
from tests.flow.server import Server, serving

pytestmark = [pytest.mark.crash, pytest.mark.timeout(400)]

KILLED, INTERRUPTED = -9, 130
EVERY_MOMENT = pytest.mark.parametrize("moment", list(Moment), ids=lambda each: each.name.lower())
HEAD = "apiVersion: agentops/v1\nkind: {}\nmetadata: {{name: {}}}\nspec: {}\n"
MANIFESTS = (
    ("Agent", "logs", "{model: claude-haiku-5-5}"),
    ("Team", "crew", "{lead: {model: claude-haiku-5-5}, specialists: [logs]}"),
    ("MemoryStore", "notes", "{seed: {files: {/a.md: One.}}}"),
)
ALL = once(*(f"{kind}/{name}" for kind, name, _ in MANIFESTS))


class Trouble:
    """Projects on one server, one for each moment at which a command meets its signal."""

    def __init__(self, folder: Path, server: Server, proxy: Proxy) -> None:
        self.server, self.proxy = server, proxy
        self._folder = folder
        self._settings = {**server.settings, "ANTHROPIC_BASE_URL": proxy.url, "XDG_CACHE_HOME": str(folder / "cache")}

    def project(self, owner: str, *, is_empty: bool = False) -> Command:
        """Begin a project; whoever runs it leaves no sign of life that a later run could find."""
        command = Command(self._folder / owner, self._settings)
        command.folder.mkdir()
        self.lease_for(command, "1s")
        for kind, name, spec in () if is_empty else MANIFESTS:
            (command.folder / f"{name}.yaml").write_text(HEAD.format(kind, name, spec))
        return command

    def lease_for(self, command: Command, ttl: str) -> None:
        """Say how long the lease lives of whoever is not heard of any more."""
        project = HEAD.format("Project", command.folder.name, f"{{lock: {{ttl: {ttl}}}}}")
        (command.folder / "project.yaml").write_text(project)

    def meets(self, command: Command, number: signal.Signals, at: tuple[int, Moment], *words: str) -> int | None:
        """Run a command, send it a signal at a request, and return its status; None if it had no such request."""
        is_killed = number == signal.SIGKILL
        environment = bare_environment(command.folder) | command.settings
        with Path(os.devnull).open() as nothing, TemporaryFile("w+") as said:
            streams = [nothing.fileno(), said.fileno(), said.fileno()]
            process = born(["agentops", *words], command.folder, environment, streams)
            self.proxy.arm(*at, lambda: process.send_signal(number), cuts=is_killed, counts_reads=True)
            status = process.wait(PATIENCE_S)
            said.seek(0)
            assert "Traceback" not in (text := said.read()), text
            return status if self.proxy.has_struck else None

    def of(self, owner: str) -> Counter[str]:
        """Return how many live objects bear each of a project's identities."""
        kinds = ("agents", "memory_stores")
        metadata = (each["metadata"] for kind in kinds for each in self.server.objects(kind))
        return Counter(
            each["agentops_id"] for each in metadata if each.get("agentops_owner") == owner and "agentops_id" in each
        )


@pytest.fixture
def trouble(tmp_path: Path) -> Iterator[Trouble]:
    with serving(tmp_path / "server") as server, proxy_to(server.url) as proxy:
        yield Trouble(tmp_path, server, proxy)


@pytest.mark.long
@EVERY_MOMENT
def test_an_apply_is_killed_at_any_request_and_the_next_ends_it_when_its_lease_is_over(
    trouble: Trouble, moment: Moment
) -> None:
    for number in count(1):
        agentops = trouble.project(owner := f"killed-{number}")
        status = trouble.meets(agentops, signal.SIGKILL, (number, moment), "apply", "--yes")
        if status is None:
            assert number > 10
            break
        assert status == KILLED
        trouble.lease_for(agentops, "1m")
        (agentops.folder / "next.yaml").write_text(HEAD.format("Agent", "next", "{model: claude-haiku-5-5}"))
        agentops("apply", "--yes", "--lock-wait", "40s", XDG_CACHE_HOME=str(agentops.folder / "elsewhere"))
        assert trouble.of(owner) == ALL + once("Agent/next"), f"after request {number}"
        assert leases(trouble.server, owner) == []
        agentops("plan", "--exit-code")


@pytest.mark.parametrize(
    "numbers", [pytest.param((4,), id="in the middle"), pytest.param(range(1, 99), id="any", marks=pytest.mark.long)]
)
def test_an_apply_is_interrupted_at_a_request_gives_its_lease_back_and_its_journal_is_true(
    trouble: Trouble, numbers: tuple[int, ...]
) -> None:
    for number in numbers:
        agentops = trouble.project(owner := f"told-{number}")
        trouble.lease_for(agentops, "1h")
        status = trouble.meets(agentops, signal.SIGINT, (number, Moment.BEFORE), "apply", "--yes")
        if status is None:
            assert number > 10
            break
        done = trouble.of(owner)
        assert done <= ALL
        assert status == INTERRUPTED or (status == 0 and done == ALL), number
        assert leases(trouble.server, owner) == [], f"after request {number}"
        assert_the_journal_is_true(agentops.folder, owner, f"{trouble.proxy.url}", done)
        agentops("apply", "--yes")
        assert trouble.of(owner) == ALL, f"after request {number}"
        agentops("plan", "--exit-code")


def assert_the_journal_is_true(folder: Path, owner: str, target: str, done: Counter[str]) -> None:
    run = last_run(folder / ".agentops", owner, target)
    if run is None:  # nothing was begun
        assert not done
        return
    assert run.has_ended
    assert once(*(address for address, state in run.states.items() if state == "done")) == done
    assert run.is_complete == (done == ALL)


@pytest.mark.parametrize(
    "numbers", [pytest.param((4,), id="in the middle"), pytest.param(range(1, 99), id="any", marks=pytest.mark.long)]
)
def test_an_import_is_interrupted_at_a_request_gives_its_lease_back_and_is_finished_by_the_next(
    trouble: Trouble, numbers: tuple[int, ...]
) -> None:
    for number in numbers:
        for each in range(3):
            trouble.server.create("agents", name=f"Wild {number} {each}", model="claude-haiku-5-5", system="One.\nTwo.")
        agentops = trouble.project(owner := f"told-{number}", is_empty=True)
        trouble.lease_for(agentops, "1h")
        words = ("import", "--all", "--yes")
        status = trouble.meets(agentops, signal.SIGINT, (number, Moment.BEFORE), *words)
        if status is None:
            assert number > 5
            break
        assert status in {0, INTERRUPTED}, number
        assert leases(trouble.server, owner) == [], f"after request {number}"
        for path in agentops.folder.rglob("*.yaml"):
            assert path.read_text().endswith("\n")
        again = agentops(*words, "-o", "json").json()
        assert again.get("finished", status == 0), json.dumps(again)
        agentops("plan", "--exit-code")
        assert sum(trouble.of(owner).values()) == 3, f"after request {number}"
