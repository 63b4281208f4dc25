"""Which workers asked for work lately."""

from agentops.engine.store.port import Transaction


class Pollers:
    """The workers of one environment of one workspace."""

    def __init__(self, tx: Transaction, workspace: str, environment_id: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._key = {"workspace": workspace, "environment": environment_id}

    def note(self, worker_id: str, at: str, forgotten: str) -> None:
        """Remember that the worker asked; a new one lets those go that did not ask since the other moment."""
        known = self._tx.run(
            """
            UPDATE work_pollers SET polled_at = :at
            WHERE workspace_id = :workspace AND environment_id = :environment AND worker_id = :worker
            """,
            {**self._key, "worker": worker_id, "at": at},
        )
        if known:
            return
        self._tx.run(
            """
            INSERT INTO work_pollers (workspace_id, environment_id, worker_id, polled_at)
            VALUES (:workspace, :environment, :worker, :at)
            """,
            {**self._key, "worker": worker_id, "at": at},
        )
        self._tx.run(
            """
            DELETE FROM work_pollers
            WHERE workspace_id = :workspace AND environment_id = :environment AND polled_at <= :forgotten
            """,
            {**self._key, "forgotten": forgotten},
        )

    def count(self, since: str) -> int:
        """Return how many asked after the moment."""
        row = self._tx.one(
            """
            SELECT COUNT(*) FROM work_pollers
            WHERE workspace_id = :workspace AND environment_id = :environment AND polled_at > :since
            """,
            {**self._key, "since": since},
        )
        return int(row[0]) if row else 0
