"""Memory stores, and the memories in them that a tree brings along."""

from typing import TYPE_CHECKING, Any

from agentops.reconcile.target import Verb, Write
from agentops.targets.resources.collection import Collection

if TYPE_CHECKING:
    from anthropic.resources.beta import AsyncBeta


class MemoryStores(Collection):
    """A collection whose writes may be about one memory of a store."""

    async def write(self, beta: "AsyncBeta", write: Write) -> Any:
        """Do it and return the SDK's raw response."""
        memories: Any = beta.memory_stores.memories.with_raw_response
        match write.verb:
            case Verb.CREATE_MEMORY:
                return await memories.create(write.id, **write.body)
            case Verb.UPDATE_MEMORY:
                return await memories.update(write.memory_id, memory_store_id=write.id, **write.body)
            case _:
                return await super().write(beta, write)
