"""Deployments: what answers show of them, and what they are found by."""

from dataclasses import dataclass

from agentops.engine.store.port import Transaction, Window


@dataclass(frozen=True, slots=True)
class StoredDeployment:
    """A deployment as it lies in the database."""

    id: str
    body: str
    """The answer's JSON without what the clock decides."""

    agent_id: str
    status: str
    is_scheduled: int
    """1 when it has a schedule and is not archived, else 0."""

    last_run_at: str | None
    """When its schedule last started a session."""

    created_at: str
    archived_at: str | None = None
    seq: int = 0
    """The order of creation, for deployments of the same moment."""

    due_at: str | None = None
    """The next moment of the schedule at which it is run; None while it is not."""

    fires_at: str | None = None
    """When that is done: a little later."""


@dataclass(frozen=True, slots=True)
class DeploymentFilter:
    """Which deployments a list wants; None wants all."""

    agent_id: str | None = None
    status: str | None = None


class Deployments:
    """The deployments of one workspace."""

    def __init__(self, tx: Transaction, workspace: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._workspace = workspace

    def get(self, deployment_id: str) -> StoredDeployment | None:
        """Return the deployment."""
        row = self._tx.one(f"{_SELECT} AND id = :id", {"workspace": self._workspace, "id": deployment_id})
        return StoredDeployment(*row) if row else None

    def page(self, window: Window, wanted: DeploymentFilter) -> list[StoredDeployment]:
        """Return deployments, newest first."""
        by_agent = "" if wanted.agent_id is None else "AND agent_id = :agent"
        by_status = "" if wanted.status is None else "AND status = :status"
        rows = self._tx.all(
            f"""{_SELECT} AND created_at >= :since AND (created_at, seq) < (:until_at, :until_seq)
              AND (archived_at IS NULL OR :archived = 1) {by_agent} {by_status}
            ORDER BY created_at DESC, seq DESC LIMIT :limit""",
            {"workspace": self._workspace, **window.params(), "agent": wanted.agent_id, "status": wanted.status},
        )
        return [StoredDeployment(*row) for row in rows]

    def of(self, agent_id: str) -> list[StoredDeployment]:
        """Return the deployments of an agent that are not archived."""
        rows = self._tx.all(
            f"{_SELECT} AND agent_id = :agent AND archived_at IS NULL ORDER BY created_at, seq",
            {"workspace": self._workspace, "agent": agent_id},
        )
        return [StoredDeployment(*row) for row in rows]

    def insert(self, deployment: StoredDeployment, organization: str) -> None:
        """Add a deployment."""
        self._tx.run(
            """
            INSERT INTO deployments (organization_id, workspace_id, id, body, agent_id, status, is_scheduled,
              last_run_at, created_at, archived_at, due_at, fires_at)
            VALUES (:organization, :workspace, :id, :body, :agent, :status, :scheduled, :last_run_at, :created_at, NULL,
              :due_at, :fires_at)
            """,
            {**self._columns(deployment), "organization": organization, "created_at": deployment.created_at},
        )

    def replace(self, deployment: StoredDeployment) -> None:
        """Put the deployment's new state in place of the old one."""
        self._tx.run(
            """
            UPDATE deployments SET body = :body, agent_id = :agent, status = :status, is_scheduled = :scheduled,
              last_run_at = :last_run_at, archived_at = :archived_at, due_at = :due_at, fires_at = :fires_at
            WHERE workspace_id = :workspace AND id = :id
            """,
            {**self._columns(deployment), "archived_at": deployment.archived_at},
        )

    def _columns(self, deployment: StoredDeployment) -> dict[str, str | int | None]:
        return {
            "workspace": self._workspace,
            "id": deployment.id,
            "body": deployment.body,
            "agent": deployment.agent_id,
            "status": deployment.status,
            "scheduled": deployment.is_scheduled,
            "last_run_at": deployment.last_run_at,
            "due_at": deployment.due_at,
            "fires_at": deployment.fires_at,
        }


def scheduled(tx: Transaction, organization: str) -> int:
    """Return how many deployments of the organization, in all its workspaces, have a schedule."""
    row = tx.one(
        "SELECT COUNT(*) FROM deployments WHERE organization_id = :organization AND is_scheduled = 1",
        {"organization": organization},
    )
    return int(row[0]) if row else 0


_SELECT = """
SELECT id, body, agent_id, status, is_scheduled, last_run_at, created_at, archived_at, seq, due_at, fires_at
FROM deployments WHERE workspace_id = :workspace"""
