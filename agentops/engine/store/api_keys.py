"""API keys: digests, never keys."""

from dataclasses import dataclass

from agentops.engine.store.port import Transaction


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as it lies in the database."""

    id: str
    workspace: str
    key_hash: str
    created_at: str


class ApiKeys:
    """Every key of the server; the one repository without a workspace, because a key is what tells it."""

    def __init__(self, tx: Transaction) -> None:
        """Work in the transaction."""
        self._tx = tx

    def find(self, key_hash: str) -> StoredKey | None:
        """Return the key with this digest, unless it was revoked."""
        row = self._tx.one(
            """
            SELECT id, workspace_id, key_hash, created_at FROM api_keys
            WHERE key_hash = :key_hash AND revoked_at IS NULL
            """,
            {"key_hash": key_hash},
        )
        return StoredKey(*row) if row else None

    def is_only(self, key_hash: str, workspace: str) -> bool:
        """Tell whether this is the one key that is good."""
        good = self._tx.all("SELECT key_hash, workspace_id FROM api_keys WHERE revoked_at IS NULL")
        return good == [(key_hash, workspace)]

    def make_only(self, key: StoredKey) -> None:
        """Make the key good and every other key void; a key that was here before keeps its id."""
        self._tx.run(
            "UPDATE api_keys SET revoked_at = :at WHERE revoked_at IS NULL AND key_hash <> :key_hash",
            {"at": key.created_at, "key_hash": key.key_hash},
        )
        known = self._tx.run(
            "UPDATE api_keys SET revoked_at = NULL, workspace_id = :workspace WHERE key_hash = :key_hash",
            {"workspace": key.workspace, "key_hash": key.key_hash},
        )
        if not known:
            self._tx.run(
                """
                INSERT INTO api_keys (id, workspace_id, key_hash, created_at, revoked_at)
                VALUES (:id, :workspace, :key_hash, :at, NULL)
                """,
                {"id": key.id, "workspace": key.workspace, "key_hash": key.key_hash, "at": key.created_at},
            )
