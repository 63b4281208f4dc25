"""What is over for long, in every workspace, a few rows at a time: no write takes longer than others may wait."""

from collections.abc import Sequence

from agentops.engine.store.port import Transaction
from agentops.engine.store.runners import Place

ROWS = 500
"""How many small rows one write removes."""

PAGE = 50
"""How many sessions, or dreams, one read names."""


class Bygone:
    """Rows of every workspace that ended before a moment."""

    def __init__(self, tx: Transaction, before: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._before = before

    def sessions(self, after: tuple[str, int]) -> list[tuple[Place, tuple[str, int]]]:
        """Return sessions that ended, behind a place in the order of their ends, with their own places."""
        rows = self._tx.all(
            """
            SELECT workspace_id, id, updated_at, seq FROM sessions
            WHERE status = 'terminated' AND updated_at < :before AND (updated_at, seq) > (:at, :seq)
            ORDER BY updated_at, seq LIMIT :limit
            """,
            {"before": self._before, "at": after[0], "seq": after[1], "limit": PAGE},
        )
        return [(Place(row[0], row[1]), (row[2], row[3])) for row in rows]

    def is_over(self, place: Place) -> bool:
        """Tell whether the session has ended before the moment, and no dream since then reads it or is run by it."""
        return bool(
            self._tx.one(
                """
                SELECT 1 FROM sessions s
                WHERE s.workspace_id = :workspace AND s.id = :id AND s.status = 'terminated'
                  AND s.updated_at < :before
                  AND NOT EXISTS (
                    SELECT 1 FROM dreams d
                    WHERE d.workspace_id = s.workspace_id AND (d.ended_at IS NULL OR d.ended_at >= :before)
                      AND (d.session_id = s.id OR d.request LIKE :mention))
                  AND NOT EXISTS (
                    SELECT 1 FROM run_claims c WHERE c.workspace_id = s.workspace_id AND c.session_id = s.id)
                """,
                {
                    "workspace": place.workspace,
                    "id": place.session_id,
                    "before": self._before,
                    "mention": f'%"{place.session_id}"%',
                },
            )
        )

    def shorten(self, place: Place) -> bool:
        """Remove the first events of a long log; tell whether it is still longer than one write should remove."""
        key = {"workspace": place.workspace, "session": place.session_id}
        row = self._tx.one(
            """
            SELECT seq FROM session_events WHERE workspace_id = :workspace AND session_id = :session
            ORDER BY seq LIMIT 1 OFFSET :rows
            """,
            {**key, "rows": ROWS},
        )
        if row is None:
            return False
        self._tx.run(
            "DELETE FROM session_events WHERE workspace_id = :workspace AND session_id = :session AND seq < :seq",
            {**key, "seq": row[0]},
        )
        return True

    def remove_runs(self) -> int:
        """Remove old runs of deployments; return how many."""
        return self._remove_first("deployment_runs", "created_at", "")

    def remove_deliveries(self) -> int:
        """Remove old deliveries that are over, with their attempts; return how many."""
        return self._remove_first("deliveries", "ended_at", "AND status IN ('delivered', 'failed', 'dropped')")

    def remove_operations(self) -> int:
        """Remove what old dreams proposed; return how many operations."""
        dreams = self._tx.all(
            """
            SELECT workspace_id, id FROM dreams d
            WHERE ended_at < :before AND status IN ('completed', 'failed', 'canceled') AND runner_id IS NULL
              AND EXISTS (
                SELECT 1 FROM dream_operations o WHERE o.workspace_id = d.workspace_id AND o.dream_id = d.id)
            ORDER BY seq LIMIT 1
            """,
            {"before": self._before},
        )
        return sum(self._remove_operations_of(each) for each in dreams)

    def _remove_operations_of(self, dream: Sequence[str]) -> int:
        return self._tx.run(
            """
            DELETE FROM dream_operations WHERE workspace_id = :workspace AND dream_id = :dream AND seq IN (
              SELECT seq FROM dream_operations WHERE workspace_id = :workspace AND dream_id = :dream
              ORDER BY seq LIMIT :rows)
            """,
            {"workspace": dream[0], "dream": dream[1], "rows": ROWS},
        )

    def _remove_first(self, table: str, ended: str, more: str) -> int:
        return self._tx.run(
            f"""
            DELETE FROM {table} WHERE seq IN (
              SELECT seq FROM {table} WHERE {ended} < :before {more} ORDER BY {ended}, seq LIMIT :rows)
            """,  # noqa: S608 - the parts are our own words
            {"before": self._before, "rows": ROWS},
        )
