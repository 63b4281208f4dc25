"""Where a session's agent learned of addresses: its log, read on from where the last question ended."""

import asyncio

from agentops.base.threads import in_thread
from agentops.engine.core.shown_urls import ShownUrls
from agentops.engine.core.web_rules import Sources
from agentops.engine.mounting.desk import Desk
from agentops.engine.operations import session_runs


class LogSources:
    """The log of one session."""

    def __init__(self, desk: Desk) -> None:
        """Begin at its beginning."""
        self._desk = desk
        self._shown = ShownUrls()
        self._seq = 0
        self._reading = asyncio.Lock()
        """Held until what was found is read: who asks meanwhile is to know it, too."""

    async def __call__(self) -> Sources:
        """Return the URLs that the log has shown by now."""
        async with self._reading:
            seq, place = self._seq, self._desk.place
            found = await self._desk.backing.database.read(lambda tx: session_runs.news(tx, place, seq))
            await in_thread(self._shown.read, found.others)
            # What waited is read again when it takes effect, which changes nothing.
            self._seq = max(seq, found.seq)
            return self._shown.sources
