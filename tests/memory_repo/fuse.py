"""What dies in the middle: a live store and a repository that count effects."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from agentops.memory_repo.commits import Move
from agentops.memory_repo.git import Repository
from agentops.reconcile.target import Body


class Crash(Exception):
    """The process is gone."""


class Fuse:
    """Counts effects and burns through before or after one of them; with none it never does."""

    def __init__(self, effects: int = 0, *, is_done: bool = True) -> None:
        self._left = effects
        self._is_done = is_done

    async def around(self, effect: Any) -> Any:
        """Do the effect, or die before it, or right after it."""
        self._left -= 1
        if self._left == 0 and not self._is_done:
            effect.close()
            raise Crash
        done = await effect
        if self._left == 0:
            raise Crash
        return done

    def at_once(self, effect: Any, *args: Any) -> None:
        self._left -= 1
        if self._left == 0 and not self._is_done:
            raise Crash
        effect(*args)
        if self._left == 0:
            raise Crash


class FusedStore:
    """A live store that is lost with its process."""

    def __init__(self, live: Any, fuse: Fuse, interlude: Callable[[], Awaitable[None]] | None = None) -> None:
        self.label, self.id = live.label, live.id
        self._live, self._fuse, self._interlude = live, fuse, interlude

    async def about(self) -> Body:
        return await self._live.about()

    async def memories(self, *, full: bool) -> Any:
        found = await self._live.memories(full=full)
        if self._interlude:
            await self._interlude()  # somebody writes between our reading and our writing
        return found

    async def versions(self, only: Mapping[str, str]) -> AsyncIterator[Body]:
        async for each in self._live.versions(only):
            yield each

    async def create(self, path: str, text: str) -> Body:
        return await self._fuse.around(self._live.create(path, text))

    async def update(self, memory_id: str, text: str, *, expected: str) -> Body:
        return await self._fuse.around(self._live.update(memory_id, text, expected=expected))

    async def delete(self, memory_id: str, *, expected: str) -> None:
        await self._fuse.around(self._live.delete(memory_id, expected=expected))

    async def redact(self, version_id: str) -> None:
        raise AssertionError("a sync redacts nothing")

    async def annotate(self, metadata: Mapping[str, str]) -> None:
        await self._fuse.around(self._live.annotate(metadata))


class FusedRepository(Repository):
    """A repository that is lost with its process."""

    fuse = Fuse()

    def push(self, moves: Mapping[str, Move]) -> None:
        self.fuse.at_once(super().push, moves)
