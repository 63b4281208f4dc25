"""Memory stores: one row each, with the answer's JSON; their memories lie in `memories.py`."""

from dataclasses import dataclass

from agentops.engine.store.port import Transaction, Window


@dataclass(frozen=True, slots=True)
class StoredMemoryStore:
    """A store as it lies in the database."""

    id: str
    body: str
    """The answer's JSON."""

    created_at: str
    archived_at: str | None
    seq: int = 0
    """The order of creation, for stores of the same moment."""


class MemoryStores:
    """The memory stores of one workspace."""

    def __init__(self, tx: Transaction, workspace: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._workspace = workspace

    def get(self, store_id: str) -> StoredMemoryStore | None:
        """Return the store."""
        row = self._tx.one(
            """
            SELECT id, body, created_at, archived_at, seq FROM memory_stores
            WHERE workspace_id = :workspace AND id = :id
            """,
            {"workspace": self._workspace, "id": store_id},
        )
        return StoredMemoryStore(*row) if row else None

    def page(self, window: Window) -> list[StoredMemoryStore]:
        """Return stores, newest first."""
        rows = self._tx.all(
            """
            SELECT id, body, created_at, archived_at, seq FROM memory_stores
            WHERE workspace_id = :workspace AND created_at >= :since
              AND (created_at, seq) < (:until_at, :until_seq)
              AND (archived_at IS NULL OR :archived = 1)
            ORDER BY created_at DESC, seq DESC LIMIT :limit
            """,
            {"workspace": self._workspace, **window.params()},
        )
        return [StoredMemoryStore(*row) for row in rows]

    def insert(self, store: StoredMemoryStore) -> None:
        """Add a store."""
        self._tx.run(
            """
            INSERT INTO memory_stores (workspace_id, id, body, created_at, archived_at)
            VALUES (:workspace, :id, :body, :created_at, NULL)
            """,
            {
                "workspace": self._workspace,
                "id": store.id,
                "body": store.body,
                "created_at": store.created_at,
            },
        )

    def replace(self, store: StoredMemoryStore) -> None:
        """Put the store's new body and mark in place of the old ones."""
        self._tx.run(
            """
            UPDATE memory_stores SET body = :body, archived_at = :archived_at
            WHERE workspace_id = :workspace AND id = :id
            """,
            {
                "workspace": self._workspace,
                "id": store.id,
                "body": store.body,
                "archived_at": store.archived_at,
            },
        )

    def delete(self, store_id: str) -> bool:
        """Remove the store with its memories and versions, and tell whether it was there."""
        return bool(
            self._tx.run(
                "DELETE FROM memory_stores WHERE workspace_id = :workspace AND id = :id",
                {"workspace": self._workspace, "id": store_id},
            )
        )
