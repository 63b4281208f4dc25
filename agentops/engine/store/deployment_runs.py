"""Runs of deployments: each written once, when its session was created or could not be."""

from dataclasses import dataclass

from agentops.engine.store.port import Transaction, Window


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as it lies in the database."""

    id: str
    body: str
    """The answer's JSON."""

    deployment_id: str
    trigger_type: str
    scheduled_at: str | None
    """The moment of the schedule that it is for; no other run of the deployment is for the same one."""

    has_error: int
    """1 when no session could be created, else 0."""

    created_at: str
    seq: int = 0
    """The order of creation, for runs of the same moment."""


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs a list wants; None wants all."""

    deployment_id: str | None = None
    has_error: bool | None = None
    trigger_type: str | None = None


class DeploymentRuns:
    """The runs of all deployments of one workspace."""

    def __init__(self, tx: Transaction, workspace: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._workspace = workspace

    def get(self, run_id: str) -> StoredRun | None:
        """Return the run."""
        row = self._tx.one(f"{_SELECT} AND id = :id", {"workspace": self._workspace, "id": run_id})
        return StoredRun(*row) if row else None

    def at(self, deployment_id: str, scheduled_at: str) -> StoredRun | None:
        """Return the run of a deployment for a moment of its schedule."""
        row = self._tx.one(
            f"{_SELECT} AND deployment_id = :deployment AND scheduled_at = :scheduled_at",
            {"workspace": self._workspace, "deployment": deployment_id, "scheduled_at": scheduled_at},
        )
        return StoredRun(*row) if row else None

    def page(self, window: Window, wanted: RunFilter) -> list[StoredRun]:
        """Return runs, newest first."""
        by_deployment = "" if wanted.deployment_id is None else "AND deployment_id = :deployment"
        by_error = "" if wanted.has_error is None else "AND has_error = :error"
        by_trigger = "" if wanted.trigger_type is None else "AND trigger_type = :trigger"
        rows = self._tx.all(
            f"""{_SELECT} AND created_at >= :since AND (created_at, seq) < (:until_at, :until_seq)
              {by_deployment} {by_error} {by_trigger}
            ORDER BY created_at DESC, seq DESC LIMIT :limit""",
            {
                "workspace": self._workspace,
                **window.params(),
                "deployment": wanted.deployment_id,
                "error": int(wanted.has_error or False),
                "trigger": wanted.trigger_type,
            },
        )
        return [StoredRun(*row) for row in rows]

    def insert(self, run: StoredRun) -> None:
        """Add a run."""
        self._tx.run(
            """
            INSERT INTO deployment_runs (workspace_id, id, body, deployment_id, trigger_type, scheduled_at, has_error,
              created_at)
            VALUES (:workspace, :id, :body, :deployment, :trigger, :scheduled_at, :error, :created_at)
            """,
            {
                "workspace": self._workspace,
                "id": run.id,
                "body": run.body,
                "deployment": run.deployment_id,
                "trigger": run.trigger_type,
                "scheduled_at": run.scheduled_at,
                "error": run.has_error,
                "created_at": run.created_at,
            },
        )


_SELECT = """
SELECT id, body, deployment_id, trigger_type, scheduled_at, has_error, created_at, seq FROM deployment_runs
WHERE workspace_id = :workspace"""
