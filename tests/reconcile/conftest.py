"""The engine that tests of reconciling are held against."""

from collections.abc import AsyncIterator

import pytest

from .ground import Ground, opened


@pytest.fixture
async def ground(anyio_backend: str) -> AsyncIterator[Ground]:
    """An engine with nothing on it."""
    async with opened() as found:
        yield found
