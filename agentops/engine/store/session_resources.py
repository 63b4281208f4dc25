"""What is mounted into sessions, in the order in which it was mounted."""

from collections import defaultdict
from collections.abc import Iterable

from agentops.engine.core.session_resources import Resource
from agentops.engine.store.port import Transaction

_ALL = 2**31


class SessionResources:
    """The resources of the sessions of one workspace."""

    def __init__(self, tx: Transaction, workspace: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._key = {"workspace": workspace}

    def bodies(self, session_ids: Iterable[str]) -> dict[str, list[str]]:
        """Return the JSON of what is mounted, by session."""
        names = {f"id_{number}": each for number, each in enumerate(session_ids)}
        found: dict[str, list[str]] = defaultdict(list)
        if names:
            wanted = ", ".join(f":{name}" for name in names)
            for session_id, body in self._tx.all(
                f"""
                SELECT session_id, body FROM session_resources
                WHERE workspace_id = :workspace AND session_id IN ({wanted}) ORDER BY session_id, seq
                """,  # noqa: S608 - the parts are our own words
                {**self._key, **names},
            ):
                found[session_id].append(body)
        return found

    def of(self, session_id: str, *, after: int = 0, limit: int | None = None) -> list[Resource]:
        """Return what is mounted behind a place, in order."""
        rows = self._tx.all(
            """
            SELECT id, body, file_id, memory_store_id, seq FROM session_resources
            WHERE workspace_id = :workspace AND session_id = :session AND seq > :after ORDER BY seq LIMIT :limit
            """,
            {**self._key, "session": session_id, "after": after, "limit": limit or _ALL},
        )
        return [Resource(*row) for row in rows]

    def get(self, session_id: str, resource_id: str) -> Resource | None:
        """Return the resource."""
        row = self._tx.one(
            """
            SELECT id, body, file_id, memory_store_id, seq FROM session_resources
            WHERE workspace_id = :workspace AND session_id = :session AND id = :id
            """,
            {**self._key, "session": session_id, "id": resource_id},
        )
        return Resource(*row) if row else None

    def holder_of(self, file_id: str) -> str | None:
        """Return the session into which a copy of a file is mounted."""
        row = self._tx.one(
            "SELECT session_id FROM session_resources WHERE workspace_id = :workspace AND file_id = :file",
            {**self._key, "file": file_id},
        )
        return str(row[0]) if row else None

    def insert(self, session_id: str, resource: Resource) -> None:
        """Add a resource."""
        self._tx.run(
            """
            INSERT INTO session_resources (workspace_id, session_id, id, body, file_id, memory_store_id)
            VALUES (:workspace, :session, :id, :body, :file, :store)
            """,
            {
                **self._key,
                "session": session_id,
                "id": resource.id,
                "body": resource.body,
                "file": resource.file_id,
                "store": resource.memory_store_id,
            },
        )

    def replace(self, session_id: str, resource_id: str, body: str) -> None:
        """Put the resource's new body in place of the old one."""
        self._tx.run(
            """
            UPDATE session_resources SET body = :body
            WHERE workspace_id = :workspace AND session_id = :session AND id = :id
            """,
            {**self._key, "session": session_id, "id": resource_id, "body": body},
        )

    def delete(self, session_id: str, resource_id: str) -> None:
        """Remove a resource."""
        self._tx.run(
            "DELETE FROM session_resources WHERE workspace_id = :workspace AND session_id = :session AND id = :id",
            {**self._key, "session": session_id, "id": resource_id},
        )
