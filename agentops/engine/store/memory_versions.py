"""Memory versions: what happened to each memory, and who did it."""

from dataclasses import dataclass

from agentops.engine.core.memories import Actor, MemoryVersion
from agentops.engine.store.port import Transaction, Window


@dataclass(frozen=True, slots=True)
class VersionFilter:
    """Which versions a list wants; None wants all."""

    memory_id: str | None = None
    operation: str | None = None
    actors: tuple[Actor, ...] = ()
    """Each must be the author; no version has two."""


class MemoryVersions:
    """The versions in one store of one workspace."""

    def __init__(self, tx: Transaction, workspace: str, store_id: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._key = {"workspace": workspace, "store": store_id}

    def get(self, version_id: str) -> MemoryVersion | None:
        """Return the version with its content."""
        row = self._tx.one(
            """
            SELECT id, memory_id, operation, path, content_sha256, content_size_bytes, created_at,
              created_by_type, created_by_id, content, redacted_at, redacted_by_type, redacted_by_id, seq
            FROM memory_versions WHERE workspace_id = :workspace AND store_id = :store AND id = :id
            """,
            {**self._key, "id": version_id},
        )
        return MemoryVersion(*row) if row else None

    def page(self, window: Window, wanted: VersionFilter, *, content: bool) -> list[MemoryVersion]:
        """Return versions, newest first, with or without their content."""
        if len(set(wanted.actors)) > 1:
            return []
        actor = wanted.actors[0] if wanted.actors else Actor("", "")
        params = {
            **self._key,
            **window.params(),
            "memory": wanted.memory_id or "",
            "operation": wanted.operation or "",
            "actor_type": actor.type,
            "actor_id": actor.id,
            "content": int(content),
        }
        rows = self._tx.all(_PAGE if wanted.memory_id is None else _PAGE_OF_MEMORY, params)
        return [MemoryVersion(*row) for row in rows]

    def insert(self, version: MemoryVersion) -> None:
        """Add a version."""
        self._tx.run(
            """
            INSERT INTO memory_versions (workspace_id, store_id, id, memory_id, operation, path, content_sha256,
              content_size_bytes, created_at, created_by_type, created_by_id, content)
            VALUES (:workspace, :store, :id, :memory_id, :operation, :path, :content_sha256,
              :content_size_bytes, :created_at, :created_by_type, :created_by_id, :content)
            """,
            {
                **self._key,
                "id": version.id,
                "memory_id": version.memory_id,
                "operation": version.operation,
                "path": version.path,
                "content_sha256": version.content_sha256,
                "content_size_bytes": version.content_size_bytes,
                "created_at": version.created_at,
                "created_by_type": version.created_by_type,
                "created_by_id": version.created_by_id,
                "content": version.content,
            },
        )

    def redact(self, version_id: str, *, at: str, by: Actor) -> None:
        """Remove for ever what the version held; who wrote it and when stays."""
        self._tx.run(
            """
            UPDATE memory_versions SET path = NULL, content = NULL, content_sha256 = NULL, content_size_bytes = NULL,
              redacted_at = :at, redacted_by_type = :by_type, redacted_by_id = :by_id
            WHERE workspace_id = :workspace AND store_id = :store AND id = :id
            """,
            {**self._key, "id": version_id, "at": at, "by_type": by.type, "by_id": by.id},
        )


_SELECT = """
SELECT id, memory_id, operation, path, content_sha256, content_size_bytes, created_at, created_by_type,
  created_by_id, CASE WHEN :content = 1 THEN content END, redacted_at, redacted_by_type, redacted_by_id, seq
FROM memory_versions
WHERE workspace_id = :workspace AND store_id = :store"""

_FILTERS = """
  AND created_at >= :since AND (created_at, seq) < (:until_at, :until_seq)
  AND (:operation = '' OR operation = :operation)
  AND (:actor_type = '' OR (created_by_type = :actor_type AND created_by_id = :actor_id))
ORDER BY created_at DESC, seq DESC LIMIT :limit"""

_PAGE = _SELECT + _FILTERS
_PAGE_OF_MEMORY = _SELECT + " AND memory_id = :memory" + _FILTERS
