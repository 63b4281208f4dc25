"""Dreams: one row each, with the process that runs it; and what each of them proposed."""

from collections.abc import Sequence
from dataclasses import dataclass

from agentops.engine.core.dreams import Dream, Inputs
from agentops.engine.store.port import Transaction, Window


@dataclass(frozen=True, slots=True)
class Bed:
    """A dream, wherever it is."""

    workspace: str
    dream_id: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """An operation that a dream proposed."""

    seq: int
    """Its place among them, from 1."""

    standing: str
    """`applied`, or why not: `quarantined`, `dropped`, `unfit`."""

    body: str
    """The answer's JSON."""


class Dreams:
    """The dreams of one workspace."""

    def __init__(self, tx: Transaction, workspace: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._workspace = workspace

    def get(self, dream_id: str) -> Dream | None:
        """Return the dream."""
        row = self._tx.one(f"{_SELECT} AND id = :id", {"workspace": self._workspace, "id": dream_id})
        return Dream(*row) if row else None

    def page(self, window: Window, statuses: Sequence[str]) -> list[Dream]:
        """Return dreams, newest first; no status is any status."""
        wanted = {f"status_{number}": each for number, each in enumerate(statuses)}
        among = f"AND status IN ({', '.join(f':{name}' for name in wanted)})" if wanted else ""
        rows = self._tx.all(
            f"""{_SELECT} AND created_at >= :since AND (created_at, seq) < (:until_at, :until_seq)
              AND (archived_at IS NULL OR :archived = 1) {among}
            ORDER BY created_at DESC, seq DESC LIMIT :limit""",
            {"workspace": self._workspace, **window.params(), **wanted},
        )
        return [Dream(*row) for row in rows]

    def insert(self, dream: Dream) -> None:
        """Add a dream."""
        self._tx.run(
            """
            INSERT INTO dreams (workspace_id, id, status, store_id, updates_input, request, progress, session_id,
              runner_id, created_at, started_at, ended_at, archived_at)
            VALUES (:workspace, :id, :status, :store, :updates_input, :request, :progress, :session,
              :runner, :created_at, :started_at, :ended_at, :archived_at)
            """,
            {
                **self._columns(dream),
                "store": dream.store_id,
                "updates_input": dream.updates_input,
                "request": dream.request,
                "created_at": dream.created_at,
            },
        )

    def replace(self, dream: Dream) -> None:
        """Put the dream's new state in place of the old one."""
        self._tx.run(
            """
            UPDATE dreams SET status = :status, progress = :progress, session_id = :session, runner_id = :runner,
              started_at = :started_at, ended_at = :ended_at, archived_at = :archived_at
            WHERE workspace_id = :workspace AND id = :id
            """,
            self._columns(dream),
        )

    def updating(self, store_id: str) -> str | None:
        """Return a dream that writes into the store and has not fully stopped: somebody who lives may still run it."""
        row = self._tx.one(
            """
            SELECT id FROM dreams
            WHERE workspace_id = :workspace AND store_id = :store AND updates_input = 1
              AND (status IN ('pending', 'running') OR runner_id IN (SELECT id FROM runners))
            LIMIT 1
            """,
            {"workspace": self._workspace, "store": store_id},
        )
        return str(row[0]) if row else None

    def inputs(self, dream: Dream) -> Inputs:
        """Return what became of what the dream reads."""
        store = self._tx.one(
            "SELECT 1 FROM memory_stores WHERE workspace_id = :workspace AND id = :store AND archived_at IS NULL",
            {"workspace": self._workspace, "store": dream.store_id},
        )
        return Inputs(store is not None, self.sessions(dream.session_ids))

    def sessions(self, session_ids: Sequence[str]) -> dict[str, bool]:
        """Return of each of the sessions that is there whether it is archived."""
        named = {f"id_{number}": each for number, each in enumerate(session_ids)}
        rows = self._tx.all(
            f"""
            SELECT id, archived_at FROM sessions
            WHERE workspace_id = :workspace AND id IN ({", ".join(f":{name}" for name in named)})
            """,  # noqa: S608 - the names are our own words
            {"workspace": self._workspace, **named},
        )
        return {row[0]: row[1] is not None for row in rows}

    def keep(self, dream_id: str, proposed: Sequence[Proposed]) -> None:
        """Keep what a dream proposed."""
        for each in proposed:
            self._tx.run(
                """
                INSERT INTO dream_operations (workspace_id, dream_id, seq, standing, body)
                VALUES (:workspace, :dream, :seq, :standing, :body)
                """,
                {
                    "workspace": self._workspace,
                    "dream": dream_id,
                    "seq": each.seq,
                    "standing": each.standing,
                    "body": each.body,
                },
            )

    def ledger(self, store_id: str) -> str:
        """Return what is known of the notes that dreams wrote into a store, as JSON: its files by their names."""
        row = self._tx.one(
            "SELECT body FROM dream_ledgers WHERE workspace_id = :workspace AND store_id = :store",
            {"workspace": self._workspace, "store": store_id},
        )
        return str(row[0]) if row else "{}"

    def keep_ledger(self, store_id: str, body: str) -> None:
        """Put what is known of a store's notes in place of what was."""
        self._tx.run(
            """
            INSERT INTO dream_ledgers (workspace_id, store_id, body) VALUES (:workspace, :store, :body)
            ON CONFLICT (workspace_id, store_id) DO UPDATE SET body = excluded.body
            """,
            {"workspace": self._workspace, "store": store_id, "body": body},
        )

    def operations(self, dream_id: str, after: int, limit: int, standings: Sequence[str]) -> list[Proposed]:
        """Return what a dream proposed behind a place, one more than the limit; no standing is any."""
        wanted = {f"standing_{number}": each for number, each in enumerate(standings)}
        among = f"AND standing IN ({', '.join(f':{name}' for name in wanted)})" if wanted else ""
        rows = self._tx.all(
            f"""
            SELECT seq, standing, body FROM dream_operations
            WHERE workspace_id = :workspace AND dream_id = :dream AND seq > :after {among} ORDER BY seq LIMIT :limit
            """,  # noqa: S608 - the names are our own words
            {"workspace": self._workspace, "dream": dream_id, "after": after, "limit": limit + 1, **wanted},
        )
        return [Proposed(*row) for row in rows]

    def _columns(self, dream: Dream) -> dict[str, str | int | None]:
        return {
            "workspace": self._workspace,
            "id": dream.id,
            "status": dream.status,
            "progress": dream.progress,
            "session": dream.session_id,
            "runner": dream.runner_id,
            "started_at": dream.started_at,
            "ended_at": dream.ended_at,
            "archived_at": dream.archived_at,
        }


class Sleepers:
    """The dreams of every workspace that somebody has to see to."""

    def __init__(self, tx: Transaction) -> None:
        """Work in the transaction."""
        self._tx = tx

    def unattended(self, limit: int) -> list[Bed]:
        """Return dreams that have not ended and that nobody runs, the oldest first; who is not listed runs nothing."""
        rows = self._tx.all(
            """
            SELECT workspace_id, id FROM dreams
            WHERE status IN ('pending', 'running')
              AND (runner_id IS NULL OR runner_id NOT IN (SELECT id FROM runners))
            ORDER BY created_at, seq LIMIT :limit
            """,
            {"limit": limit},
        )
        return [Bed(*row) for row in rows]

    def has_living_runner(self, dream: Dream) -> bool:
        """Tell whether a process that is listed runs the dream."""
        row = self._tx.one("SELECT 1 FROM runners WHERE id = :id", {"id": dream.runner_id or ""})
        return row is not None

    def stores(self) -> int:
        """Return how many memory stores there are."""
        row = self._tx.one("SELECT COUNT(*) FROM memory_stores")
        return int(row[0]) if row else 0


_SELECT = """
SELECT id, status, store_id, updates_input, request, progress, session_id, runner_id, created_at, started_at, ended_at,
  archived_at, seq
FROM dreams WHERE workspace_id = :workspace"""
