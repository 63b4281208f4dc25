"""Files: what is said of each, and when something about it comes due."""

from dataclasses import dataclass

from agentops.engine.store.port import Transaction, Window

_BATCH = 100
"""How many files one round of chores looks after; the next one goes on."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it lies in the database."""

    id: str
    body: str
    """The answer's JSON."""

    created_at: str
    scope_id: str | None
    expires_at: str | None
    """When its bytes are no longer given out."""

    gone_at: str | None
    """When nothing is said of it any more."""

    seq: int = 0
    """The order of creation, for files of the same moment."""


class Files:
    """The files of one workspace, as they are at one moment."""

    def __init__(self, tx: Transaction, workspace: str, at: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._at = {"workspace": workspace, "now": at}

    def get(self, file_id: str) -> StoredFile | None:
        """Return the file."""
        row = self._tx.one(f"{_SELECT} AND id = :id", {**self._at, "id": file_id})
        return StoredFile(*row) if row else None

    def among(self, ids: list[str]) -> list[StoredFile]:
        """Return those of the files that there are, newest first."""
        names = {f"id_{number}": each for number, each in enumerate(ids)}
        if not names:
            return []
        wanted = ", ".join(f":{name}" for name in names)
        rows = self._tx.all(f"{_SELECT} AND id IN ({wanted}) ORDER BY created_at DESC, seq DESC", {**self._at, **names})
        return [StoredFile(*row) for row in rows]

    def page(self, window: Window, scope_id: str | None) -> list[StoredFile]:
        """Return files, newest first; with a scope, only those of it."""
        in_scope = "" if scope_id is None else "AND scope_id = :scope"
        rows = self._tx.all(
            f"""{_SELECT} AND created_at >= :since AND (created_at, seq) < (:until_at, :until_seq) {in_scope}
            ORDER BY created_at DESC, seq DESC LIMIT :limit""",
            {**self._at, **window.params(), "scope": scope_id},
        )
        return [StoredFile(*row) for row in rows]

    def ids_in(self, scope_id: str) -> list[str]:
        """Return the id of every file in a scope."""
        rows = self._tx.all("SELECT id FROM files WHERE workspace_id = :workspace AND scope_id = :scope",
                            {**self._at, "scope": scope_id})  # fmt: skip
        return [str(row[0]) for row in rows]

    def insert(self, file: StoredFile) -> None:
        """Add a file."""
        self._tx.run(
            """
            INSERT INTO files (workspace_id, id, body, created_at, scope_id, expires_at, gone_at, due_at)
            VALUES (:workspace, :id, :body, :created_at, :scope, :expires_at, :gone_at, :expires_at)
            """,
            {
                **self._at,
                "id": file.id,
                "body": file.body,
                "created_at": file.created_at,
                "scope": file.scope_id,
                "expires_at": file.expires_at,
                "gone_at": file.gone_at,
            },
        )

    def delete(self, file_id: str) -> None:
        """Remove what is said of the file."""
        self._tx.run("DELETE FROM files WHERE workspace_id = :workspace AND id = :id", {**self._at, "id": file_id})


class Chores:
    """Files of every workspace about which something comes due: first their bytes go, later the rest."""

    def __init__(self, tx: Transaction) -> None:
        """Work in the transaction."""
        self._tx = tx

    def is_due(self, at: str) -> bool:
        """Tell whether there is anything to do by the moment."""
        return self._tx.one("SELECT 1 FROM files WHERE due_at <= :at LIMIT 1", {"at": at}) is not None

    def done(self, at: str) -> list[str]:
        """Do what is due, and return whose bytes are to go."""
        rows = self._tx.all("SELECT id FROM files WHERE due_at <= :at ORDER BY due_at LIMIT :limit",
                            {"at": at, "limit": _BATCH})  # fmt: skip
        for (file_id,) in rows:
            self._tx.run("DELETE FROM files WHERE id = :id AND gone_at <= :at", {"id": file_id, "at": at})
            self._tx.run("UPDATE files SET due_at = gone_at WHERE id = :id", {"id": file_id})
        return [str(row[0]) for row in rows]


_SELECT = """
SELECT id, body, created_at, scope_id, expires_at, gone_at, seq FROM files
WHERE workspace_id = :workspace AND (gone_at IS NULL OR gone_at > :now)"""
