"""The memories that a tree brings along, written into their store under the preconditions of the plan."""

from typing import Any

from agentops.base.errors import TargetConflict, TargetError
from agentops.reconcile.delivery import Delivery
from agentops.reconcile.plan import Step
from agentops.reconcile.seeds import MemoryWrite
from agentops.reconcile.target import Body, Target, Verb, Write


class MemoryWriter:
    """Writes memories one by one: a store takes them in the order in which they are asked for."""

    def __init__(self, target: Target, delivery: Delivery) -> None:
        """Take what reads and what delivers."""
        self._target = target
        self._delivery = delivery

    async def write(self, step: Step, store_id: str) -> None:
        """Write every memory of a step.

        Raises:
            TargetConflict: somebody wrote or removed one after the plan was made.
        """
        for memory in step.memories:
            await self._write(step, store_id, memory)

    async def _write(self, step: Step, store_id: str, memory: MemoryWrite) -> None:
        try:
            answer = await self._delivery.deliver(_request(step, store_id, memory))
        except TargetConflict as error:
            # Ours, if a lost answer made us ask twice: then the memory already says what it should.
            found = {each["path"]: each for each in await self._target.list_memories(store_id)}
            if memory.path in found and found[memory.path]["content_sha256"] == memory.seed.sha256:
                return
            who = await self._author(store_id, found.get(memory.path))
            raise TargetConflict(
                f"{step.address}: memory {memory.path} changed after it was planned{who}",
                hint="look at it with `agentops plan`, then run the command again",
            ) from error
        if answer.get("content_sha256") != memory.seed.sha256:
            raise TargetError(
                f"{step.address}: memory {memory.path} was written, but the target holds another text",
                hint="look at it with `agentops plan`; if it comes back, report it to the operator of the target",
            )

    async def _author(self, store_id: str, memory: Body | None) -> str:
        """Return who wrote a memory last, as far as the target tells."""
        if memory is None:
            return ": it is not there any more"
        history = await self._target.memory_versions(store_id, {"memory_id": memory["id"]})
        author = (history[0].get("created_by") or {}) if history else {}
        who = next((f"{key[:-3].replace('_', ' ')} {author[key]}" for key in sorted(author) if key.endswith("_id")), "")
        return f": {who} wrote it at {history[0].get('created_at')}" if who else ""


def _request(step: Step, store_id: str, memory: MemoryWrite) -> Write:
    body: dict[str, Any] = {"content": memory.seed.text}
    if not memory.memory_id:
        return Write(Verb.CREATE_MEMORY, step.object, store_id, body=body | {"path": memory.path})
    body["precondition"] = {"type": "content_sha256", "content_sha256": memory.expected_sha256}
    return Write(Verb.UPDATE_MEMORY, step.object, store_id, memory.memory_id, body)
