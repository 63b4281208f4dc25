"""The ways to endpoints that this process uses at the moment: how wide each is, and the connections on it."""

from dataclasses import dataclass

from agentops.engine.core import deliveries as core
from agentops.engine.core.deliveries import Attempt
from agentops.engine.operations.delivering import Parcel
from agentops.engine.outbound import Outbound
from agentops.engine.posting import Posting

_KEPT_MAX = 256
"""Lanes that are remembered while nothing is on them; whoever is forgotten begins narrow again."""


@dataclass(slots=True)
class Lane:
    """The way to one endpoint."""

    width: int = 1
    """How many parcels may be on it at once."""

    busy: int = 0
    paced_until: str = ""
    """Until when a chat channel is left alone."""

    url: str = ""
    posting: Posting | None = None


class Lanes:
    """Every lane of this process, those used last at the end."""

    def __init__(self, outbound: Outbound) -> None:
        """Begin with none."""
        self._outbound = outbound
        self._all: dict[str, Lane] = {}
        self._ended: list[Posting] = []

    @property
    def busy(self) -> int:
        """Return how many parcels are on their way."""
        return sum(each.busy for each in self._all.values())

    @property
    def paced_until(self) -> dict[str, str]:
        """Return until when chat channels are left alone."""
        return {endpoint: each.paced_until for endpoint, each in self._all.items() if each.paced_until}

    def widths(self) -> dict[str, int]:
        """Return how much each endpoint can be sent at once, beyond what is on its way; others can be sent one."""
        return {endpoint: each.width - each.busy for endpoint, each in self._all.items()}

    def enter(self, parcel: Parcel, paced_until: str) -> Posting:
        """Return what takes the parcel away."""
        lane = self._all.pop(parcel.endpoint_id, None) or Lane()
        self._all[parcel.endpoint_id] = lane
        lane.busy += 1
        lane.paced_until = paced_until
        if lane.posting is None or lane.url != parcel.url:
            # What another host was reached by is verified for that one's name.
            self._end(lane)
            lane.url, lane.posting = parcel.url, self._outbound.posting()
        return lane.posting

    def leave(self, parcel: Parcel, attempt: Attempt | None) -> None:
        """Note that a parcel is on its way no more; without an attempt it was cut off."""
        lane = self._all[parcel.endpoint_id]
        lane.busy -= 1
        if attempt is not None:
            lane.width = 1 if parcel.pace_s else core.width(lane.width, attempt)

    async def tidy(self) -> None:
        """Forget the lanes that were not used for longest, and close what belongs to none."""
        idle = [endpoint for endpoint, each in self._all.items() if not each.busy]
        for endpoint in idle[: max(0, len(self._all) - _KEPT_MAX)]:
            self._end(self._all.pop(endpoint))
        while self._ended:
            self._ended.pop().close()

    async def close(self) -> None:
        """Hang up everywhere."""
        for each in self._all.values():
            self._end(each)
        self._all.clear()
        await self.tidy()

    def _end(self, lane: Lane) -> None:
        if lane.posting is not None:
            self._ended.append(lane.posting)
            lane.posting = None
