"""Objects that are one row each, the answer's JSON with the little that lists and checks need beside it."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from agentops.engine.store.port import Transaction, Window


@dataclass(frozen=True, slots=True)
class Document:
    """An object as it lies in the database."""

    id: str
    body: str
    """The answer's JSON."""

    created_at: str
    archived_at: str | None
    seq: int = 0
    """The order of creation, for objects of the same moment."""


class Documents:
    """The objects of one kind in one workspace."""

    table: ClassVar[str]

    def __init__(self, tx: Transaction, workspace: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._workspace = workspace

    def get(self, object_id: str) -> Document | None:
        """Return the object."""
        row = self._tx.one(_on(self.table, _GET), {"workspace": self._workspace, "id": object_id})
        return Document(*row) if row else None

    def page(self, window: Window) -> list[Document]:
        """Return objects, newest first."""
        rows = self._tx.all(_on(self.table, _PAGE), {"workspace": self._workspace, **window.params()})
        return [Document(*row) for row in rows]

    def count(self) -> int:
        """Return how many objects there are, archived ones too."""
        row = self._tx.one(_on(self.table, _COUNT), {"workspace": self._workspace})
        return int(row[0]) if row else 0

    def insert(self, document: Document) -> None:
        """Add an object."""
        self._tx.run(_on(self.table, _INSERT), self._columns(document))

    def replace(self, document: Document) -> None:
        """Put the object's new body and mark in place of the old ones."""
        self._tx.run(_on(self.table, _REPLACE), self._columns(document))

    def delete(self, object_id: str) -> None:
        """Remove the object and what belongs to it."""
        self._tx.run(_on(self.table, _DELETE), {"workspace": self._workspace, "id": object_id})

    def _columns(self, document: Document) -> dict[str, str | int | None]:
        return {
            "workspace": self._workspace,
            "id": document.id,
            "body": document.body,
            "created_at": document.created_at,
            "archived_at": document.archived_at,
        }


class Environments(Documents):
    """The environments of one workspace."""

    table = "environments"


class MemoryStores(Documents):
    """The memory stores of one workspace; deleting one takes its memories and their versions along."""

    table = "memory_stores"


class Vaults(Documents):
    """The vaults of one workspace; deleting one takes its credentials along, but not their secrets."""

    table = "vaults"


class WorkspaceWebhooks(Documents):
    """The webhook endpoints of one workspace; deleting one leaves its secret to be removed."""

    table = "workspace_webhooks"


class DreamSchedules(Documents):
    """The dream schedules of one workspace."""

    table = "dream_schedules"


_COUNT = "SELECT COUNT(*) FROM {table} WHERE workspace_id = :workspace"
_GET = "SELECT id, body, created_at, archived_at, seq FROM {table} WHERE workspace_id = :workspace AND id = :id"
_PAGE = """
SELECT id, body, created_at, archived_at, seq FROM {table}
WHERE workspace_id = :workspace AND created_at >= :since AND (created_at, seq) < (:until_at, :until_seq)
  AND (archived_at IS NULL OR :archived = 1)
ORDER BY created_at DESC, seq DESC LIMIT :limit"""
_INSERT = """
INSERT INTO {table} (workspace_id, id, body, created_at, archived_at)
VALUES (:workspace, :id, :body, :created_at, :archived_at)"""
_REPLACE = """
UPDATE {table} SET body = :body, archived_at = :archived_at WHERE workspace_id = :workspace AND id = :id"""
_DELETE = "DELETE FROM {table} WHERE workspace_id = :workspace AND id = :id"


@cache
def _on(table: str, sql: str) -> str:
    return sql.replace("{table}", table)
