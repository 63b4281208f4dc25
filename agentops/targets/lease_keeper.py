"""What keeps a lease alive while its holder works, and tells when it is lost."""

import asyncio
from collections.abc import Callable

from agentops.base.errors import LeaseLost, TargetError
from agentops.reconcile.lease import RENEWALS
from agentops.targets.leases import Leases
from agentops.targets.pages import Sleep


class Keeper:
    """Renews a lease in the background, and tells when it is lost."""

    def __init__(self, leases: Leases, ttl_s: float, lost: Callable[[str], None]) -> None:
        """Take what to renew, how long it lives, and whom to tell that it does not any more."""
        self._leases = leases
        self._ttl_s = ttl_s
        self._lost = lost
        self.is_lost = False

    async def run(self, sleep: Sleep, now: Callable[[], float], since: float) -> None:
        """Renew until cancelled, or until the lease is lost; `since` is when it was asked for, on the clock `now`.

        A lease ends for its holder when its time has passed since a renewal was sent that went well: earlier than for
        anybody else, who counts from the moment that the server wrote down.
        """
        pause, ends_at = self._ttl_s / RENEWALS, since + self._ttl_s
        while True:
            await sleep(max(min(pause, ends_at - now()), 0.0))
            sent_at, problem = now(), ""
            try:
                async with asyncio.timeout(max(ends_at - sent_at, 0.0)):
                    await self._leases.renew()
                ends_at = sent_at + self._ttl_s
            except LeaseLost as error:
                return self._tell(error.message)
            except (TargetError, TimeoutError) as error:
                problem = str(error)
            if now() >= ends_at:
                return self._tell("the lease expired before it could be renewed" + (f" ({problem})" if problem else ""))

    def _tell(self, why: str) -> None:
        self.is_lost = True
        self._lost(why)
