"""Toolboxes of sessions that rest: kept for a while, so that shells and servers in them outlive a turn."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agentops.engine.store.runners import Place
from agentops.engine.tools.port import Toolbox

_log = logging.getLogger("agentops.engine")

KEPT = timedelta(minutes=5)
"""How long a sandbox waits for its session's next turn."""

KEPT_MAX = 32
"""How many wait at once: each is a few processes."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    toolbox: Toolbox
    until: datetime


class WarmToolboxes:
    """What waits, the one that waits longest first."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: OrderedDict[Place, _Waiting] = OrderedDict()

    def take(self, place: Place) -> Toolbox | None:
        """Return the session's toolbox, which is the caller's from now on."""
        found = self._waiting.pop(place, None)
        return found.toolbox if found else None

    async def put(self, place: Place, toolbox: Toolbox, now: datetime) -> None:
        """Keep a toolbox for its session's next turn; the oldest of too many is closed."""
        self._waiting[place] = _Waiting(toolbox, now + KEPT)
        if len(self._waiting) > KEPT_MAX:
            _, oldest = self._waiting.popitem(last=False)
            await _closed([oldest])

    async def close_expired(self, now: datetime) -> None:
        """Close what waited long enough."""
        expired = [place for place, each in self._waiting.items() if each.until <= now]
        # Taken out before anything is closed: meanwhile others take theirs, and put them back.
        await _closed([self._waiting.pop(place) for place in expired])

    async def close(self) -> None:
        """Close everything."""
        left = list(self._waiting.values())
        self._waiting.clear()
        await _closed(left)


async def _closed(waiting: Iterable[_Waiting]) -> None:
    """Close toolboxes; of one that cannot be closed neither the others nor who closes them is to suffer."""
    for found in await asyncio.gather(*(each.toolbox.close() for each in waiting), return_exceptions=True):
        if isinstance(found, Exception):
            _log.error("a sandbox could not be closed", exc_info=found)
