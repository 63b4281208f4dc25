"""The tools of a session over its folder: before a call it is brought up to date, after it what was written is kept."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace

from agentops.base.errors import StorageError
from agentops.engine.core.json import Json
from agentops.engine.mounting.desk import Desk
from agentops.engine.mounting.mounting import Mounting, Prepared
from agentops.engine.operations import session_runs
from agentops.engine.packages.lists import Lack
from agentops.engine.tools.port import Inspection, Invocation, Offer, Outcome, Toolbox

_WRITING = ("bash", "write", "edit")
_READING = ("read", "glob", "grep")


class MountedTools:
    """A toolbox around another."""

    def __init__(
        self,
        tools: Toolbox,
        mounting: Mounting,
        desk: Desk,
        prepared: Prepared,
        lacks: Callable[[], tuple[Lack, ...]] = tuple,
    ) -> None:
        """Take the session's folder as it was made ready, the tools that work on it, and what they turn out to lack."""
        self._tools = tools
        self._mounting = mounting
        self._desk = desk
        self._prepared = prepared
        self._lacks = lacks
        self._notices: tuple[str, ...] = prepared.notices
        self._troubles: tuple[Mapping[str, str], ...] = prepared.troubles
        self._order: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """The turns of each thread's shell, and of changes of files."""

    async def offer(self, agent: Json, thread_id: str) -> Offer:
        """Return what the servers of a thread's agent, as it is by now, offer."""
        return await self._tools.offer(agent, thread_id)

    async def run(self, invocation: Invocation) -> Outcome:
        """Return what came of the call, and with it what the agent has to be told of its files.

        Raises:
            ToolsUnavailable: no sandbox can be had.
        """
        if invocation.mcp_server_name is not None or invocation.name not in (*_WRITING, *_READING):
            return await self._tools.run(invocation)
        if invocation.name in _READING:
            await self._refresh()
            return self._told(await self._tools.run(invocation))
        # First of all, so that what changes something happens in the order in which it was asked for.
        async with self._order[invocation.thread_id if invocation.name == "bash" else ""]:
            await self._refresh()
            outcome = await self._tools.run(invocation)
        await self._settle()
        return self._told(outcome)

    def inspection(self) -> Inspection:
        """Return what looks at the session's files; what the agent has to be told of them waits for its next call."""
        return self._tools.inspection()

    async def close(self) -> None:
        """Stop the tools, and keep what they wrote last."""
        try:
            await self._tools.close()
        finally:
            await self._settle()

    async def _refresh(self) -> None:
        place = self._desk.place
        try:
            resources = await self._desk.backing.database.read(lambda tx: session_runs.resources(tx, place))
            found = await self._mounting.refresh(place, self._prepared, resources)
        except StorageError as error:
            found = (_unkept(error),)
        # Not where it is awaited: other calls come in between, and take what is there or add to it.
        self._notices += found

    async def _settle(self) -> None:
        try:
            found = await self._mounting.settle(self._desk.place, self._prepared)
        except StorageError as error:
            found = (_unkept(error),)
        self._notices += found

    def _told(self, outcome: Outcome) -> Outcome:
        lacks = self._lacks()
        self._notices += tuple(each.sentence for each in lacks)
        self._troubles += tuple({"type": "unknown_error", "message": each.sentence} for each in lacks)
        notices, self._notices = dict.fromkeys(self._notices), ()
        troubles, self._troubles = self._troubles, ()
        return replace(outcome, content=(*outcome.content, *map(_block, notices)), troubles=troubles)


def _block(notice: str) -> Json:
    return {"type": "text", "text": f"[{notice}]"}


def _unkept(error: StorageError) -> str:
    return f"Files could not be brought up to date: {error.message} They are tried again after the next call."
