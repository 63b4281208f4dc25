"""One engine for the tests of this folder, and for each test a store and a repository."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentops.memory_repo.git import Repository
from tests.memory_repo.world import Ground, World, ground


@pytest.fixture
async def grounds(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Ground]:
    async with ground(tmp_path) as found:
        yield found


@pytest.fixture
async def world(grounds: Ground, tmp_path: Path) -> AsyncIterator[World]:
    with Repository.create(tmp_path / "memory.git") as repository:
        made = World(grounds, repository, await grounds.store())
        made.commit({"policy.yaml": "gates: {}\n"}, "Begin")
        yield made
