"""Two applies of one project at once: one waits, or stops and names the other one; the dead block nobody for long."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import pytest

from .command import PATIENCE_S, Command, bare_environment
from .holding import LINK, hold, leases
from .lacking import without_memory_stores
from .nursery import Born, born
from .server import Server
from .terminal import at_terminal

pytestmark = [pytest.mark.flow, pytest.mark.timeout(120)]

PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: shop}\nspec: {lock: {ttl: 60s}}\n"
AGENT = "apiVersion: agentops/v1\nkind: Agent\nmetadata: {name: %s}\nspec: {model: claude-haiku-5-5}\n"


@pytest.fixture
def shop(agentops: Command, server: Server) -> Iterator[Command]:
    """A project of which one agent is live, and another one waits to be applied."""
    (agentops.folder / "project.yaml").write_text(PROJECT)
    write_agents(agentops.folder, "first")
    remote = Command(agentops.folder, server.settings)
    remote("apply", "--yes")
    write_agents(agentops.folder, "second")
    return remote


def write_agents(folder: Path, *names: str) -> None:
    for each in names:
        (folder / f"{each}.yaml").write_text(AGENT % each)


def names(server: Server) -> list[str]:
    return sorted(each["name"] for each in server.objects("agents"))


def test_whoever_meets_another_run_stops_and_is_told_whose_and_what_to_do(shop: Command, server: Server) -> None:
    hold(server)
    said = shop("apply", "--yes", status=1).err
    assert "ada@forge has been applying since " in said
    assert f"see {LINK}. Nothing was changed on http://" in said
    assert "valid for another 1h" in said or "valid for another 59m" in said
    assert "--lock-wait 5m" in said
    assert "`agentops lock break`" in said
    assert "ada@forge" in shop("apply", "--yes", "-o", "json", status=1).json()["error"]["message"]
    assert names(server) == ["first"]

    # Whoever changes nothing asks nobody.
    assert "1 to create" in shop("plan").out
    (shop.folder / "second.yaml").unlink()
    assert "No changes." in shop("apply").out


def test_the_lease_is_shown_and_taken_away_and_what_is_given_back_is_free(shop: Command, server: Server) -> None:
    assert "Nobody is applying shop" in shop("lock").out
    hold(server, holder="eve\x1b[2J\r\nerror: nothing here" + "!" * 3000)
    shown = shop("lock", "show").out
    assert "is applying shop to http://" in shown
    assert "\x1b" not in shown
    assert len(shown) < 800
    assert shop("lock", "show", "-o", "json").json()["lease"]["run"] == LINK
    assert "add --yes" in shop("lock", "break", status=2).err
    status, said = at_terminal(shop.folder, "lock", "break", answer="n\n", **shop.settings)
    assert (status, "Nothing was changed." in said) == (0, True)
    shop("apply", "--yes", status=1)

    assert "The lease is free." in shop("lock", "break", "--yes").err
    assert "Nobody is applying" in shop("lock", "break").out
    shop("apply", "--yes")
    assert leases(server) == []
    assert names(server) == ["first", "second"]


def test_a_dead_run_is_waited_for_no_longer_than_its_lease_lives(shop: Command, server: Server) -> None:
    hold(server, ttl_s=1)
    said = shop("apply", "--yes", "--lock-wait", "40s").err
    assert "waiting: ada@forge has been applying since" in said or "has not been heard of" in said
    assert "ada@forge began to apply and has not been heard of since" in said
    assert "Applied: 1 done." in said


def test_a_run_can_do_without_and_a_project_can(shop: Command, server: Server) -> None:
    hold(server)
    shop("apply", "--yes", "--lock", "none")
    assert names(server) == ["first", "second"]
    write_agents(shop.folder, "third")
    (shop.folder / "project.yaml").write_text(PROJECT.replace("ttl: 60s", "mode: none"))
    shop("apply", "--yes")
    shop("apply", "--yes", "--lock", "lease")
    assert names(server) == ["first", "second", "third"]
    assert len(leases(server)) == 1


def test_times_that_are_none_are_refused_where_they_are_typed(shop: Command) -> None:
    assert "write 30s, 5m or 1h" in shop("apply", "--yes", "--lock-wait", "soon", status=2).err
    (shop.folder / "project.yaml").write_text(PROJECT.replace("60s", "5h"))
    assert "from 1s to 1h" in shop("validate", status=1).out


def test_destroying_a_project_leaves_no_store_of_leases(shop: Command, server: Server) -> None:
    server.create("memory_stores", name="agentops-lock", metadata={"agentops_owner": "other", "agentops_lock": "1"})
    shop("destroy", "--yes")
    [left] = server.objects("memory_stores")
    assert left["metadata"]["agentops_owner"] == "other"
    assert "No changes." in shop("destroy").out


def test_a_target_without_memory_stores_gets_a_note_and_is_applied_to(shop: Command, server: Server) -> None:
    hold(server)
    with without_memory_stores(server) as url:
        said = shop("apply", "--yes", ANTHROPIC_BASE_URL=url)
        assert "has no memory stores to keep a lease in: nothing keeps two runs apart" in said.err
        assert names(server) == ["first", "second"]
        assert "Nobody is applying shop" in shop("lock", ANTHROPIC_BASE_URL=url).out


class Run:
    """An apply that is under way: held up at will, as a busy machine does."""

    def __init__(self, shop: Command, out: IO[str], *options: str) -> None:
        with Path(os.devnull).open() as nothing:
            streams = [nothing.fileno(), out.fileno(), out.fileno()]
            environment = bare_environment(shop.folder) | shop.settings | {"AGENTOPS_HOLDER": "the first run"}
            self.process: Born = born(["agentops", "apply", "--yes", *options], shop.folder, environment, streams)
        self._out = out

    def hold_up(self, when: Callable[[], bool]) -> None:
        """Stop it as soon as something is so."""
        while not when():
            pass
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> tuple[int, str]:
        """Let it run to its end; return its status and what it said."""
        self.process.send_signal(signal.SIGCONT)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        """Wait for its end; return its status and what it said."""
        status = self.process.wait(PATIENCE_S)
        self._out.seek(0)
        return status, self._out.read()


MANY = [f"agent-{number:03d}" for number in range(60)]


@pytest.fixture
def agents() -> list[str]:
    """What the run that is under way makes."""
    return MANY


@pytest.fixture
def under_way(shop: Command, server: Server, agents: list[str], request: pytest.FixtureRequest) -> Iterator[Run]:
    """A run that holds the lease, has done something, and stands still."""
    write_agents(shop.folder, *agents)
    (shop.folder / "project.yaml").write_text(PROJECT.replace("60s", getattr(request, "param", "10s")))
    with TemporaryFile("w+") as out:
        run = Run(shop, out)
        run.hold_up(lambda: bool(leases(server)) and len(server.objects("agents")) > 1)
        yield run


@pytest.mark.long
def test_two_at_once_do_everything_once(shop: Command, server: Server, under_way: Run) -> None:
    assert "the first run has been applying since" in shop("apply", "--yes", status=1).err
    with TemporaryFile("w+") as out:
        second = Run(shop, out)
        status, said = under_way.go_on()
        assert (status, "Applied: 61 done." in said) == (0, True), said
        assert second.ended()[0] in {0, 1}
    assert names(server) == sorted(["first", "second", *MANY])
    shop("apply", "--yes", "--lock-wait", "1m")
    assert names(server) == sorted(["first", "second", *MANY])


@pytest.mark.long
def test_a_run_that_is_killed_blocks_others_until_its_lease_is_over(
    shop: Command, server: Server, under_way: Run, tmp_path: Path
) -> None:
    under_way.process.send_signal(signal.SIGKILL)
    assert under_way.process.wait(PATIENCE_S) == -signal.SIGKILL
    assert 1 < len(names(server)) < 62
    elsewhere = {"XDG_CACHE_HOME": str(tmp_path)}  # where nobody knows that it is dead
    said = shop("apply", "--yes", "--lock-wait", "40s", **elsewhere).err
    assert "the first run began to apply and has not been heard of since" in said
    assert names(server) == sorted(["first", "second", *MANY])
    shop("plan", "--exit-code")


@pytest.mark.long
@pytest.mark.parametrize("under_way", ["1h"], indirect=True)
def test_a_run_that_was_killed_on_this_very_machine_is_not_waited_for(
    shop: Command, server: Server, under_way: Run
) -> None:
    assert "the first run has been applying" in shop("apply", "--yes", status=1).err  # it stands still, and lives
    under_way.process.send_signal(signal.SIGKILL)
    assert under_way.process.wait(PATIENCE_S) == -signal.SIGKILL
    said = shop("apply", "--yes").err
    assert "the first run was killed on this machine while it applied: its lease is taken away" in said
    assert names(server) == sorted(["first", "second", *MANY])
    shop("plan", "--exit-code")


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_interrupted_gives_its_lease_back(
    shop: Command, server: Server, under_way: Run, how: signal.Signals
) -> None:
    under_way.process.send_signal(how)
    status, said = under_way.go_on()
    assert (status, "interrupted: finishing what is under way" in said) == (130, True), said
    assert leases(server) == []
    shop("apply", "--yes")
    assert names(server) == sorted(["first", "second", *MANY])


@pytest.mark.long
def test_whoever_is_ended_while_he_waits_takes_nothing_along(shop: Command, server: Server) -> None:
    hold(server)
    with TemporaryFile("w+") as out:
        waiting = Run(shop, out, "--lock-wait", "1h")
        while b"waiting: ada@forge" not in os.pread(out.fileno(), 1 << 20, 0):
            pass
        waiting.process.send_signal(signal.SIGTERM)
        status, said = waiting.ended()
    assert (status, said.endswith("interrupted\n")) == (130, True), said
    assert len(leases(server)) == 1
    assert names(server) == ["first"]


@pytest.mark.long
@pytest.mark.parametrize("under_way", ["1s"], indirect=True)
@pytest.mark.parametrize("agents", [[f"agent-{number:04d}" for number in range(500)]], ids=["more than a moment's"])
def test_a_run_whose_lease_is_taken_away_begins_no_further_step(
    shop: Command, server: Server, agents: list[str], under_way: Run
) -> None:
    shop("lock", "break", "--yes")
    status, said = under_way.go_on()
    assert status == 1, said
    assert "stopping: the lease was taken away" in said or "stopping: the lease expired before" in said
    assert "Run the same command again" in said
    (shop.folder / "project.yaml").write_text(PROJECT)
    shop("apply", "--yes")
    assert names(server) == sorted(["first", "second", *agents])


@pytest.mark.long
def test_whoever_waits_plans_again_for_what_is_there_by_then(shop: Command, server: Server, under_way: Run) -> None:
    with TemporaryFile("w+") as out, Path(os.devnull).open() as nothing:
        environment = bare_environment(shop.folder) | shop.settings
        streams = [nothing.fileno(), out.fileno(), out.fileno()]
        words = ["agentops", "apply", "--yes", "--lock-wait", "1m"]
        waiting = born(words, shop.folder, environment, streams)
        while b"waiting: the first run" not in os.pread(out.fileno(), 1 << 20, 0):
            pass
        assert under_way.go_on()[0] == 0
        assert waiting.wait(PATIENCE_S) == 0
        out.seek(0)
        assert "Another run has changed the target since; this is the plan now:" in out.read()
    assert names(server) == sorted(["first", "second", *MANY])
