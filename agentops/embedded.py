"""The engine inside this process: what `--target embedded` uses, and any Python program can.

::

    async with agentops.embedded.client(Path(".agentops")) as client:
        async for agent in client.beta.agents.list():
            print(agent.name)
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agentops.base.clock import Clock, SystemClock
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.own_database import database_in
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

    from agentops.engine.runner.means import Means

URL = "http://embedded.localhost"
"""Stands where the SDK wants a base URL; nothing is ever sent there."""


MakeMeans = Callable[[Settings, Clock], "Means"]
"""Gives an engine what its sessions run with."""


@dataclass(frozen=True, slots=True)
class Door:
    """How an engine that runs sessions is reached: streams do not pass through an ASGI transport."""

    socket: Path
    credential: Secret


def engine(home: Path) -> Engine:
    """Return the engine on a folder's database, closed; it is made at the first opening. It keeps sessions only."""
    return build(_settings(home), clock=SystemClock(), ids=RandomIds())


@asynccontextmanager
async def running(home: Path, make_means: MakeMeans) -> AsyncIterator[Door]:
    """Open the engine of a folder with what sessions run with, and yield its door.

    Raises:
        UsageError: the means cannot be had.
        StorageError: the database cannot be used.
    """
    from agentops.engine.indoors import indoors  # noqa: PLC0415 - only who runs sessions pays for uvicorn

    settings, clock = _settings(home), SystemClock()
    built = build(settings, clock=clock, ids=RandomIds(), means=make_means(settings, clock))
    async with indoors(built) as socket:
        yield Door(socket, built.credential)


def _settings(home: Path) -> Settings:
    return Settings(database=database_in(home), data=home.absolute(), has_duties=False)


@asynccontextmanager
async def client(home: Path) -> AsyncIterator["AsyncAnthropic"]:
    """Open the engine of a folder and yield the official SDK's client on it."""
    import httpx2  # noqa: PLC0415 - `agentops plan` imports this module and needs no SDK
    from anthropic import AsyncAnthropic  # noqa: PLC0415 - see above

    async with engine(home) as opened:
        transport = httpx2.ASGITransport(app=opened.app)
        async with httpx2.AsyncClient(base_url=URL, transport=transport) as http:
            yield AsyncAnthropic(api_key=opened.credential.reveal(), base_url=URL, http_client=http)
