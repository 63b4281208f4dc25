"""Environments: one row each, with the answer's JSON."""

from dataclasses import dataclass

from agentops.engine.store.port import Transaction, Window


@dataclass(frozen=True, slots=True)
class StoredEnvironment:
    """An environment as it lies in the database."""

    id: str
    body: str
    """The answer's JSON."""

    created_at: str
    archived_at: str | None
    seq: int = 0
    """The order of creation, for environments of the same moment."""


class Environments:
    """The environments of one workspace."""

    def __init__(self, tx: Transaction, workspace: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._workspace = workspace

    def get(self, environment_id: str) -> StoredEnvironment | None:
        """Return the environment."""
        row = self._tx.one(
            """
            SELECT id, body, created_at, archived_at, seq FROM environments
            WHERE workspace_id = :workspace AND id = :id
            """,
            {"workspace": self._workspace, "id": environment_id},
        )
        return StoredEnvironment(*row) if row else None

    def page(self, window: Window) -> list[StoredEnvironment]:
        """Return environments, newest first."""
        rows = self._tx.all(
            """
            SELECT id, body, created_at, archived_at, seq FROM environments
            WHERE workspace_id = :workspace AND created_at >= :since
              AND (created_at, seq) < (:until_at, :until_seq)
              AND (archived_at IS NULL OR :archived = 1)
            ORDER BY created_at DESC, seq DESC LIMIT :limit
            """,
            {"workspace": self._workspace, **window.params()},
        )
        return [StoredEnvironment(*row) for row in rows]

    def insert(self, environment: StoredEnvironment) -> None:
        """Add an environment."""
        self._tx.run(
            """
            INSERT INTO environments (workspace_id, id, body, created_at, archived_at)
            VALUES (:workspace, :id, :body, :created_at, NULL)
            """,
            {
                "workspace": self._workspace,
                "id": environment.id,
                "body": environment.body,
                "created_at": environment.created_at,
            },
        )

    def replace(self, environment: StoredEnvironment) -> None:
        """Put the environment's new body and mark in place of the old ones."""
        self._tx.run(
            """
            UPDATE environments SET body = :body, archived_at = :archived_at
            WHERE workspace_id = :workspace AND id = :id
            """,
            {
                "workspace": self._workspace,
                "id": environment.id,
                "body": environment.body,
                "archived_at": environment.archived_at,
            },
        )

    def delete(self, environment_id: str) -> bool:
        """Remove the environment and tell whether it was there."""
        return bool(
            self._tx.run(
                "DELETE FROM environments WHERE workspace_id = :workspace AND id = :id",
                {"workspace": self._workspace, "id": environment_id},
            )
        )
