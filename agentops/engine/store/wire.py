"""What is told in one server is told in the others of its database; hints, which may be lost."""

from collections.abc import Callable, Collection
from typing import Protocol


class Wire(Protocol):
    """Carries topics between servers."""

    def open(self, hear: Callable[[Collection[str]], None], missed: Callable[[], None]) -> None:
        """Begin to hand over what others tell; `missed` is called when something may have been lost until now.

        Whether anybody can be reached shows later: nothing fails here.
        """

    def send(self, topics: Collection[str]) -> None:
        """Have the others told, soon; returns at once."""

    async def close(self) -> None:
        """Send what waits, unless that takes long, and let go."""


class NoWire:
    """For a database of one machine: other processes on it look now and then."""

    def open(self, hear: Callable[[Collection[str]], None], missed: Callable[[], None]) -> None:
        """Hear nothing."""

    def send(self, topics: Collection[str]) -> None:
        """Tell nobody."""

    async def close(self) -> None:
        """Hold nothing."""
