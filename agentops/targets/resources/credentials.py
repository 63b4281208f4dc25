"""Credentials: inside vaults, and the one place where a secret leaves for its destination."""

from typing import TYPE_CHECKING, Any

from agentops.reconcile.target import Verb, Write
from agentops.reconcile.write_only import WriteOnly
from agentops.targets.resources.collection import Collection

if TYPE_CHECKING:
    from anthropic.resources.beta import AsyncBeta


class Credentials(Collection):
    """A collection whose calls name the vault as well."""

    async def write(self, beta: "AsyncBeta", write: Write) -> Any:
        """Do it and return the SDK's raw response."""
        calls: Any = self._calls(beta).with_raw_response
        body = _revealed(dict(write.body))
        match write.verb:
            case Verb.CREATE:
                return await calls.create(write.parent, **body)
            case Verb.UPDATE:
                return await calls.update(write.id, vault_id=write.parent, **body)
            case Verb.ARCHIVE:
                return await calls.archive(write.id, vault_id=write.parent)
            case _:
                return await calls.delete(write.id, vault_id=write.parent)


def _revealed(value: Any) -> Any:
    if isinstance(value, WriteOnly):
        return value.secret.reveal()
    return {key: _revealed(each) for key, each in value.items()} if isinstance(value, dict) else value
