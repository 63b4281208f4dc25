"""What forges show beside a followed commit: in every vendor's API and in a bare repository, once for each change."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agentops.base.clock import ManualClock
from agentops.base.errors import UsageError
from agentops.base.secrets import Secret
from agentops.controller.state import Phase, State
from agentops.controller.statuses import forge_of, say, standing
from agentops.memory_repo.forges.local import LocalForge
from agentops.memory_repo.forges.port import Forge
from tests.memory_repo.forges.fake.server import FACES, FakeForge, Server
from tests.memory_repo.forges.fake.server import forge_server as running_server

pytestmark = pytest.mark.anyio


async def no_sleep(_: float) -> None:
    return


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture
def forge(server: Server, tmp_path: Path, clock: ManualClock) -> Iterator[FakeForge]:
    added = server.add(tmp_path / "agents.git", clock, name="agents")
    added.kept.commit("main", {"README.md": "Agents.\n"}, "Begin")
    yield added
    assert not added.violations, added.violations


@pytest.fixture(params=["local", *FACES])
async def port(request: pytest.FixtureRequest, forge: FakeForge) -> AsyncIterator[Forge]:
    url = str(forge.kept.folder) if request.param == "local" else forge.url
    kind, token = ("", None) if request.param == "local" else (request.param, forge.token)
    async with forge_of(url, kind, token, no_sleep) as opened:
        assert opened is not None
        yield opened


def shown(port: Forge, forge: FakeForge, commit: str) -> tuple[str, str] | None:
    """Return what the forge shows: state and words."""
    if isinstance(port, LocalForge):
        said = port.statuses(commit).get("agentops/prod")
        return (said.mark.value, said.words) if said else None
    newest = forge.kept.newest(commit, "agentops/prod")
    return (newest.state, newest.words) if newest else None


async def test_a_commit_shows_how_it_fares(port: Forge, forge: FakeForge) -> None:
    commit = str(forge.kept.tip("main"))
    coming = State("prod", Phase.OUT_OF_SYNC, seen=commit, message="3 changes")
    first = await say(port, coming, "")
    assert first.problem == ""
    assert shown(port, forge, commit) == ("pending", "is being applied: 3 changes")
    refused = replace(coming, phase=Phase.REFUSED, message="it removes 8 of 9 agents")
    second = await say(port, refused, first.key)
    state, words = shown(port, forge, commit) or ("", "")
    assert (state, words) == ("failure" if state != "failed" else "failed", "is refused: it removes 8 of 9 agents")
    third = await say(port, replace(coming, phase=Phase.IN_SYNC), second.key)
    assert shown(port, forge, commit) == ("success", "is what runs")
    assert len({first.key, second.key, third.key}) == 3


async def test_the_same_is_said_once(port: Forge, forge: FakeForge) -> None:
    state = State("prod", Phase.IN_SYNC, seen=str(forge.kept.tip("main")))
    said = await say(port, state, "")
    asked = len(forge.requests)
    assert await say(port, state, said.key) == said
    assert len(forge.requests) == asked


async def test_a_forge_that_refuses_stops_nothing_and_is_asked_again(forge: FakeForge) -> None:
    state = State("prod", Phase.IN_SYNC, seen=str(forge.kept.tip("main")))
    async with forge_of(forge.url, "github", Secret("another-token"), no_sleep) as port:
        assert port is not None
        refused = await say(port, state, "before")
    assert refused.key == "before"
    assert "refuses to set the status" in refused.problem
    assert "another-token" not in refused.problem


async def test_a_working_copy_and_a_host_without_a_token_are_told_nothing(tmp_path: Path) -> None:
    for url in (str(tmp_path), "https://github.com/acme/agents.git", "not an address"):
        async with forge_of(url, "", None, no_sleep) as port:
            assert port is None


async def test_a_token_for_nobody_knows_whom_is_refused() -> None:
    with pytest.raises(UsageError, match="which forge"):
        async with forge_of("https://git.example.com/acme/agents.git", "", Secret("t"), no_sleep):
            pass


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_has_words_or_none(phase: Phase) -> None:
    found = standing(State("prod", phase, seen="a" * 40))
    assert (found is None) == (phase is Phase.UNKNOWN)


def test_words_are_short_and_harmless() -> None:
    found = standing(State("prod", Phase.REFUSED, seen="a" * 40, message="x\n\x1b[2J" + "y" * 500))
    assert found is not None
    assert len(found.words) == 140
    assert found.words.isprintable()


def test_what_was_not_looked_at_is_not_spoken_of() -> None:
    assert standing(State("prod", Phase.IN_SYNC)) is None
