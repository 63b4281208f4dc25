"""`serve`: an engine on a port; apart from the assembly, so that in-process use does not pay for uvicorn."""

import gc
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from agentops.base.errors import UsageError
from agentops.engine.server import Engine

_GRACE_S = 10
"""How long running requests may take once the server was asked to stop."""

_BACKLOG = 2048

Leaving = Callable[[], None]

_YOUNG = 10_000
"""How many objects are made before the collector looks at them; Python's own 700 are a few requests."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Return the base URL for clients."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def serve(
    engine: Engine,
    started: Callable[[Address], None],
    beside: AbstractAsyncContextManager[object] | None = None,
    leaving: Leaving | None = None,
) -> None:
    """Serve where the settings say until SIGINT or SIGTERM; `started` is told the address once requests are answered.

    `beside` is entered before the engine opens and left after it is closed: whoever watches it sees both. `leaving` is
    called as soon as the server was asked to go.

    Raises:
        UsageError: the port cannot be listened on.
        StorageError: the database or the key file cannot be used.
    """

    def settled(address: Address) -> None:
        settle()
        started(address)

    import uvloop  # noqa: PLC0415 - an engine inside a command runs in the loop that is there

    # A step of an agent takes a sixth less time than on asyncio's own loop.
    uvloop.run(Listener(engine, settled, beside, leaving).run_until_stopped())


def settle() -> None:
    """Let the collector of cycles pass over all that is loaded by now, and look less often at what is new.

    A process that serves keeps some hundred thousand objects to its end. To go through them took a quarter of a second
    every few seconds under load, in which nobody was answered.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)


class Listener(uvicorn.Server):
    """An engine on a port, in a loop that somebody else runs."""

    def __init__(
        self,
        engine: Engine,
        started: Callable[[Address], None],
        beside: AbstractAsyncContextManager[object] | None = None,
        leaving: Leaving | None = None,
    ) -> None:
        """Take the address from the engine's settings."""
        super().__init__(configured(engine.app))
        self._engine = engine
        self._tell = started
        self._beside = beside or nullcontext()
        self._leaving = leaving
        self._address = Address("", 0)

    async def run_until_stopped(self) -> None:
        """Serve until a signal or `stop`.

        Raises:
            UsageError: the port cannot be listened on.
            StorageError: the database or the key file cannot be used.
        """
        settings = self._engine.settings
        listening = bound(settings.host, settings.port)
        self._address = Address(settings.host, listening.getsockname()[1])
        async with self._beside, self._engine:
            await self._engine.first_key()
            await self.serve(sockets=[listening])

    def stop(self) -> None:
        """Let running requests end, then return from `run_until_stopped`; any thread may call it."""
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM, and no more: uvicorn would raise them again, past the open database."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Say at once that it goes, then go."""
        self._engine.is_draining = True
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let streams end, which would keep their connections for ever, then stop."""
        if self._leaving is not None:
            self._leaving()
        self._engine.retire()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so. Source: uvicorn calls it once its sockets are served."""
        await super().startup(sockets)
        self._tell(self._address)


def configured(app: ASGIApp) -> uvicorn.Config:
    """Return how HTTP is spoken, whatever the application."""
    return uvicorn.Config(
        app,
        # Named, because uvicorn would take httptools where it finds it: faster, but it bounds the head of no request.
        http="h11",
        ws="none",
        # Would believe who says to be a proxy, and read the environment for whom to believe; nothing here asks.
        proxy_headers=False,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; 0 lets the system choose the port.

    Raises:
        UsageError: the port cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, because asyncio turns Nagle's delay off only where it reads TCP; without it every answer takes 40 ms more.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise UsageError(
            f"{host}:{port} cannot be listened on: {error.strerror or error}.",
            hint="Choose another --port (0 lets the system choose), or stop what uses this one.",
        ) from error
    listening.listen(_BACKLOG)
    return listening
