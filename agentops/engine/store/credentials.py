"""Credentials: what answers show of them, and the one key that active ones do not share."""

from agentops.engine.store.documents import Document
from agentops.engine.store.port import Transaction, Window


class Credentials:
    """The credentials of one vault of one workspace; they go when the vault goes."""

    def __init__(self, tx: Transaction, workspace: str, vault_id: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._key = {"workspace": workspace, "vault": vault_id}

    def get(self, credential_id: str) -> Document | None:
        """Return the credential."""
        row = self._tx.one(
            """
            SELECT id, body, created_at, archived_at, seq FROM credentials
            WHERE workspace_id = :workspace AND vault_id = :vault AND id = :id
            """,
            {**self._key, "id": credential_id},
        )
        return Document(*row) if row else None

    def page(self, window: Window) -> list[Document]:
        """Return credentials, newest first."""
        rows = self._tx.all(
            """
            SELECT id, body, created_at, archived_at, seq FROM credentials
            WHERE workspace_id = :workspace AND vault_id = :vault
              AND created_at >= :since AND (created_at, seq) < (:until_at, :until_seq)
              AND (archived_at IS NULL OR :archived = 1)
            ORDER BY created_at DESC, seq DESC LIMIT :limit
            """,
            {**self._key, **window.params()},
        )
        return [Document(*row) for row in rows]

    def active(self) -> list[Document]:
        """Return every credential that is not archived."""
        rows = self._tx.all(
            """
            SELECT id, body, created_at, archived_at, seq FROM credentials
            WHERE workspace_id = :workspace AND vault_id = :vault AND active_key IS NOT NULL
            """,
            self._key,
        )
        return [Document(*row) for row in rows]

    def ids(self) -> list[str]:
        """Return the id of every credential, archived ones too."""
        rows = self._tx.all(
            """
            SELECT id FROM credentials WHERE workspace_id = :workspace AND vault_id = :vault ORDER BY created_at, seq
            """,
            self._key,
        )
        return [str(row[0]) for row in rows]

    def id_of(self, active_key: str) -> str | None:
        """Return the id of the active credential with the key."""
        row = self._tx.one(
            "SELECT id FROM credentials WHERE workspace_id = :workspace AND vault_id = :vault AND active_key = :key",
            {**self._key, "key": active_key},
        )
        return str(row[0]) if row else None

    def insert(self, credential: Document, active_key: str) -> None:
        """Add an active credential."""
        self._tx.run(
            """
            INSERT INTO credentials (workspace_id, vault_id, id, body, created_at, archived_at, active_key)
            VALUES (:workspace, :vault, :id, :body, :created_at, NULL, :key)
            """,
            {
                **self._key,
                "id": credential.id,
                "body": credential.body,
                "created_at": credential.created_at,
                "key": active_key,
            },
        )

    def replace(self, credential_id: str, body: str) -> None:
        """Put a new body in place of the old one."""
        self._tx.run(
            "UPDATE credentials SET body = :body WHERE workspace_id = :workspace AND vault_id = :vault AND id = :id",
            {**self._key, "id": credential_id, "body": body},
        )

    def archive(self, credential_id: str, body: str, archived_at: str) -> None:
        """Mark the credential and free its key for another one."""
        self._tx.run(
            """
            UPDATE credentials SET body = :body, archived_at = :at, active_key = NULL
            WHERE workspace_id = :workspace AND vault_id = :vault AND id = :id
            """,
            {**self._key, "id": credential_id, "body": body, "at": archived_at},
        )

    def delete(self, credential_id: str) -> None:
        """Remove the credential."""
        self._tx.run(
            "DELETE FROM credentials WHERE workspace_id = :workspace AND vault_id = :vault AND id = :id",
            {**self._key, "id": credential_id},
        )
