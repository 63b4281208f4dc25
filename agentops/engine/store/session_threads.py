"""The threads of one session beside its primary one, which needs no row: it is the session."""

from agentops.engine.core.threads import Thread
from agentops.engine.store.port import Row, Transaction


class SessionThreads:
    """The child threads of one session of one workspace."""

    def __init__(self, tx: Transaction, workspace: str, session_id: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._session_id = session_id
        self._key = {"workspace": workspace, "session": session_id}

    def upsert(self, thread: Thread) -> None:
        """Add a thread behind the others, or note how far one came; its agent and its parent never change."""
        self._tx.run(
            """
            INSERT INTO session_threads (workspace_id, session_id, id, seq, parent_id, agent, status, progress,
              workflow_run_id, created_at, updated_at, archived_at)
            SELECT :workspace, :session, :id, COALESCE(MAX(seq), 0) + 1, :parent, :agent, :status, :progress,
              :run, :created_at, :updated_at, :archived_at
            FROM session_threads WHERE workspace_id = :workspace AND session_id = :session
            ON CONFLICT (workspace_id, session_id, id) DO UPDATE SET status = excluded.status,
              progress = excluded.progress, updated_at = excluded.updated_at, archived_at = excluded.archived_at
            """,
            {
                **self._key,
                "id": thread.id,
                "parent": thread.parent_id,
                "agent": thread.agent,
                "status": thread.status,
                "progress": thread.progress,
                "run": thread.workflow_run_id,
                "created_at": thread.created_at,
                "updated_at": thread.updated_at,
                "archived_at": thread.archived_at,
            },
        )

    def get(self, thread_id: str) -> Thread | None:
        """Return the thread."""
        row = self._tx.one(
            f"{_SELECT} WHERE workspace_id = :workspace AND session_id = :session AND id = :id",
            {**self._key, "id": thread_id},
        )
        return self._thread(row) if row else None

    def all(self) -> list[Thread]:
        """Return every thread, oldest first."""
        rows = self._tx.all(
            f"{_SELECT} WHERE workspace_id = :workspace AND session_id = :session ORDER BY seq", self._key
        )
        return [self._thread(row) for row in rows]

    def page(self, after: int, limit: int, statuses: tuple[str, ...] = ()) -> list[Thread]:
        """Return threads behind a position, oldest first, one more than the limit; no status is any status."""
        kinds = {f"status_{number}": each for number, each in enumerate(statuses)}
        among = f"AND status IN ({', '.join(f':{name}' for name in kinds)})" if kinds else ""
        rows = self._tx.all(
            f"""{_SELECT} WHERE workspace_id = :workspace AND session_id = :session AND seq > :after {among}
            ORDER BY seq LIMIT :limit""",
            {**self._key, **kinds, "after": after, "limit": limit + 1},
        )
        return [self._thread(row) for row in rows]

    def archive(self, thread_id: str, status: str, at: str) -> None:
        """Note that the thread has ended for good, with the status that it has since."""
        self._tx.run(
            """
            UPDATE session_threads SET status = :status, archived_at = :at, updated_at = :at
            WHERE workspace_id = :workspace AND session_id = :session AND id = :id AND archived_at IS NULL
            """,
            {**self._key, "id": thread_id, "status": status, "at": at},
        )

    def _thread(self, row: Row) -> Thread:
        return Thread(row[0], self._session_id, *row[1:])


_SELECT = """
SELECT id, parent_id, agent, status, progress, workflow_run_id, created_at, updated_at, archived_at, seq
FROM session_threads"""
