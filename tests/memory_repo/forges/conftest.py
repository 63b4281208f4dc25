"""A forge for every test that wants one: one server a run, one repository a test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentops.base.clock import ManualClock
from tests.memory_repo.forges.fake.repository import Kept
from tests.memory_repo.forges.fake.server import FACES, FakeForge, Server
from tests.memory_repo.forges.fake.server import forge_server as running_server

BRANCH = "agentops/memory/incidents"


@pytest.fixture(scope="session")
def forge_server() -> Iterator[Server]:
    """The server; repositories are added to it."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository with one commit: to copy it costs less than to make one."""
    folder = tmp_path_factory.mktemp("begun") / "memory.git"
    Kept("acme", "memory", folder).commit("main", {"README.md": "Memory.\n"}, "Begin")
    return folder


def proposed(begun: Path, folder: Path) -> Path:
    """Return a copy in a folder with a branch that brings something new."""
    copy = Path(shutil.copytree(begun, folder / "memory.git"))
    Kept("acme", "memory", copy).commit(BRANCH, {"stores/incidents/facts/a.md": "- a\n"})
    return copy


@pytest.fixture
def forge(forge_server: Server, begun: Path, tmp_path: Path, clock: ManualClock) -> Iterator[FakeForge]:
    """A repository with a first commit; what is asked of it is held against the vendors' documents."""
    added = forge_server.add(Path(shutil.copytree(begun, tmp_path / "forge.git")), clock)
    yield added
    assert not added.violations, added.violations


@pytest.fixture(params=FACES)
def face(request: pytest.FixtureRequest) -> str:
    """Each vendor's API in turn."""
    return str(request.param)
