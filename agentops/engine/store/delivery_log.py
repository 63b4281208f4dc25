"""What one endpoint was told and is to be told, for whoever wants to look: newest first, each with its attempts."""

from dataclasses import dataclass

from agentops.engine.store.port import Transaction, Window


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for the endpoint."""

    id: str
    event_id: str
    event_type: str
    body: str
    """The event's JSON."""

    status: str
    """`pending`, `delivered`; `failed` after an attempt that was the last, `dropped` without one."""

    attempts: int
    due_at: str | None
    created_at: str
    ended_at: str | None
    reason: str | None
    """Why it was dropped."""

    seq: int


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt."""

    number: int
    at: str
    took_ms: int
    status: int | None
    problem: str


class DeliveryLog:
    """The messages of one endpoint."""

    def __init__(self, tx: Transaction, owner_id: str, endpoint_id: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._key = {"owner": owner_id, "endpoint": endpoint_id}

    def get(self, delivery_id: str) -> Delivery | None:
        """Return a message."""
        row = self._tx.one(f"{_SELECT} AND id = :id", {**self._key, "id": delivery_id})
        return Delivery(*row) if row else None

    def page(self, window: Window, status: str | None) -> list[Delivery]:
        """Return messages, newest first; no status is any status."""
        among = "" if status is None else "AND status = :status"
        params = {**self._key, **window.params()} | ({} if status is None else {"status": status})
        rows = self._tx.all(
            f"""{_SELECT} AND created_at >= :since AND (created_at, seq) < (:until_at, :until_seq) {among}
            ORDER BY created_at DESC, seq DESC LIMIT :limit""",
            params,
        )
        return [Delivery(*row) for row in rows]

    def attempts(self, delivery_id: str) -> list[Tried]:
        """Return the attempts to deliver a message, in order."""
        rows = self._tx.all(
            """
            SELECT number, at, took_ms, status, problem FROM delivery_attempts
            WHERE owner_id = :owner AND delivery_id = :id ORDER BY number
            """,
            {"owner": self._key["owner"], "id": delivery_id},
        )
        return [Tried(*row) for row in rows]

    def forgive(self) -> None:
        """Forget that the endpoint failed."""
        self._tx.run("DELETE FROM endpoint_health WHERE owner_id = :owner AND endpoint_id = :endpoint", self._key)

    def remove(self) -> None:
        """Remove everything: the endpoint goes."""
        self._tx.run("DELETE FROM deliveries WHERE owner_id = :owner AND endpoint_id = :endpoint", self._key)
        self.forgive()


_SELECT = """
SELECT id, event_id, event_type, body, status, attempts, due_at, created_at, ended_at, reason, seq FROM deliveries
WHERE owner_id = :owner AND endpoint_id = :endpoint"""
