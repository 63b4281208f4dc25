"""What a dream that runs elsewhere is asked for, and what is read when it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from agentops.dreaming.port import Spent


@dataclass(frozen=True, slots=True)
class Wanted:
    """What such a dream reads."""

    sessions: tuple[str, ...]
    """Ids of the target, 100 at most."""

    instructions: str


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it."""

    before: Mapping[str, str]
    """Text by path in the store that was read."""

    after: Mapping[str, str]
    """The same in the copy that the dream wrote."""

    spent: Spent
    model: str


class Elsewhere(Protocol):
    """Runs a dream on one store of a target. The store itself stays as it is."""

    async def dreamt(self, wanted: Wanted) -> Told:
        """Return what the dream wrote.

        Raises:
            AgentopsError: it did not come to its end.
        """
        ...
