"""The engine inside this process: what `--target embedded` uses, and any Python program can.

::

    async with agentops.embedded.client(Path(".agentops")) as client:
        async for agent in client.beta.agents.list():
            print(agent.name)
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

URL = "http://embedded.localhost"
"""Stands where the SDK wants a base URL; nothing is ever sent there."""


def engine(home: Path) -> Engine:
    """Return the engine on a folder's database, closed; it is made at the first opening."""
    settings = Settings(database=f"sqlite:///{home.absolute() / 'engine.db'}", data=home.absolute())
    return build(settings, clock=SystemClock(), ids=RandomIds())


@asynccontextmanager
async def client(home: Path) -> AsyncIterator["AsyncAnthropic"]:
    """Open the engine of a folder and yield the official SDK's client on it."""
    import httpx2  # noqa: PLC0415 - `agentops plan` imports this module and needs no SDK
    from anthropic import AsyncAnthropic  # noqa: PLC0415 - see above

    async with engine(home) as opened:
        transport = httpx2.ASGITransport(app=opened.app)
        async with httpx2.AsyncClient(base_url=URL, transport=transport) as http:
            yield AsyncAnthropic(api_key=opened.credential.reveal(), base_url=URL, http_client=http)
