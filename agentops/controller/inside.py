"""A controller inside a server: it follows once requests are answered, and stops before they no longer are."""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from agentops.base.clock import Clock
from agentops.base.errors import AgentopsError, StorageError
from agentops.controller.controller import Controller
from agentops.controller.doors import Doors
from agentops.controller.ground import Door
from agentops.controller.running import Setting, opened
from agentops.engine.listener import Address, Leaving, Listener, settle
from agentops.engine.server import Engine

_log = logging.getLogger("agentops.controller")

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - what listens everywhere is reached here


class Inside:
    """Follows as long as the server is there; its commands talk to the server's own port."""

    def __init__(self, setting: Setting, engine: Engine, clock: Clock) -> None:
        """Take pushes in front of the engine's application."""
        self._setting = setting
        self._engine = engine
        self._clock = clock
        self._controller: Controller | None = None
        self._task: asyncio.Task[None] | None = None
        repositories = {each.name: each for each in setting.config.repositories}
        engine.app = Doors(repositories, setting.secrets, self._push, engine.app)

    def begin(self, address: Address) -> None:
        """Begin to follow; the server answers from now on."""
        self._task = asyncio.get_running_loop().create_task(self._run(address))
        self._task.add_done_callback(_told)

    async def close(self) -> None:
        """Stop what is under way, while the server still answers it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, address: Address) -> None:
        reached = Address(_ANY.get(address.host, address.host), address.port)
        async with AsyncExitStack() as stack:
            own = Door(reached.url, self._engine.credential)
            self._controller = await stack.enter_async_context(opened(self._setting, self._clock, own))
            await self._controller.run()

    async def _push(self, name: str) -> None:
        if self._controller is None:
            raise StorageError("the controller has not begun")
        await self._controller.push(name)


def _told(task: "asyncio.Task[None]") -> None:
    """Say why a controller ended that nobody stopped: the server serves on without it."""
    if task.cancelled() or (error := task.exception()) is None:
        return
    words = f"{error.message}; {error.hint}" if isinstance(error, AgentopsError) else repr(error)
    _log.error("the controller has ended, and nothing is followed: %s", words.strip())


def serve(
    engine: Engine,
    started: Callable[[Address], None],
    inside: Inside,
    beside: AbstractAsyncContextManager[object] | None = None,
    leaving: Leaving | None = None,
) -> None:
    """Serve an engine with a controller inside until SIGINT or SIGTERM: see `engine.listener.serve`.

    Raises:
        UsageError: the port cannot be listened on.
        StorageError: the database or the key file cannot be used.
    """

    def begun(address: Address) -> None:
        settle()
        started(address)
        inside.begin(address)

    listener = _Listener(engine, begun, beside, leaving)
    listener.inside = inside
    asyncio.run(listener.run_until_stopped())


class _Listener(Listener):
    """A listener that lets the controller go first."""

    inside: Inside

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self.inside.close()
        await super().shutdown(sockets)
