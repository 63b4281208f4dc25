"""SQLite's write-ahead log: it keeps what was removed from the tables until it is begun anew."""

import sqlite3
import time

BUSY_MS = 10_000
"""How long to wait for another process; every transaction here is short, so only a stuck peer takes longer."""

_REST_S = 1.0
"""How long a writer has to have nothing to do before it begins the log anew."""

_LATEST_S = 10.0
"""How long it may have something to do all the time."""


class Log:
    """Begins the log of one writer's connection anew, some time after something was removed.

    `PRAGMA secure_delete` overwrites the file alone: pages in the log stay until others come over them, and at the end
    of a log that was long once none do. Source: https://www.sqlite.org/pragma.html#pragma_wal_checkpoint, TRUNCATE.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take the connection, which nobody else uses."""
        self._connection = connection
        self._since_s: float | None = None

    @property
    def rest_s(self) -> float | None:
        """Return how long to wait for work before `wipe` is called; None while nothing is to be wiped."""
        return None if self._since_s is None else _REST_S

    @property
    def is_overdue(self) -> bool:
        """Tell whether `wipe` is to be called whatever there is to do."""
        return self._since_s is not None and time.monotonic() - self._since_s >= _LATEST_S

    def hold(self) -> None:
        """Remember that it holds what was removed."""
        if self._since_s is None:
            self._since_s = time.monotonic()

    def wipe(self) -> None:
        """Begin it anew, empty; while somebody reads from it, later."""
        self._since_s = None if self._is_truncated() else time.monotonic()

    def _is_truncated(self) -> bool:
        self._connection.execute("PRAGMA busy_timeout = 0")  # nobody waits for a reader of another process
        try:
            (is_busy, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error:  # whoever writes next is told
            return False
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        return not is_busy
