"""Memories: where each one is, and what it holds now."""

from agentops.engine.core.memories import Memory
from agentops.engine.store.port import Transaction


class Memories:
    """The memories of one store of one workspace."""

    def __init__(self, tx: Transaction, workspace: str, store_id: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._key = {"workspace": workspace, "store": store_id}

    def get(self, memory_id: str) -> Memory | None:
        """Return the memory with its content."""
        row = self._tx.one(
            """
            SELECT id, path, version_id, content_sha256, content_size_bytes, created_at, updated_at, content
            FROM memories WHERE workspace_id = :workspace AND store_id = :store AND id = :id
            """,
            {**self._key, "id": memory_id},
        )
        return Memory(*row) if row else None

    def id_at(self, path: str) -> str | None:
        """Return the id of the memory at the path."""
        row = self._tx.one(
            "SELECT id FROM memories WHERE workspace_id = :workspace AND store_id = :store AND path = :path",
            {**self._key, "path": path},
        )
        return str(row[0]) if row else None

    def size(self) -> int:
        """Return how much the memories hold. Units: bytes."""
        row = self._tx.one(
            "SELECT SUM(content_size_bytes) FROM memories WHERE workspace_id = :workspace AND store_id = :store",
            self._key,
        )
        return int(row[0] or 0) if row else 0

    def count(self) -> int:
        """Return how many memories the store has."""
        row = self._tx.one(
            "SELECT COUNT(*) FROM memories WHERE workspace_id = :workspace AND store_id = :store", self._key
        )
        return int(row[0]) if row else 0

    def paths(self, start: str, end: str) -> list[str]:
        """Return the paths from `start` to before `end`, in the order of their bytes."""
        rows = self._tx.all(
            """
            SELECT path FROM memories
            WHERE workspace_id = :workspace AND store_id = :store AND path >= :start AND path < :end
            ORDER BY path
            """,
            {**self._key, "start": start, "end": end},
        )
        return [str(row[0]) for row in rows]

    def between(self, first: str, last: str, *, below: str = "", content: bool) -> list[Memory]:
        """Return the memories from one path to another, both included, with or without their content.

        With a prefix as `below`, only those that lie directly under it.
        """
        rows = self._tx.all(
            """
            SELECT id, path, version_id, content_sha256, content_size_bytes, created_at, updated_at,
              CASE WHEN :content = 1 THEN content END
            FROM memories
            WHERE workspace_id = :workspace AND store_id = :store AND path >= :first AND path <= :last
              AND (:below = 0 OR substr(path, :below + 1) NOT LIKE '%/%')
            ORDER BY path
            """,
            {**self._key, "first": first, "last": last, "below": len(below), "content": int(content)},
        )
        return [Memory(*row) for row in rows]

    def insert(self, memory: Memory) -> None:
        """Add a memory."""
        self._tx.run(
            """
            INSERT INTO memories (workspace_id, store_id, id, path, version_id, content_sha256, content_size_bytes,
              created_at, updated_at, content)
            VALUES (:workspace, :store, :id, :path, :version_id, :content_sha256, :content_size_bytes,
              :created_at, :updated_at, :content)
            """,
            {**self._key, **_columns(memory), "created_at": memory.created_at},
        )

    def replace(self, memory: Memory) -> None:
        """Put the memory's new state in place of the old one."""
        self._tx.run(
            """
            UPDATE memories SET path = :path, version_id = :version_id, content_sha256 = :content_sha256,
              content_size_bytes = :content_size_bytes, updated_at = :updated_at, content = :content
            WHERE workspace_id = :workspace AND store_id = :store AND id = :id
            """,
            {**self._key, **_columns(memory)},
        )

    def delete(self, memory_id: str) -> None:
        """Remove the memory; its versions stay."""
        self._tx.run(
            "DELETE FROM memories WHERE workspace_id = :workspace AND store_id = :store AND id = :id",
            {**self._key, "id": memory_id},
        )


def _columns(memory: Memory) -> dict[str, str | int | None]:
    return {
        "id": memory.id,
        "path": memory.path,
        "version_id": memory.version_id,
        "content_sha256": memory.content_sha256,
        "content_size_bytes": memory.content_size_bytes,
        "updated_at": memory.updated_at,
        "content": memory.content,
    }
