"""What a server does by itself, asked by nobody: the port of every such watch."""

from typing import Protocol


class Duty(Protocol):
    """Begins once the database is open and this process is on the list of those that live, and ends before it goes."""

    async def open(self) -> None:
        """Begin.

        Raises:
            StorageError: the database cannot be used.
        """

    async def close(self) -> None:
        """Stop where another server, or this one later, can go on."""
