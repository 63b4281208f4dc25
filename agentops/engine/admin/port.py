"""The admin port beside the API, in the same loop: one that hangs answers on neither."""

import asyncio
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from agentops.base.clock import Clock
from agentops.base.errors import UsageError
from agentops.engine.admin.app import application
from agentops.engine.listener import Address, bound, configured
from agentops.engine.metrics import lag
from agentops.engine.metrics.exposition import Exposition
from agentops.engine.metrics.families import Families
from agentops.engine.metrics.standing import Disk
from agentops.engine.server import Engine

_AT_ONCE = 32
"""Connections: probes and scrapes are few, and a crowd here must not take the files that the API needs."""

_LIFE_S = 20.0
"""How long a connection lasts: Prometheus gives up after ten seconds, and who neither asks nor reads makes room."""


class AdminPort:
    """`async with`: open before the engine is, so that it tells of the start, and closed after it."""

    def __init__(self, engine: Engine, families: Families, clock: Clock, address: Address) -> None:
        """Listen nowhere yet; port 0 lets the system choose."""
        self._engine = engine
        self._families = families
        self._exposition = Exposition(families, engine.database, clock, _Self(engine, self))
        self._wanted = address
        self.address = address
        """Where it listens, once it is open."""

        self.is_isolating: bool | None = None
        """Whether sandboxes have walls here; None as long as nobody knows."""

        self.at_start: Callable[[Address], None] = lambda _address: None
        """Told where it listens."""

        self._server: _Server | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            UsageError: the port cannot be listened on.
        """
        listening = _bound(self._wanted)
        self.address = Address(self._wanted.host, listening.getsockname()[1])
        self._server = server = _Server(application(self._engine, self._exposition))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        watching = asyncio.create_task(lag.watch(self._families.loop_lag))
        self._tasks = [serving, watching, asyncio.create_task(self._try_walls())]
        await server.is_up.wait()
        self.at_start(self.address)
        return self

    async def __aexit__(self, *_how: object) -> None:
        """Stop listening."""
        assert self._server is not None
        self._server.should_exit = True
        serving, *others = self._tasks
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await serving

    async def _try_walls(self) -> None:
        self.is_isolating = await self._engine.is_isolating()


class _Self:
    """What this process knows of itself."""

    def __init__(self, engine: Engine, port: AdminPort) -> None:
        self._engine = engine
        self._port = port

    @property
    def busy(self) -> int:
        return self._engine.busy

    @property
    def is_draining(self) -> bool:
        return self._engine.is_draining

    @property
    def is_isolating(self) -> bool | None:
        return self._port.is_isolating

    def disk(self) -> Disk | None:
        try:
            found = shutil.disk_usage(self._engine.settings.data)
        except OSError:
            return None
        return Disk(found.free, found.total)


def _bound(wanted: Address) -> socket.socket:
    try:
        return bound(wanted.host, wanted.port)
    except UsageError as error:
        hint = "Choose another --admin-port (0 lets the system choose), or stop what uses this one."
        raise UsageError(error.message, hint=hint) from error


class _Connection(H11Protocol):
    """One of few, and not for long."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own does
        super().connection_made(transport)
        if len(self.connections) > _AT_ONCE:
            # Before it asks: those who are there and say nothing must not have a probe told that nobody is well.
            transport.abort()
            return
        self._end = self.loop.call_later(_LIFE_S, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)


class _Server(uvicorn.Server):
    def __init__(self, app: ASGIApp) -> None:
        config = configured(app)
        config.http = _Connection
        # asyncio accepts so many before it looks at the first: of a crowd of 10,000 some thousands were open at a time.
        config.backlog = 4 * _AT_ONCE
        config.lifespan = "off"
        super().__init__(config)
        self.is_up = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the API's server, which stops first."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()
