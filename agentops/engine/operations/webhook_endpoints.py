"""What the webhook endpoints of an organization and those of a workspace have in common: rows with a signing secret."""

from dataclasses import dataclass, replace
from typing import Protocol

from agentops.base.errors import NotFound
from agentops.base.secrets import Secret
from agentops.engine import sealing
from agentops.engine.core.json import parsed, written
from agentops.engine.core.webhooks import with_secret
from agentops.engine.operations.call import Call
from agentops.engine.sealing import Box
from agentops.engine.store.delivery_log import DeliveryLog
from agentops.engine.store.documents import Document
from agentops.engine.store.secrets import Secrets

FIELD = "signing_secret"
"""What the secret is called, in answers and where it lies sealed."""

_PREFIX = "whsec_"


class Rows(Protocol):
    """Where one owner's endpoints lie."""

    def get(self, object_id: str, /) -> Document | None:
        """Return the endpoint."""

    def insert(self, document: Document, /) -> None:
        """Add an endpoint."""

    def replace(self, document: Document, /) -> None:
        """Put the endpoint's new body in place of the old one."""

    def delete(self, object_id: str, /) -> None:
        """Remove the endpoint, but not its secret."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The endpoints of one owner. A secret is made here, sealed at once, told in one answer and never again."""

    call: Call
    rows: Rows
    owner: str

    def add(self, endpoint_id: str, body: str) -> str:
        """Save a new endpoint and return it with its secret."""
        self.rows.insert(Document(endpoint_id, body, self.call.at, None))
        return with_secret(body, self._new_secret(endpoint_id))

    def existing(self, endpoint_id: str) -> Document:
        """Return the endpoint as it lies in the database.

        Raises:
            NotFound: there is no such endpoint.
        """
        stored = self.rows.get(endpoint_id)
        if stored is None:
            raise NotFound(f"There is no webhook endpoint {endpoint_id}.")
        return stored

    def restate(self, endpoint_id: str) -> None:
        """Begin anew with an endpoint whose state was set: what failed before counts no more."""
        DeliveryLog(self.call.tx, self.owner, endpoint_id).forgive()

    def renew(self, endpoint_id: str) -> str:
        """Put a new secret in place of the old one, which is void at once, and return it.

        Raises:
            NotFound: there is no such endpoint.
        """
        stored = self.existing(endpoint_id)
        body = written({**parsed(stored.body), "updated_at": self.call.at})
        self.rows.replace(replace(stored, body=body))
        return written({FIELD: self._new_secret(endpoint_id).reveal()})

    def remove(self, endpoint_id: str) -> str:
        """Remove the endpoint with all that waits for it or was delivered, its secret, and the key that opens copies.

        Raises:
            NotFound: there is no such endpoint.
        """
        self.existing(endpoint_id)
        self.rows.delete(endpoint_id)
        DeliveryLog(self.call.tx, self.owner, endpoint_id).remove()
        self._secrets(endpoint_id).destroy()
        return written({"type": "webhook_endpoint_deleted", "id": endpoint_id})

    def _new_secret(self, endpoint_id: str) -> Secret:
        """Make a secret. Source: Standard Webhooks, "Signature scheme": 32 random bytes in base64 after a prefix."""
        secret = Secret(_PREFIX + sealing.generate())
        self._secrets(endpoint_id).put(endpoint_id, {FIELD: secret}, self.call.at)
        return secret

    def _secrets(self, endpoint_id: str) -> Secrets:
        return Secrets(self.call.tx, Box(self.owner, endpoint_id), self.call.keyring)
