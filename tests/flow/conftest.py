"""The real command in an empty folder, and real servers for it to meet."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentops.engine.sandbox.bubblewrap import Bubblewrap
from tests.conftest import NO_SANDBOX

from .command import Command
from .server import Server, serving


@pytest.fixture
def agentops(tmp_path: Path) -> Command:
    """`agentops` in an empty folder; no setting names a target, so it meets the embedded engine."""
    folder = tmp_path / "shop"
    folder.mkdir()
    return Command(folder)


@pytest.fixture(scope="session")
def first_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `agentops init` writes."""
    folder = tmp_path_factory.mktemp("first") / "shop"
    folder.mkdir()
    Command(folder)("init")
    return folder


@pytest.fixture
def first(first_project: Path, agentops: Command) -> Command:
    """`agentops` in a first project."""
    shutil.copytree(first_project, agentops.folder, dirs_exist_ok=True)
    return agentops


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own, on SQLite."""
    with serving(tmp_path / "server") as running:
        yield running


@pytest.fixture(scope="session")
def sandbox() -> None:
    """A machine on which sandboxes can be built."""
    problem = asyncio.run(Bubblewrap().isolation()).problem
    if problem:
        pytest.skip(f"{NO_SANDBOX}{problem}")
