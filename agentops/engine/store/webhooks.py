"""Webhook endpoints: those of an organization, few enough to be read at once."""

from agentops.engine.store.documents import Document
from agentops.engine.store.port import Transaction


class Webhooks:
    """The endpoints of one organization; they have no archive."""

    def __init__(self, tx: Transaction, organization: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._organization = organization

    def all(self) -> list[Document]:
        """Return every endpoint, oldest first."""
        rows = self._tx.all(
            """
            SELECT id, body, created_at, NULL, seq FROM webhooks
            WHERE organization_id = :organization ORDER BY created_at, seq
            """,
            {"organization": self._organization},
        )
        return [Document(*row) for row in rows]

    def get(self, endpoint_id: str) -> Document | None:
        """Return the endpoint."""
        row = self._tx.one(
            """
            SELECT id, body, created_at, NULL, seq FROM webhooks
            WHERE organization_id = :organization AND id = :id
            """,
            {"organization": self._organization, "id": endpoint_id},
        )
        return Document(*row) if row else None

    def insert(self, endpoint: Document) -> None:
        """Add an endpoint."""
        self._tx.run(
            """
            INSERT INTO webhooks (organization_id, id, body, created_at)
            VALUES (:organization, :id, :body, :created_at)
            """,
            {
                "organization": self._organization,
                "id": endpoint.id,
                "body": endpoint.body,
                "created_at": endpoint.created_at,
            },
        )

    def replace(self, endpoint: Document) -> None:
        """Put a new body in place of the old one."""
        self._tx.run(
            "UPDATE webhooks SET body = :body WHERE organization_id = :organization AND id = :id",
            {"organization": self._organization, "id": endpoint.id, "body": endpoint.body},
        )

    def delete(self, endpoint_id: str) -> None:
        """Remove the endpoint."""
        self._tx.run(
            "DELETE FROM webhooks WHERE organization_id = :organization AND id = :id",
            {"organization": self._organization, "id": endpoint_id},
        )
