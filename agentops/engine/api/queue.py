"""How many requests wait for the database at once; apart from those, sessions that run are in nobody's way."""

from collections.abc import Iterator
from contextlib import contextmanager

from agentops.engine.store.port import Contention

WAITING_MAX = 2_048
"""Each holds what was sent with it; who comes when so many wait is sent away, and comes again."""


class Queue:
    """Those who wait. Everything happens on one event loop."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._waiting = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait in it.

        Raises:
            Contention: too many do.
        """
        if self._waiting >= WAITING_MAX:
            raise Contention("Too many requests wait for the database.", hint="Send the request again.")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
