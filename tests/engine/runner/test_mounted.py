"""Calls over a session's folder: in the order in which they were made, and with what the agent has to be told."""

import asyncio
from typing import Any, cast

import pytest

from agentops.base.errors import StorageError
from agentops.engine.core.json import Json
from agentops.engine.mounting.desk import Desk
from agentops.engine.mounting.mounting import Mounting, Prepared
from agentops.engine.runner.mounted import MountedTools
from agentops.engine.store.runners import Place
from agentops.engine.tools.port import Invocation, Offer, Outcome, text

pytestmark = pytest.mark.anyio


class Tools:
    """Notes which calls came, in which order."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def offer(self, agent: Json, thread_id: str) -> Offer:
        del agent
        return Offer()

    async def run(self, invocation: Invocation) -> Outcome:
        self.seen.append(invocation.id)
        return text(invocation.id)

    async def close(self) -> None:
        """Nothing is held."""


class Folder:
    """Brings a folder up to date, the first call slower than the others."""

    def __init__(self, *notices: str, is_full: bool = False) -> None:
        self._notices = list(notices)
        self._is_full = is_full
        self.settled = 0
        self._refreshed = 0

    async def refresh(self, *_: object) -> tuple[str, ...]:
        self._refreshed += 1
        for _turn in range(20 if self._refreshed == 1 else 0):
            await asyncio.sleep(0)
        return ()

    async def settle(self, *_: object) -> tuple[str, ...]:
        self.settled += 1
        if self._is_full:
            raise StorageError("The disk is full.")
        return tuple(self._notices[:1])


class Database:
    """Has no resources."""

    async def read(self, _work: object) -> tuple[Json, ...]:
        return ()


class Backing:
    """What a desk stands on."""

    database = Database()


def mounted(tools: Tools, folder: Folder, *notices: str) -> MountedTools:
    desk = Desk(cast("Any", Backing()), Place("wrkspc_default", "sesn_1"))
    prepared = Prepared(
        cast("Any", None), (), "", notices, ({"type": "unknown_error", "message": "x"},), cast("Any", 0)
    )
    return MountedTools(tools, cast("Mounting", folder), desk, prepared)


def call(number: int, name: str = "bash", thread: str = "sthr_1") -> Invocation:
    return Invocation(f"sevt_{number}", name, {}, None, thread)


async def test_commands_of_one_reply_run_in_the_order_of_the_reply() -> None:
    tools = Tools()
    box = mounted(tools, Folder())
    await asyncio.gather(*(box.run(call(number)) for number in range(6)))
    assert tools.seen == [f"sevt_{number}" for number in range(6)]


async def test_changes_of_files_happen_in_their_order_too() -> None:
    tools = Tools()
    box = mounted(tools, Folder())
    await asyncio.gather(*(box.run(call(number, "write" if number % 2 else "edit")) for number in range(6)))
    assert tools.seen == [f"sevt_{number}" for number in range(6)]


async def test_what_is_to_be_told_is_told_once_and_behind_the_result() -> None:
    box = mounted(Tools(), Folder(), "one file is too large")
    first, second = await box.run(call(1)), await box.run(call(2))
    assert [each["text"] for each in first.content] == ["sevt_1", "[one file is too large]"]
    assert [each["text"] for each in second.content] == ["sevt_2"]
    assert (len(first.troubles), len(second.troubles)) == (1, 0)


class Uneven(Folder):
    """The first look takes until it is told, and finds nothing; the second finds something at once."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end = asyncio.Event()

    async def refresh(self, *_: object) -> tuple[str, ...]:
        self._refreshed += 1
        if self._refreshed == 1:
            await self.may_end.wait()
            return ()
        return ("one file was changed elsewhere",)


async def test_what_one_of_two_calls_at_once_learns_is_told_once() -> None:
    folder = Uneven()
    box = mounted(Tools(), folder, "one file is too large")
    slow = asyncio.ensure_future(box.run(call(1, "read")))
    await asyncio.sleep(0)
    quick = await box.run(call(2, "read"))
    folder.may_end.set()
    told = [each["text"] for outcome in (quick, await slow) for each in outcome.content]
    assert told == ["sevt_2", "[one file is too large]", "[one file was changed elsewhere]", "sevt_1"]


async def test_reading_keeps_nothing_and_the_web_knows_no_folder() -> None:
    folder = Folder()
    box = mounted(Tools(), folder)
    await box.run(call(1, "read"))
    await box.run(call(2, "web_fetch"))
    assert folder.settled == 0
    await box.close()
    assert folder.settled == 1


async def test_a_full_disk_is_told_to_the_agent_and_fails_no_call() -> None:
    outcome = await mounted(Tools(), Folder(is_full=True)).run(call(1))
    assert not outcome.is_error
    assert "The disk is full." in outcome.content[-1]["text"]
