"""All tools of a session behind one door: those built in, and those of its agent's MCP servers."""

import asyncio
from collections.abc import Callable

from agentops.engine.core.json import Json
from agentops.engine.tools.builtin import BuiltinTools
from agentops.engine.tools.mcp.servers import McpServers
from agentops.engine.tools.port import Inspection, Invocation, Offer, Outcome


class SessionTools:
    """A toolbox of two: one sandbox for all threads, and for each the servers of its own agent."""

    def __init__(
        self, builtin: BuiltinTools, connect: Callable[[], McpServers], agent: Json, networking: Json | None
    ) -> None:
        """Start and connect to nothing yet; `connect` makes servers that know none, `agent` is the session's."""
        self._builtin = builtin
        self._connect = connect
        self._agent = agent
        self._networking = networking
        self._servers: dict[str, McpServers] = {}

    async def offer(self, agent: Json, thread_id: str) -> Offer:
        """Return what the servers of a thread's agent, as it is by now, offer."""
        return await self._known(agent, thread_id).offer()

    async def run(self, invocation: Invocation) -> Outcome:
        """Return what came of the call; cancelling stops what it started.

        Raises:
            ToolsUnavailable: no sandbox can be had.
        """
        if invocation.mcp_server_name is None:
            return await self._builtin.run(invocation)
        servers = self._servers.get(invocation.thread_id)
        # A call that was agreed to may come before the servers were asked for anything.
        servers = servers or self._known(invocation.agent or self._agent, invocation.thread_id)
        return await self._builtin.bounded(await servers.run(invocation))

    def inspection(self) -> Inspection:
        """Return what looks at the session's files for those who judge them."""
        return self._builtin.inspection()

    async def close(self) -> None:
        """Hang up, and stop the sandbox; files stay."""
        try:
            await asyncio.gather(*(each.close() for each in self._servers.values()))
        finally:
            await self._builtin.close()

    def _known(self, agent: Json, thread_id: str) -> McpServers:
        servers = self._servers.get(thread_id) or self._connect()
        self._servers[thread_id] = servers
        servers.know(agent, self._networking)
        return servers
