"""The ground of every proposal: each forge in turn."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentops.memory_repo.forges.local import LocalForge
from agentops.memory_repo.git import Repository
from agentops.memory_repo.remotes import Remote
from tests.memory_repo.forges.conftest import begun, forge, forge_server
from tests.memory_repo.forges.fake.server import FACES, FakeForge
from tests.memory_repo.proposals.ground import STORE, Ground

__all__ = ["begun", "forge", "forge_server"]


@pytest.fixture(params=["local", *FACES])
async def ground(request: pytest.FixtureRequest, forge: FakeForge, tmp_path: Path) -> AsyncIterator[Ground]:
    """Return a repository with a store: a bare one on this machine, or a clone over smart HTTP."""
    forge.kept.commit("main", {f"stores/{STORE}/README.md": "# Runbooks\n"})
    if request.param == "local":
        with Repository(forge.kept.folder) as repository:
            yield Ground(repository, LocalForge(repository, forge.clock), forge)
        return
    with Repository.clone(Remote(forge.url, forge.token), tmp_path / "clone.git") as repository:
        async with forge.speaking(request.param) as hosted:
            yield Ground(repository, hosted, forge)
