"""Sessions: one row each, read by age in either direction and by what they were created with."""

from dataclasses import dataclass

from agentops.engine.core.sessions import Session
from agentops.engine.store.port import Transaction


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions a list wants; None and empty want all."""

    agent_id: str | None = None
    agent_version: int | None = None
    deployment_id: str | None = None
    memory_store_id: str | None = None
    statuses: tuple[str, ...] = ()
    archived: bool = False
    """Whether archived ones are listed too."""

    gt: str = ""
    gte: str = ""
    lt: str = "~"
    lte: str = "~"
    """Bounds of `created_at`; nothing lies behind a tilde."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the list: from a place in a direction of time."""

    after: tuple[str, int]
    """The place behind which the part starts, in the direction of reading."""

    limit: int
    is_descending: bool = True


class Sessions:
    """The sessions of one workspace; deleting one takes its log and its resources along, but not files or secrets."""

    def __init__(self, tx: Transaction, workspace: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._workspace = workspace

    def get(self, session_id: str) -> Session | None:
        """Return the session."""
        row = self._tx.one(
            f"{_SELECT} WHERE workspace_id = :workspace AND id = :id", {"workspace": self._workspace, "id": session_id}
        )
        return Session(*row) if row else None

    def page(self, stretch: Stretch, wanted: SessionFilter) -> list[Session]:
        """Return sessions, one more than the limit."""
        params, conditions = _conditions(wanted)
        side, order = ("<", "DESC") if stretch.is_descending else (">", "ASC")
        at, seq = stretch.after
        rows = self._tx.all(
            f"""{_SELECT} WHERE workspace_id = :workspace AND (created_at, seq) {side} (:at, :seq) {conditions}
            ORDER BY created_at {order}, seq {order} LIMIT :limit""",
            {"workspace": self._workspace, **params, "at": at, "seq": seq, "limit": stretch.limit + 1},
        )
        return [Session(*row) for row in rows]

    def insert(self, session: Session, agent_id: str, agent_version: int) -> None:
        """Add a session."""
        self._tx.run(
            """
            INSERT INTO sessions (workspace_id, id, status, agent_id, agent_version, environment_id, deployment_id,
              config, agent, fields, progress, created_at, updated_at, archived_at, dream_id)
            VALUES (:workspace, :id, :status, :agent_id, :agent_version, :environment, :deployment,
              :config, :agent, :fields, :progress, :created_at, :updated_at, NULL, :dream)
            """,
            {
                "workspace": self._workspace,
                "id": session.id,
                "status": session.status,
                "agent_id": agent_id,
                "agent_version": agent_version,
                "environment": session.environment_id,
                "deployment": session.deployment_id,
                "config": session.config,
                "agent": session.agent,
                "fields": session.fields,
                "progress": session.progress,
                "created_at": session.created_at,
                "updated_at": session.updated_at,
                "dream": session.dream_id,
            },
        )

    def replace(self, session: Session) -> None:
        """Put the session's new state in place of the old one."""
        self._tx.run(
            """
            UPDATE sessions SET status = :status, agent = :agent, fields = :fields, updated_at = :updated_at,
              archived_at = :archived_at
            WHERE workspace_id = :workspace AND id = :id
            """,
            {
                "workspace": self._workspace,
                "id": session.id,
                "status": session.status,
                "agent": session.agent,
                "fields": session.fields,
                "updated_at": session.updated_at,
                "archived_at": session.archived_at,
            },
        )

    def advance(self, session_id: str, status: str, progress: str, at: str) -> None:
        """Note how far running it came."""
        self._tx.run(
            """
            UPDATE sessions SET status = :status, progress = :progress, updated_at = :at
            WHERE workspace_id = :workspace AND id = :id
            """,
            {"workspace": self._workspace, "id": session_id, "status": status, "progress": progress, "at": at},
        )

    def stir(self, session_id: str, *, is_stirred: bool) -> None:
        """Note whether something came in that nobody has looked at."""
        self._tx.run(
            "UPDATE sessions SET is_stirred = :stirred WHERE workspace_id = :workspace AND id = :id",
            {"workspace": self._workspace, "id": session_id, "stirred": int(is_stirred)},
        )

    def delete(self, session_id: str) -> None:
        """Remove the session."""
        self._tx.run(
            "DELETE FROM sessions WHERE workspace_id = :workspace AND id = :id",
            {"workspace": self._workspace, "id": session_id},
        )

    def is_run_in(self, environment_id: str) -> bool:
        """Tell whether a session names the environment."""
        row = self._tx.one(
            "SELECT 1 FROM sessions WHERE workspace_id = :workspace AND environment_id = :environment LIMIT 1",
            {"workspace": self._workspace, "environment": environment_id},
        )
        return row is not None


_SELECT = """
SELECT id, status, environment_id, deployment_id, config, agent, fields, progress, created_at, updated_at, archived_at,
  seq, dream_id
FROM sessions"""

_WITH_STORE = """
AND id IN (
  SELECT session_id FROM session_resources WHERE workspace_id = :workspace AND memory_store_id = :store)"""


def _conditions(wanted: SessionFilter) -> tuple[dict[str, str | int | None], str]:
    """Return the filter as SQL: only what is asked for, so that each list finds its own index."""
    statuses = {f"status_{number}": each for number, each in enumerate(wanted.statuses)}
    parts = {
        "AND agent_id = :agent": wanted.agent_id is not None,
        "AND agent_version = :version": wanted.agent_version is not None,
        "AND deployment_id = :deployment": wanted.deployment_id is not None,
        _WITH_STORE: wanted.memory_store_id is not None,
        f"AND status IN ({', '.join(f':{name}' for name in statuses)})": bool(statuses),
        "AND archived_at IS NULL": not wanted.archived,
    }
    params = {
        "agent": wanted.agent_id,
        "version": wanted.agent_version,
        "deployment": wanted.deployment_id,
        "store": wanted.memory_store_id,
        "gt": wanted.gt,
        "gte": wanted.gte,
        "lt": wanted.lt,
        "lte": wanted.lte,
        **statuses,
    }
    bounds = "AND created_at > :gt AND created_at >= :gte AND created_at < :lt AND created_at <= :lte"
    return params, "\n".join((bounds, *(part for part, is_asked in parts.items() if is_asked)))
