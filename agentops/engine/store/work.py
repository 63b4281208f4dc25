"""The items of a workspace's work queues, and the tokens of those who were handed one."""

from dataclasses import fields
from typing import Any

from agentops.engine.core.work import State, Work
from agentops.engine.store.port import Row, Transaction, Window

_NAMES = [each.name for each in fields(Work)]
_WRITTEN = [each for each in _NAMES if each != "seq"]
"""The database numbers the rows."""

_CHANGING = [each for each in _WRITTEN if each not in ("id", "environment_id", "session_id", "created_at")]

_SELECT = " ".join(("SELECT", ", ".join(_NAMES), "FROM work"))
_INSERT = " ".join((
    "INSERT INTO work (workspace_id,", ", ".join(_WRITTEN),
    ") VALUES (:workspace,", ", ".join(f":{each}" for each in _WRITTEN), ")",
))  # fmt: skip
_UPDATE = " ".join((
    "UPDATE work SET", ", ".join(f"{each} = :{each}" for each in _CHANGING),
    "WHERE workspace_id = :workspace AND id = :id",
))  # fmt: skip

_WAITING = "state = 'queued' OR (state IN ('starting', 'active') AND lease_until <= :at)"
"""In the queue at a moment, whether or not the row was touched since its lease expired."""

_COUNTS = """
SELECT COUNT(*), SUM(CASE WHEN state = 'queued' AND claimed_at IS NOT NULL THEN 1 ELSE 0 END),
  MIN(CASE WHEN state = 'queued' THEN queued_at ELSE lease_until END)
FROM work"""

_TOKENS_KEPT = 8
"""Claims whose workers are still told that theirs is over; those before are strangers."""


class Works:
    """The items of one workspace."""

    def __init__(self, tx: Transaction, workspace: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._workspace = workspace

    def get(self, work_id: str) -> Work | None:
        """Return the item."""
        row = self._tx.one(
            f"{_SELECT} WHERE workspace_id = :workspace AND id = :id",
            {"workspace": self._workspace, "id": work_id},
        )
        return _work(row) if row else None

    def unfinished(self, session_id: str) -> list[Work]:
        """Return the items of a session that were not stopped, oldest first."""
        rows = self._tx.all(
            f"""{_SELECT}
            WHERE workspace_id = :workspace AND session_id = :session AND stopped_at IS NULL ORDER BY seq
            """,
            {"workspace": self._workspace, "session": session_id},
        )
        return [_work(row) for row in rows]

    def has_session(self, environment_id: str, session_id: str) -> bool:
        """Tell whether the session ever was work of the environment."""
        found = self._tx.one(
            """
            SELECT 1 FROM work
            WHERE workspace_id = :workspace AND session_id = :session AND environment_id = :environment LIMIT 1
            """,
            {"workspace": self._workspace, "session": session_id, "environment": environment_id},
        )
        return found is not None

    def count_since(self, session_id: str, at: str) -> int:
        """Return how many items of the session were made after a moment."""
        row = self._tx.one(
            "SELECT COUNT(*) FROM work WHERE workspace_id = :workspace AND session_id = :session AND created_at >= :at",
            {"workspace": self._workspace, "session": session_id, "at": at},
        )
        return int(row[0]) if row else 0

    def insert(self, work: Work) -> None:
        """Add an item."""
        self._tx.run(_INSERT, self._params(work))

    def replace(self, work: Work) -> None:
        """Put the item in place of what it was."""
        self._tx.run(_UPDATE, self._params(work))

    def first_free(self, environment_id: str, at: str, unacknowledged_since: str) -> Work | None:
        """Return the item that is longest in the queue and that a worker may have now."""
        row = self._tx.one(
            f"""{_SELECT}
            WHERE workspace_id = :workspace AND environment_id = :environment AND stopped_at IS NULL
              AND ({_WAITING}) AND (state <> 'queued' OR claimed_at IS NULL OR claimed_at <= :since)
            ORDER BY seq LIMIT 1
            """,
            {
                "workspace": self._workspace,
                "environment": environment_id,
                "at": at,
                "since": unacknowledged_since,
            },
        )
        return _work(row) if row else None

    def settle(self, environment_id: str, at: str) -> None:
        """Write down which items stopped by themselves, so that nobody who looks for work passes them again."""
        self._tx.run(
            """
            UPDATE work SET state = 'stopped', stopped_at = lease_until, lease_until = NULL
            WHERE workspace_id = :workspace AND environment_id = :environment AND stopped_at IS NULL
              AND state = 'stopping' AND lease_until <= :at
            """,
            {"workspace": self._workspace, "environment": environment_id, "at": at},
        )

    def waiting(self, environment_id: str, at: str) -> tuple[int, int, str | None]:
        """Return how many items wait, how many were handed out and not acknowledged, and when the oldest came in."""
        row = self._tx.one(
            f"""{_COUNTS}
            WHERE workspace_id = :workspace AND environment_id = :environment AND stopped_at IS NULL AND ({_WAITING})
            """,
            {"workspace": self._workspace, "environment": environment_id, "at": at},
        )
        count, handed_out, oldest = row or (0, 0, None)
        return count - int(handed_out or 0), int(handed_out or 0), oldest

    def page(self, environment_id: str, window: Window) -> list[Work]:
        """Return items, newest first."""
        rows = self._tx.all(
            f"""{_SELECT}
            WHERE workspace_id = :workspace AND environment_id = :environment
              AND created_at >= :since AND (created_at, seq) < (:until_at, :until_seq)
            ORDER BY created_at DESC, seq DESC LIMIT :limit
            """,
            {"workspace": self._workspace, "environment": environment_id, **window.params()},
        )
        return [_work(row) for row in rows]

    def admit(self, work: Work, token_hash: str) -> None:
        """Let the holder of the item's present claim in by its token."""
        self._tx.run(
            """
            INSERT INTO work_tokens (token_hash, workspace_id, work_id, claim)
            VALUES (:token_hash, :workspace, :work, :claim)
            """,
            {"token_hash": token_hash, "workspace": self._workspace, "work": work.id, "claim": work.claim},
        )
        self._tx.run(
            "DELETE FROM work_tokens WHERE workspace_id = :workspace AND work_id = :work AND claim <= :claim",
            {"workspace": self._workspace, "work": work.id, "claim": work.claim - _TOKENS_KEPT},
        )

    def _params(self, work: Work) -> dict[str, str | int | None]:
        return {"workspace": self._workspace, **{name: getattr(work, name) for name in _WRITTEN}}


def _work(row: Row) -> Work:
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    return Work(**{**values, "state": State(values["state"])})
