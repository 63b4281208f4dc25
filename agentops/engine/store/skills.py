"""Versions of skills; a skill itself is a document."""

from dataclasses import dataclass

from agentops.engine.store.documents import Documents
from agentops.engine.store.port import Transaction, Window


class Skills(Documents):
    """The skills of one workspace; deleting one takes its versions along, but not their bytes."""

    table = "skills"


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version as it lies in the database."""

    id: str
    body: str
    """The answer's JSON."""

    created_at: str
    seq: int = 0
    """The order of creation, for versions of the same moment."""


class SkillVersions:
    """The versions of one skill of one workspace."""

    def __init__(self, tx: Transaction, workspace: str, skill_id: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._key = {"workspace": workspace, "skill": skill_id}

    def get(self, version_id: str) -> StoredVersion | None:
        """Return the version."""
        row = self._tx.one(
            """
            SELECT id, body, created_at, seq FROM skill_versions
            WHERE workspace_id = :workspace AND skill_id = :skill AND id = :id
            """,
            {**self._key, "id": version_id},
        )
        return StoredVersion(*row) if row else None

    def page(self, window: Window) -> list[StoredVersion]:
        """Return versions, newest first."""
        rows = self._tx.all(
            """
            SELECT id, body, created_at, seq FROM skill_versions
            WHERE workspace_id = :workspace AND skill_id = :skill
              AND created_at >= :since AND (created_at, seq) < (:until_at, :until_seq)
            ORDER BY created_at DESC, seq DESC LIMIT :limit
            """,
            {**self._key, **window.params()},
        )
        return [StoredVersion(*row) for row in rows]

    def newest(self) -> StoredVersion | None:
        """Return the version that was uploaded last."""
        row = self._tx.one(
            """
            SELECT id, body, created_at, seq FROM skill_versions WHERE workspace_id = :workspace AND skill_id = :skill
            ORDER BY created_at DESC, seq DESC LIMIT 1
            """,
            self._key,
        )
        return StoredVersion(*row) if row else None

    def ids(self) -> list[str]:
        """Return the id of every version."""
        rows = self._tx.all(
            "SELECT id FROM skill_versions WHERE workspace_id = :workspace AND skill_id = :skill", self._key
        )
        return [str(row[0]) for row in rows]

    def insert(self, version: StoredVersion) -> None:
        """Add a version."""
        self._tx.run(
            """
            INSERT INTO skill_versions (workspace_id, skill_id, id, body, created_at)
            VALUES (:workspace, :skill, :id, :body, :created_at)
            """,
            {**self._key, "id": version.id, "body": version.body, "created_at": version.created_at},
        )

    def delete(self, version_id: str) -> None:
        """Remove the version."""
        self._tx.run(
            "DELETE FROM skill_versions WHERE workspace_id = :workspace AND skill_id = :skill AND id = :id",
            {**self._key, "id": version_id},
        )
