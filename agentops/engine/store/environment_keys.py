"""What opens a work queue: the keys of environments and the tokens of items, as digests alone."""

from dataclasses import dataclass

from agentops.engine.core.work import Work
from agentops.engine.store.port import Transaction, Window
from agentops.engine.store.work import Works


@dataclass(frozen=True, slots=True)
class EnvironmentKey:
    """A worker's key as it lies in the database, beside its digest."""

    id: str
    name: str
    created_at: str
    revoked_at: str | None = None
    seq: int = 0
    """The order of creation, for keys of the same moment."""


class EnvironmentKeys:
    """The keys of one environment of one workspace."""

    def __init__(self, tx: Transaction, workspace: str, environment_id: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._key = {"workspace": workspace, "environment": environment_id}

    def get(self, key_id: str) -> EnvironmentKey | None:
        """Return the key."""
        row = self._tx.one(
            """
            SELECT id, name, created_at, revoked_at, seq FROM environment_keys
            WHERE workspace_id = :workspace AND environment_id = :environment AND id = :id
            """,
            {**self._key, "id": key_id},
        )
        return EnvironmentKey(*row) if row else None

    def page(self, window: Window) -> list[EnvironmentKey]:
        """Return keys, newest first, revoked ones too."""
        rows = self._tx.all(
            """
            SELECT id, name, created_at, revoked_at, seq FROM environment_keys
            WHERE workspace_id = :workspace AND environment_id = :environment
              AND created_at >= :since AND (created_at, seq) < (:until_at, :until_seq)
            ORDER BY created_at DESC, seq DESC LIMIT :limit
            """,
            {**self._key, **window.params()},
        )
        return [EnvironmentKey(*row) for row in rows]

    def count_good(self) -> int:
        """Return how many were not revoked."""
        row = self._tx.one(
            """
            SELECT COUNT(*) FROM environment_keys
            WHERE workspace_id = :workspace AND environment_id = :environment AND revoked_at IS NULL
            """,
            self._key,
        )
        return int(row[0]) if row else 0

    def insert(self, key: EnvironmentKey, key_hash: str) -> None:
        """Add a key."""
        self._tx.run(
            """
            INSERT INTO environment_keys (workspace_id, environment_id, id, name, key_hash, created_at, revoked_at)
            VALUES (:workspace, :environment, :id, :name, :key_hash, :created_at, NULL)
            """,
            {**self._key, "id": key.id, "name": key.name, "key_hash": key_hash, "created_at": key.created_at},
        )

    def revoke(self, key_id: str, at: str) -> None:
        """Make the key void."""
        self._tx.run(
            """
            UPDATE environment_keys SET revoked_at = :at
            WHERE workspace_id = :workspace AND environment_id = :environment AND id = :id AND revoked_at IS NULL
            """,
            {**self._key, "id": key_id, "at": at},
        )


@dataclass(frozen=True, slots=True)
class FoundKey:
    """Whom a key of an environment lets in."""

    id: str
    workspace: str
    environment_id: str


@dataclass(frozen=True, slots=True)
class FoundToken:
    """Whom the token of an item lets in."""

    workspace: str
    claim: int
    work: Work


class WorkerCredentials:
    """Every key and token of workers; without a workspace, because they are what tells it."""

    def __init__(self, tx: Transaction) -> None:
        """Work in the transaction."""
        self._tx = tx

    def key(self, key_hash: str) -> FoundKey | None:
        """Return the key with this digest, unless it was revoked."""
        row = self._tx.one(
            """
            SELECT id, workspace_id, environment_id FROM environment_keys
            WHERE key_hash = :key_hash AND revoked_at IS NULL
            """,
            {"key_hash": key_hash},
        )
        return FoundKey(*row) if row else None

    def token(self, token_hash: str) -> FoundToken | None:
        """Return the token with this digest and the item it was handed out with."""
        row = self._tx.one(
            "SELECT workspace_id, work_id, claim FROM work_tokens WHERE token_hash = :token_hash",
            {"token_hash": token_hash},
        )
        if row is None:
            return None
        workspace, work_id, claim = row
        work = Works(self._tx, workspace).get(work_id)
        return FoundToken(workspace, claim, work) if work else None
