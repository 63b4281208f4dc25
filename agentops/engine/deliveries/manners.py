"""Deliveries give way to sessions: they go out in moments in which none is at work, and little by little otherwise.

A session that waits for its model, its tools or a person is not at work, so there is such a moment after most commits.
"""

import math
from dataclasses import dataclass

QUIET_S = 0.1
"""After so long without a commit of a session, none is taken to be at work."""

QUIET_PARCELS = 16
"""What is begun at once then: a session that comes back meanwhile waits for some milliseconds at most."""

HELD_S = 5.0
"""How long deliveries wait for such a moment."""

EVERY_S = 0.2
PARCELS = 8
"""How often, and how much of them, goes out beside sessions from then on: twice as much after each time as long again,
for as long as there is more. So a server that never rests is late, but not for ever.
"""


@dataclass(frozen=True, slots=True)
class Leave:
    """How deliveries go on."""

    wait_s: float = 0.0
    """How long to wait before asking again; 0 for none."""

    parcels: int = 0
    """How many may be begun now."""


class Manners:
    """What is known of the sessions of this process. Moments are those of the event loop."""

    def __init__(self, parcels_max: int) -> None:
        """Know of none; `parcels_max` is what one process ever begins at once."""
        self._max = parcels_max
        self._stirred_at = self._went_at = -math.inf
        self._held_since: float | None = None

    def stir(self, at: float) -> None:
        """Take note that a session is at work."""
        self._stirred_at = at

    def leave(self, at: float) -> Leave:
        """Return whether, and with how much, deliveries may go on."""
        quiet_at = self._stirred_at + QUIET_S
        if at >= quiet_at:
            self._held_since = None
            return Leave(parcels=min(self._max, QUIET_PARCELS))
        if self._held_since is None:
            self._held_since = at
        parcels = self._beside(at - self._held_since)
        go_at = self._held_since + HELD_S
        if parcels < self._max:
            go_at = max(go_at, self._went_at + EVERY_S)
        return Leave(parcels=parcels) if at >= go_at else Leave(wait_s=min(quiet_at, go_at) - at)

    def went(self, at: float, *, has_more: bool) -> None:
        """Take note that deliveries went on, and whether there was more than they had leave for."""
        self._went_at = at
        if not has_more:
            self._held_since = None

    def _beside(self, held_s: float) -> int:
        """Return how much may be begun beside sessions that leave no room for so long."""
        doublings = max(0, int(held_s / HELD_S) - 1)
        return int(min(self._max, PARCELS * 2 ** min(doublings, 16)))
