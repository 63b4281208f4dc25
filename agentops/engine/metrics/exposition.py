"""A server's metrics as Prometheus reads them."""

import asyncio
from collections.abc import Callable

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from agentops.base.clock import Clock
from agentops.base.threads import in_thread
from agentops.engine.metrics.families import Families
from agentops.engine.metrics.standing import Server, Standing
from agentops.engine.store.port import Database

_REST = 4
"""How many times as long as the last text took no other is begun: a crowd takes a fifth of a core at most.

Measured: 3,700 lines, as after every route has been asked, take 80 ms, in a thread that contends with the event loop.
"""


class Exposition:
    """Everything that is counted, and everything that is read when somebody asks."""

    def __init__(self, families: Families, database: Database, clock: Clock, server: Server) -> None:
        """Take what counts; the database is read through `look`."""
        self._registry = families.registry
        self._standing = Standing(database, clock, server)
        self._registry.register(self._standing)
        self._turn = asyncio.Lock()
        self._due: dict[str, asyncio.Task[bytes]] = {}
        """Texts that are not begun, by media type: whoever asks meanwhile gets the same."""

        self._rests_until = 0.0
        """On the event loop's clock."""

    async def look(self) -> None:
        """Read what lies in the database, unless that was done a moment ago."""
        await self._standing.look()

    def forget(self) -> None:
        """Show nothing of the database until it is read again."""
        self._standing.forget()

    def text(self, accept: str) -> tuple[str, bytes]:
        """Return the media type, chosen by what is accepted, and the text."""
        encode, kind = choose_encoder(accept)
        return kind, encode(self._registry)

    async def told(self, accept: str) -> tuple[str, bytes]:
        """As `text`, in a thread, and for all at once who ask at once."""
        encode, kind = choose_encoder(accept)
        if kind not in self._due:
            self._due[kind] = asyncio.ensure_future(self._written(kind, encode))
        return kind, await asyncio.shield(self._due[kind])

    async def _written(self, kind: str, encode: Callable[[CollectorRegistry], bytes]) -> bytes:
        clock = asyncio.get_running_loop().time
        async with self._turn:
            await asyncio.sleep(self._rests_until - clock())
            # Who comes from now on wants to see what happened by then.
            del self._due[kind]
            began = clock()
            try:
                return await in_thread(encode, self._registry)
            finally:
                self._rests_until = clock() + _REST * (clock() - began)
