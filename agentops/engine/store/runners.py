"""Which process runs which session: one claim a session, and a sign of life of each process."""

from dataclasses import dataclass

from agentops.engine.store.port import Transaction


@dataclass(frozen=True, slots=True)
class Runner:
    """A process that runs sessions."""

    id: str
    host: str
    """Of which machine, and since which start of it: processes of one host can be looked up there."""

    process: str
    """Its number and when it began: numbers are used again."""

    seen_at: str


@dataclass(frozen=True, slots=True)
class Place:
    """A session, wherever it is."""

    workspace: str
    session_id: str


class Runners:
    """Every process that runs sessions, and what it has taken."""

    def __init__(self, tx: Transaction) -> None:
        """Work in the transaction."""
        self._tx = tx

    def all(self) -> list[Runner]:
        """Return every process that did not say goodbye."""
        return [Runner(*row) for row in self._tx.all("SELECT id, host, process, seen_at FROM runners ORDER BY id")]

    def enter(self, runner: Runner) -> None:
        """Add a process, or renew its sign of life."""
        params = {"id": runner.id, "host": runner.host, "process": runner.process, "at": runner.seen_at}
        if not self._tx.run("UPDATE runners SET seen_at = :at WHERE id = :id", {"id": runner.id, "at": runner.seen_at}):
            self._tx.run("INSERT INTO runners (id, host, process, seen_at) VALUES (:id, :host, :process, :at)", params)

    def leave(self, runner_id: str) -> None:
        """Remove a process with everything it had taken."""
        self._tx.run("DELETE FROM run_claims WHERE runner_id = :id", {"id": runner_id})
        self._tx.run("DELETE FROM runners WHERE id = :id", {"id": runner_id})

    def holder(self, place: Place) -> str | None:
        """Return who runs the session."""
        row = self._tx.one(
            "SELECT runner_id FROM run_claims WHERE workspace_id = :workspace AND session_id = :session", _key(place)
        )
        return str(row[0]) if row else None

    def held(self, runner_id: str) -> frozenset[Place]:
        """Return every session that a process has."""
        rows = self._tx.all(
            "SELECT workspace_id, session_id FROM run_claims WHERE runner_id = :runner", {"runner": runner_id}
        )
        return frozenset(Place(*row) for row in rows)

    def hold(self, place: Place, runner_id: str) -> bool:
        """Tell whether the process has the session, and see to it that nobody takes it away before the commit.

        Where others write at the same time, only to read the claim would not do: a server that was killed while it
        committed may be followed by one that has read the log before that commit came through. Whoever takes the claim
        away waits for this row.
        """
        if self._tx.writes_alone:
            return self.holder(place) == runner_id
        changed = self._tx.run(
            """
            UPDATE run_claims SET runner_id = :runner
            WHERE workspace_id = :workspace AND session_id = :session AND runner_id = :runner
            """,
            {**_key(place), "runner": runner_id},
        )
        return changed == 1

    def claim(self, place: Place, runner_id: str) -> None:
        """Take a session that nobody has."""
        self._tx.run(
            "INSERT INTO run_claims (workspace_id, session_id, runner_id) VALUES (:workspace, :session, :runner)",
            {**_key(place), "runner": runner_id},
        )

    def release(self, place: Place, runner_id: str) -> None:
        """Give a session back."""
        self._tx.run(
            """
            DELETE FROM run_claims
            WHERE workspace_id = :workspace AND session_id = :session AND runner_id = :runner
            """,
            {**_key(place), "runner": runner_id},
        )

    def unattended(self, limit: int) -> list[Place]:
        """Return sessions that have something to do and nobody who does it; who is not listed does nothing."""
        rows = self._tx.all(
            """
            SELECT workspace_id, id FROM sessions
            WHERE (is_stirred = 1 OR status IN ('running', 'rescheduling')) AND archived_at IS NULL
              AND dream_id IS NULL AND NOT EXISTS (
              SELECT 1 FROM run_claims JOIN runners ON runners.id = runner_id
              WHERE workspace_id = sessions.workspace_id AND session_id = sessions.id)
            ORDER BY updated_at LIMIT :limit
            """,
            {"limit": limit},
        )
        return [Place(*row) for row in rows]


def _key(place: Place) -> dict[str, str]:
    return {"workspace": place.workspace, "session": place.session_id}
