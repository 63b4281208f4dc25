"""What toolboxes of tests have in common: nothing of a session's folder, and nothing to tidy."""

from typing import Self


class Bare:
    """Tools without a folder; what a call does is for each test to say."""

    def definitions(self, *_: object) -> bytes:
        return b"[]"

    async def notes(self, *_: object) -> str:
        return ""

    async def begin(self, *_: object) -> None:
        """Nothing is left of anything."""

    async def discard(self, *_: object) -> None:
        """Nothing is left of anything."""

    async def open(self, *_: object) -> Self:
        return self

    async def close(self) -> None:
        """Nothing is held."""
