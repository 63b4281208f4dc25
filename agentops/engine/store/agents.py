"""Agents and their versions: the head of each agent is a row, every version an immutable body beside it."""

from dataclasses import dataclass

from agentops.engine.store.port import Transaction, Window


@dataclass(frozen=True, slots=True)
class StoredAgent:
    """One version of an agent as it lies in the database."""

    id: str
    version: int
    created_at: str
    archived_at: str | None
    body: str
    """The answer's JSON without `archived_at`, which belongs to the agent and not to its version."""

    multiagent: str
    """JSON of `multiagent` as it was asked for: an update pins the entries that name no version anew.
    An empty object when there is none."""

    seq: int = 0
    """The order of creation, for agents of the same moment."""


class Agents:
    """The agents of one workspace."""

    def __init__(self, tx: Transaction, workspace: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._workspace = workspace

    def get(self, agent_id: str, version: int | None = None) -> StoredAgent | None:
        """Return the agent at its newest version, or at the given one."""
        row = self._tx.one(
            """
            SELECT a.id, v.version, a.created_at, a.archived_at, v.body, v.multiagent, a.seq
            FROM agents a JOIN agent_versions v ON v.workspace_id = a.workspace_id AND v.agent_id = a.id
            WHERE a.workspace_id = :workspace AND a.id = :id
              AND v.version = CASE WHEN :version = 0 THEN a.version ELSE :version END
            """,
            {"workspace": self._workspace, "id": agent_id, "version": version or 0},
        )
        return StoredAgent(*row) if row else None

    def page(self, window: Window) -> list[StoredAgent]:
        """Return the newest version of each agent, newest agent first."""
        rows = self._tx.all(
            """
            SELECT a.id, v.version, a.created_at, a.archived_at, v.body, v.multiagent, a.seq
            FROM agents a JOIN agent_versions v
              ON v.workspace_id = a.workspace_id AND v.agent_id = a.id AND v.version = a.version
            WHERE a.workspace_id = :workspace AND a.created_at >= :since
              AND (a.created_at, a.seq) < (:until_at, :until_seq)
              AND (a.archived_at IS NULL OR :archived = 1)
            ORDER BY a.created_at DESC, a.seq DESC LIMIT :limit
            """,
            {"workspace": self._workspace, **window.params()},
        )
        return [StoredAgent(*row) for row in rows]

    def versions(self, agent_id: str, *, before: int, limit: int) -> list[StoredAgent]:
        """Return versions below a number, newest first, one more than the limit."""
        rows = self._tx.all(
            """
            SELECT a.id, v.version, a.created_at, a.archived_at, v.body, v.multiagent, a.seq
            FROM agents a JOIN agent_versions v ON v.workspace_id = a.workspace_id AND v.agent_id = a.id
            WHERE a.workspace_id = :workspace AND a.id = :id AND v.version < :before
            ORDER BY v.version DESC LIMIT :limit
            """,
            {"workspace": self._workspace, "id": agent_id, "before": before, "limit": limit + 1},
        )
        return [StoredAgent(*row) for row in rows]

    def insert(self, agent: StoredAgent) -> None:
        """Add an agent with its first version."""
        self._tx.run(
            """
            INSERT INTO agents (workspace_id, id, version, created_at, archived_at)
            VALUES (:workspace, :id, :version, :created_at, NULL)
            """,
            {
                "workspace": self._workspace,
                "id": agent.id,
                "version": agent.version,
                "created_at": agent.created_at,
            },
        )
        self._add_version(agent)

    def advance(self, agent: StoredAgent) -> None:
        """Add a version and make it the newest."""
        self._add_version(agent)
        self._tx.run(
            "UPDATE agents SET version = :version WHERE workspace_id = :workspace AND id = :id",
            {"workspace": self._workspace, "id": agent.id, "version": agent.version},
        )

    def remember(self, agent_id: str, version: int, multiagent: str) -> None:
        """Keep how a version's `multiagent` was asked for; what the version says stays."""
        self._tx.run(
            """
            UPDATE agent_versions SET multiagent = :multiagent
            WHERE workspace_id = :workspace AND agent_id = :id AND version = :version AND multiagent <> :multiagent
            """,
            {"workspace": self._workspace, "id": agent_id, "version": version, "multiagent": multiagent},
        )

    def archive(self, agent: StoredAgent, at: str) -> None:
        """Mark the agent; its newest version gets the given body, which carries the new `updated_at`."""
        key = {"workspace": self._workspace, "id": agent.id}
        self._tx.run(
            "UPDATE agents SET archived_at = :at WHERE workspace_id = :workspace AND id = :id", {**key, "at": at}
        )
        self._tx.run(
            """
            UPDATE agent_versions SET body = :body
            WHERE workspace_id = :workspace AND agent_id = :id AND version = :version
            """,
            {**key, "version": agent.version, "body": agent.body},
        )

    def _add_version(self, agent: StoredAgent) -> None:
        self._tx.run(
            """
            INSERT INTO agent_versions (workspace_id, agent_id, version, body, multiagent)
            VALUES (:workspace, :id, :version, :body, :multiagent)
            """,
            {
                "workspace": self._workspace,
                "id": agent.id,
                "version": agent.version,
                "body": agent.body,
                "multiagent": agent.multiagent,
            },
        )
