"""How late the event loop is: everything that a server does waits as long."""

import asyncio
from typing import Protocol

_PERIOD_S = 0.25


class Observed(Protocol):
    """What takes one measurement."""

    def observe(self, amount: float) -> None:
        """Take it. Units: seconds."""


async def watch(observed: Observed) -> None:
    """Measure for ever; cancel it to end it."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _PERIOD_S
        await asyncio.sleep(_PERIOD_S)
        observed.observe(max(0.0, loop.time() - due))
