"""Which of several processes may act: one row a role, held until a moment of the database's clock."""

from agentops.engine.store.port import Transaction


class Leases:
    """Who holds which role."""

    def __init__(self, tx: Transaction) -> None:
        """Work in the transaction."""
        self._tx = tx

    def holder(self, name: str, now: str) -> str | None:
        """Return who holds the role at a moment, if anybody does."""
        row = self._tx.one("SELECT holder FROM leases WHERE name = :name AND until > :now", {"name": name, "now": now})
        return str(row[0]) if row else None

    def take(self, name: str, holder: str, now: str, until: str) -> bool:
        """Take the role, or keep it for longer; tell whether it is the holder's. Whoever lets it run out loses it."""
        params = {"name": name, "holder": holder, "until": until}
        changed = self._tx.run(
            """
            UPDATE leases SET holder = :holder, until = :until
            WHERE name = :name AND (holder = :holder OR until <= :now)
            """,
            {**params, "now": now},
        )
        if changed:
            return True
        if self._tx.one("SELECT 1 FROM leases WHERE name = :name", {"name": name}) is not None:
            return False
        # The name is the primary key: of two that insert at once, one is told to look again.
        self._tx.run("INSERT INTO leases (name, holder, until) VALUES (:name, :holder, :until)", params)
        return True

    def give_up(self, name: str, holder: str) -> None:
        """Let somebody else have the role at once."""
        self._tx.run("DELETE FROM leases WHERE name = :name AND holder = :holder", {"name": name, "holder": holder})
