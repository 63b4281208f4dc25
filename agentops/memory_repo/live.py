"""The port of a live store: one memory store of a server that speaks the API, in the API's own words."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from agentops.reconcile.target import Body

COMMIT = "agentops.dev/memory-commit"
"""The metadata key that tells which commit of the live branch a store was last brought in step with."""


class LiveStore(Protocol):
    """Reads and writes one store. It raises `TargetError`s; a `TargetConflict` says that somebody was faster."""

    label: str
    """The server, as people know it."""

    id: str

    async def about(self) -> Body:
        """Return the store: its name, metadata, and whether it is archived."""
        ...

    async def memories(self, *, full: bool) -> Sequence[Body]:
        """Return every memory, by pages; `full`: with its content."""
        ...

    def versions(self, only: Mapping[str, str]) -> AsyncIterator[Body]:
        """Yield the versions that the filters let through, newest first, with their content; a page at a time."""
        ...

    async def create(self, path: str, text: str) -> Body:
        """Make a memory, where there is none, and return it."""
        ...

    async def update(self, memory_id: str, text: str, *, expected: str) -> Body:
        """Give a memory another text, if its content has the digest `expected`, and return it."""
        ...

    async def delete(self, memory_id: str, *, expected: str) -> None:
        """Remove a memory, if its content has the digest `expected`."""
        ...

    async def redact(self, version_id: str) -> None:
        """Remove for ever what a version held."""
        ...

    async def annotate(self, metadata: Mapping[str, str]) -> None:
        """Set metadata of the store."""
        ...
