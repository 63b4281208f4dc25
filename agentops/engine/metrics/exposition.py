"""A server's metrics as Prometheus reads them."""

from prometheus_client.exposition import choose_encoder

from agentops.base.clock import Clock
from agentops.engine.metrics.families import Families
from agentops.engine.metrics.standing import Server, Standing
from agentops.engine.store.port import Database


class Exposition:
    """Everything that is counted, and everything that is read when somebody asks."""

    def __init__(self, families: Families, database: Database, clock: Clock, server: Server) -> None:
        """Take what counts; the database is read through `look`."""
        self._registry = families.registry
        self._standing = Standing(database, clock, server)
        self._registry.register(self._standing)

    async def look(self) -> None:
        """Read what lies in the database, unless that was done a moment ago."""
        await self._standing.look()

    def text(self, accept: str) -> tuple[str, bytes]:
        """Return the media type, chosen by what is accepted, and the text."""
        encode, kind = choose_encoder(accept)
        return kind, encode(self._registry)
