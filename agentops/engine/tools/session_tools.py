"""All tools of a session behind one door: those built in, and those of its agent's MCP servers."""

from agentops.engine.core.json import Json
from agentops.engine.tools.builtin import BuiltinTools
from agentops.engine.tools.mcp.servers import McpServers
from agentops.engine.tools.port import Inspection, Invocation, Offer, Outcome


class SessionTools:
    """A toolbox of two."""

    def __init__(self, builtin: BuiltinTools, servers: McpServers, networking: Json | None) -> None:
        """Start and connect to nothing yet."""
        self._builtin = builtin
        self._servers = servers
        self._networking = networking

    def know(self, agent: Json) -> None:
        """Take which servers the agent has: a call that was agreed to comes before they are asked for anything."""
        self._servers.know(agent, self._networking)

    async def offer(self, agent: Json) -> Offer:
        """Return what the servers of the agent, as it is by now, offer."""
        self.know(agent)
        return await self._servers.offer()

    async def run(self, invocation: Invocation) -> Outcome:
        """Return what came of the call; cancelling stops what it started.

        Raises:
            ToolsUnavailable: no sandbox can be had.
        """
        if invocation.mcp_server_name is None:
            return await self._builtin.run(invocation)
        return await self._builtin.bounded(await self._servers.run(invocation))

    def inspection(self) -> Inspection:
        """Return what looks at the session's files for those who judge them."""
        return self._builtin.inspection()

    async def close(self) -> None:
        """Hang up, and stop the sandbox; files stay."""
        try:
            await self._servers.close()
        finally:
            await self._builtin.close()
