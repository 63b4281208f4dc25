"""An engine on a socket of this process alone: streams need a listener, and a port would be open to the machine."""

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn

from agentops.engine.listener import configured
from agentops.engine.server import Engine


@asynccontextmanager
async def indoors(engine: Engine) -> AsyncIterator[Path]:
    """Serve the engine on a Unix socket in a folder that nobody else may enter, and yield the socket.

    Raises:
        StorageError: the database cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="agentops-") as folder, socket.socket(socket.AF_UNIX) as listening:
        path = Path(folder) / "engine"
        listening.bind(str(path))
        listening.listen()
        server = _Server(engine)
        async with engine:
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                await server.is_up.wait()
                yield path
            finally:
                server.should_exit = True
                await serving


class _Server(uvicorn.Server):
    def __init__(self, engine: Engine) -> None:
        super().__init__(configured(engine.app))
        self._engine = engine
        self.is_up = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs this process."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let streams end, which would keep their connections for ever, then stop."""
        self._engine.retire()
        await super().shutdown(sockets)
