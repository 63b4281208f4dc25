"""Credentials: inside vaults, which every call of theirs names."""

from typing import TYPE_CHECKING, Any

from agentops.reconcile.target import Verb, Write
from agentops.targets.resources.collection import Collection

if TYPE_CHECKING:
    from anthropic.resources.beta import AsyncBeta


class Credentials(Collection):
    """A collection whose calls name the vault as well."""

    async def write(self, beta: "AsyncBeta", write: Write) -> Any:
        """Do it and return the SDK's raw response."""
        calls: Any = self._calls(beta).with_raw_response
        body = dict(write.body)
        match write.verb:
            case Verb.CREATE:
                return await calls.create(write.parent, **body)
            case Verb.UPDATE:
                return await calls.update(write.id, vault_id=write.parent, **body)
            case Verb.ARCHIVE:
                return await calls.archive(write.id, vault_id=write.parent)
            case _:
                return await calls.delete(write.id, vault_id=write.parent)
