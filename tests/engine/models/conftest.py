"""A model server and our client of it."""

from collections.abc import AsyncIterator

import pytest

from agentops.base.clock import ManualClock
from agentops.engine.core.model_table import MODELS
from agentops.engine.models.endpoints import Endpoints
from agentops.engine.models.messages import Messages
from tests.engine.models.model_server import HELLO, Answer, ModelServer, serving


@pytest.fixture
async def server(anyio_backend: str) -> AsyncIterator[ModelServer]:
    async with serving() as running:
        running.answers = [Answer([HELLO])]
        yield running


@pytest.fixture
async def model(server: ModelServer, clock: ManualClock) -> AsyncIterator[Messages]:
    made = Messages(Endpoints(server.endpoint), clock, MODELS)
    yield made
    await made.close()
