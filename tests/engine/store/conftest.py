"""An open database of each kind."""

from collections.abc import AsyncIterator

import pytest

from agentops.engine.store.choice import database
from agentops.engine.store.port import Database

AT = "2026-11-21T08:30:00.000000Z"


@pytest.fixture
async def store(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    opened = database(database_url)
    await opened.open(AT)
    yield opened
    await opened.close()
