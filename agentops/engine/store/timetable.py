"""When the deployments of all workspaces are run next: what each server looks at, to fire what is due."""

from dataclasses import dataclass

from agentops.engine.store.port import Transaction

AT_ONCE = ""
"""Stands where nobody has counted yet when a deployment is run: it comes before every moment."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A deployment whose time has come."""

    organization: str
    workspace: str
    deployment_id: str
    due_at: str | None
    """The moment of its schedule; None when that is still to be counted."""

    fires_at: str
    seq: int
    """The order among those of one moment."""


class Timetable:
    """The appointments of everybody, earliest first."""

    def __init__(self, tx: Transaction) -> None:
        """Work in the transaction."""
        self._tx = tx

    def come(self, now: str, behind: Appointment | None, limit: int) -> list[Appointment]:
        """Return those whose time has come, from the one behind another on."""
        rows = self._tx.all(
            """
            SELECT organization_id, workspace_id, id, due_at, fires_at, seq FROM deployments
            WHERE fires_at <= :now AND (fires_at, seq) > (:at, :seq) ORDER BY fires_at, seq LIMIT :limit
            """,
            {
                "now": now,
                "at": behind.fires_at if behind else AT_ONCE,
                "seq": behind.seq if behind else 0,
                "limit": limit,
            },
        )
        return [Appointment(*row) for row in rows]

    def earliest(self) -> str | None:
        """Return when somebody has to look again."""
        row = self._tx.one("SELECT fires_at FROM deployments WHERE fires_at IS NOT NULL ORDER BY fires_at, seq LIMIT 1")
        return row[0] if row else None

    def take_up(self) -> None:
        """Have those looked at that have a schedule and nobody who counted: an older version wrote them."""
        self._tx.run(
            """
            UPDATE deployments SET fires_at = :at_once
            WHERE is_scheduled = 1 AND status = 'active' AND fires_at IS NULL
            """,
            {"at_once": AT_ONCE},
        )

    def strike(self, appointment: Appointment) -> None:
        """Take one out, until its deployment is changed or a server starts."""
        self._tx.run(
            """
            UPDATE deployments SET due_at = NULL, fires_at = NULL
            WHERE workspace_id = :workspace AND id = :id AND fires_at = :fires_at
            """,
            {
                "workspace": appointment.workspace,
                "id": appointment.deployment_id,
                "fires_at": appointment.fires_at,
            },
        )
