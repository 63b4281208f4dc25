"""The blob store as the engine sees it; which bytes are whose, and when they may go, is said by the database."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from agentops.engine.core.blobs import Blob


class Draft(Protocol):
    """Bytes on their way in: on disk, but not yet anybody's."""

    @property
    def size_bytes(self) -> int:
        """Return how many bytes have been written."""

    async def write(self, data: bytes) -> None:
        """Add bytes."""

    async def finished(self, owner: str) -> Blob:
        """Return what the bytes are as the owner's blob, once they would survive the process and the machine."""

    async def place(self, blob: Blob) -> None:
        """Put the finished bytes where `read` finds them, in one step."""


class BlobStore(Protocol):
    """Where blobs are kept.

    Several servers may work on one database; then they need one blob store: every server's folder must be the same
    folder of a shared file system that renames in one step, or a file that one server took is missing on the others.
    """

    def draft(self) -> AbstractAsyncContextManager[Draft]:
        """Return a draft that is gone afterwards, unless it was placed."""

    async def read(self, blob: Blob) -> AsyncIterator[bytes]:
        """Return the bytes in pieces.

        Raises:
            StorageError: they are not there.
        """

    async def remove(self, blob: Blob) -> None:
        """Remove the owner's bytes; it does not matter whether they are there.

        Raises:
            StorageError: they cannot be removed.
        """

    async def sweep(self) -> None:
        """Remove drafts that a server left behind when it was killed."""
