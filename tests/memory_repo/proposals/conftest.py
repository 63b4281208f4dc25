"""The ground of every proposal: each forge in turn."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentops.memory_repo.forges.local import LocalForge
from agentops.memory_repo.git import Repository
from agentops.memory_repo.remotes import Remote
from tests.memory_repo.forges.conftest import forge, forge_server
from tests.memory_repo.forges.fake.repository import Kept
from tests.memory_repo.forges.fake.server import FACES, FakeForge
from tests.memory_repo.proposals.ground import STORE, Ground

__all__ = ["forge", "forge_server"]


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository with a store: to copy it costs less than to make one."""
    folder = tmp_path_factory.mktemp("begun") / "memory.git"
    kept = Kept("acme", "memory", folder)
    kept.commit("main", {"README.md": "Memory.\n"}, "Begin")
    kept.commit("main", {f"stores/{STORE}/README.md": "# Runbooks\n"})
    return folder


@pytest.fixture(scope="session")
def cloned(begun: Path) -> Path:
    """A clone of it."""
    folder = begun.parent / "clone.git"
    Repository.clone(Remote(begun.as_uri()), folder).close()
    return folder


@pytest.fixture(params=["local", *FACES])
async def ground(
    request: pytest.FixtureRequest, forge: FakeForge, cloned: Path, tmp_path: Path
) -> AsyncIterator[Ground]:
    """Return a repository with a store: a bare one on this machine, or a clone that speaks smart HTTP."""
    if request.param == "local":
        with Repository(forge.kept.folder) as repository:
            yield Ground(repository, LocalForge(repository, forge.clock), forge)
        return
    clone = Path(shutil.copytree(cloned, tmp_path / "clone.git"))
    with Repository(clone, Remote(forge.url, forge.token)) as repository:
        async with forge.speaking(request.param) as hosted:
            yield Ground(repository, hosted, forge)
