"""One memory store of a target, whole: its memories, their versions, and writes that overwrite nobody."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from agentops.base.errors import TargetError
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.target import Body
from agentops.targets import errors
from agentops.targets.live import LiveTarget

_BETAS = OBJECTS[ObjectKind.MEMORY_STORE].betas
_FULL_PAGE = 20
"""Source: SDK 2.11.0 `types/beta/memory_stores/memory_list_params.py`: with `view=full`, at most 20 on a page."""


class Memory:
    """What a client does with a memory store."""

    def __init__(self, target: LiveTarget, store_id: str) -> None:
        """Take the target and the id of the store."""
        self.label = target.label
        self.id = store_id
        self._target = target
        self._path = f"memory_stores/{quote(store_id, safe='')}"

    async def about(self) -> Body:
        """Return the store.

        Raises:
            TargetError: there is none of this id.
        """
        found = await self._target.pages.one(self._path, _BETAS)
        if found is None:
            raise TargetError(
                f"{self.label} has no memory store {self.id} any more", hint="`agentops apply` makes a new one"
            )
        return found

    async def memories(self, *, full: bool) -> Sequence[Body]:
        """Return every memory; `full`: with its content."""
        params = {"view": "full", "limit": str(_FULL_PAGE)} if full else None
        found = await self._target.pages.every(f"{self._path}/memories", _BETAS, params)
        return [each for each in found or () if each.get("type") == "memory"]

    async def versions(self, only: Mapping[str, str]) -> AsyncIterator[Body]:
        """Yield the versions that the filters let through, newest first, with their content."""
        query: dict[str, str | Sequence[str]] = {"view": "full", "limit": str(_FULL_PAGE), **only}
        while True:
            page = await self._target.pages.one(f"{self._path}/memory_versions", _BETAS, query)
            data = page.get("data") if page else ()
            if not isinstance(data, list | tuple):
                raise errors.not_the_api(f"GET /v1/{self._path}/memory_versions", self.label)
            for each in data:
                yield each
            cursor = page.get("next_page") if page else None
            if not cursor or cursor == query.get("page"):
                return
            query["page"] = cursor

    async def create(self, path: str, text: str) -> Body:
        """Make a memory, where there is none, and return it."""
        return await self._target.called(
            f"create the memory {path}",
            lambda beta: beta.memory_stores.memories.with_raw_response.create(self.id, path=path, content=text),
        )

    async def update(self, memory_id: str, text: str, *, expected: str) -> Body:
        """Give a memory another text, if its content has the digest `expected`, and return it."""
        precondition: Any = {"type": "content_sha256", "content_sha256": expected}
        return await self._target.called(
            f"update the memory {memory_id}",
            lambda beta: beta.memory_stores.memories.with_raw_response.update(
                memory_id, memory_store_id=self.id, content=text, precondition=precondition
            ),
        )

    async def delete(self, memory_id: str, *, expected: str) -> None:
        """Remove a memory, if its content has the digest `expected`."""
        await self._target.called(
            f"delete the memory {memory_id}",
            lambda beta: beta.memory_stores.memories.with_raw_response.delete(
                memory_id, memory_store_id=self.id, expected_content_sha256=expected
            ),
        )

    async def redact(self, version_id: str) -> None:
        """Remove for ever what a version held."""
        await self._target.called(
            f"redact the memory version {version_id}",
            lambda beta: beta.memory_stores.memory_versions.with_raw_response.redact(
                version_id, memory_store_id=self.id
            ),
        )

    async def annotate(self, metadata: Mapping[str, str]) -> None:
        """Set metadata of the store."""
        given: Any = dict(metadata)
        await self._target.called(
            f"update the memory store {self.id}",
            lambda beta: beta.memory_stores.with_raw_response.update(self.id, metadata=given),
        )
