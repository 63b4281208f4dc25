"""Two servers on one database: a dream is run by one of them, taken over from one that seems dead, written once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from agentops.base.clock import ManualClock
from agentops.engine.settings import Settings

from .bedroom import PATIENCE_S, Bedroom, Held, lesson, opened

pytestmark = pytest.mark.anyio


@dataclass
class Two:
    """A first server, and a second one that is opened behind it: of two that stand ready either may be quicker."""

    first: Bedroom
    opens: Callable[[Held], AbstractAsyncContextManager[Bedroom]]
    stack: AsyncExitStack
    held: tuple[Held, Held]
    second: Bedroom = field(init=False)

    async def begun(self, **fields: Any) -> Any:
        """Return a dream that the first server runs, and waits; the second is open from here on."""
        store = await self.first.store({"/notes.md": "# Notes\n\n- be brief\n"})
        dream = await self.first.dream(store, await self.first.session(lesson(7)), **fields)
        async with asyncio.timeout(PATIENCE_S):
            await self.held[0].begun.wait()
        self.second = await self.stack.enter_async_context(self.opens(self.held[1]))
        return dream

    async def look(self) -> None:
        """Have the second server look who lives, and what nobody runs."""
        assert self.second.engine._crew is not None
        assert self.second.engine._dreams is not None
        await self.second.engine._crew._look()
        await self.second.engine._dreams._look()


@pytest.fixture
async def two(settings: Settings, clock: ManualClock, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Two]:
    del anyio_backend
    elsewhere = replace(settings, data=tmp_path / "second")
    async with AsyncExitStack() as stack:
        held = (Held(), Held())
        first = await stack.enter_async_context(opened(settings, clock, held[0]))
        try:
            yield Two(first, partial(opened, elsewhere, clock), stack, held)
        finally:
            for each in held:
                each.may_end.set()


async def test_a_dream_is_run_by_one_server(two: Two) -> None:
    dream = await two.begun()
    await two.look()
    two.held[0].may_end.set()
    assert (await two.second.ended(dream)).status == "completed"
    assert [len(each.nights) for each in two.held] == [1, 0]


async def test_a_server_that_was_silent_too_long_is_followed_and_writes_no_more(two: Two) -> None:
    dream = await two.begun()
    assert two.first.engine._dreams is not None
    two.first.engine._dreams._is_closing = True  # who is silent takes nothing up: else both could go on by turns
    async with asyncio.timeout(PATIENCE_S):
        while not two.held[1].begun.is_set():
            # A sign of life may come between the two.
            await silence(two.first)
            await two.look()
    two.held[0].may_end.set()
    await two.first.engine._dreams._look()
    assert (await two.first.beta.dreams.retrieve(dream.id)).status == "running"
    two.held[1].may_end.set()
    dream = await two.first.ended(dream)
    assert (dream.status, len(dream.outputs)) == ("completed", 1)
    assert len([each async for each in two.first.beta.memory_stores.list()]) == 2
    assert len(await two.first.operations(dream)) == 1


async def test_a_dream_that_another_server_runs_is_canceled(two: Two) -> None:
    dream = await two.begun()
    canceled = await two.second.beta.dreams.cancel(dream.id)
    assert canceled.status == "canceled"
    assert two.first.engine._dreams is not None
    await two.first.engine._dreams._look()
    await two.first.stopped(dream)
    assert two.held[0].was_canceled


async def silence(room: Bedroom) -> None:
    """Let a server look as if it had been silent on another machine."""
    name = room.engine._name

    def forget(tx: Any) -> None:
        tx.run("UPDATE runners SET host = 'elsewhere', seen_at = '2026-01-01' WHERE id = :id", {"id": name})

    await room.engine._database.write(forget)
