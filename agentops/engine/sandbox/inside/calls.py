"""One request while it is worked on: it can be cancelled, and whoever works on it hears of that."""

from __future__ import annotations

import threading
from typing import Callable


class Call:
    """Whether a request is still wanted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hears: Callable[[], None] | None = None
        self.is_cancelled = False

    def cancel(self) -> None:
        """Say that nobody waits for the answer any more."""
        with self._lock:
            self.is_cancelled = True
            hears = self._hears
        if hears:
            hears()

    def when_cancelled(self, hears: Callable[[], None] | None) -> None:
        """Call this on cancelling from now on; at once when it has happened."""
        with self._lock:
            self._hears = hears
            happened = self.is_cancelled
        if happened and hears:
            hears()
