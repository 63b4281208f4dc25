"""A workspace to import from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.reconcile.ground import opened

from .workspace import Workspace


@pytest.fixture
async def workspace(anyio_backend: str, tmp_path: Path) -> AsyncIterator[Workspace]:
    """An engine with nothing on it, and an empty folder."""
    async with opened() as ground:
        (tmp_path / "acme").mkdir()
        yield Workspace(ground, tmp_path / "acme")
