"""Tools whose calls are counted: which of them, how long, how they ended."""

import asyncio
from collections.abc import Mapping, Sequence
from time import perf_counter

from agentops.engine.core.json import Json
from agentops.engine.core.sessions import Session
from agentops.engine.meter import Meter, ToolOutcome
from agentops.engine.mounting.desk import Backing, Desk
from agentops.engine.runner.outfit import Toolboxes
from agentops.engine.tools.port import Inspection, Invocation, Offer, Outcome, Toolbox, ToolsUnavailable


class MeteredToolboxes:
    """Makes the tools that another makes, with a meter beside them."""

    def __init__(self, inner: Toolboxes, meter: Meter) -> None:
        """Stand before the maker."""
        self._inner = inner
        self._meter = meter

    def definitions(self, agent: Json, of_servers: Mapping[str, Sequence[Json]]) -> bytes:
        """Return what a model is told of an agent's tools, those of its MCP servers too, as a JSON array."""
        return self._inner.definitions(agent, of_servers)

    async def notes(self, desk: Desk, session: Session, resources: Sequence[Json]) -> str:
        """Return what the system prompt says of the places that the agent finds; empty for nothing."""
        return await self._inner.notes(desk, session, resources)

    async def begin(self, backing: Backing) -> None:
        """Remove what is left of sessions that are gone."""
        await self._inner.begin(backing)

    async def discard(self, session_id: str) -> None:
        """Remove what is left of a session that is gone; its tools are closed."""
        await self._inner.discard(session_id)

    async def open(self, desk: Desk, session: Session, resources: Sequence[Json]) -> Toolbox:
        """Return the tools of a session; nothing is started before it is needed."""
        return MeteredToolbox(await self._inner.open(desk, session, resources), self._meter)


class MeteredToolbox:
    """The tools of one session."""

    def __init__(self, inner: Toolbox, meter: Meter) -> None:
        """Stand before the tools."""
        self._inner = inner
        self._meter = meter

    async def offer(self, agent: Json, thread_id: str) -> Offer:
        """Return what the servers of a thread's agent, as it is by now, offer."""
        return await self._inner.offer(agent, thread_id)

    async def run(self, invocation: Invocation) -> Outcome:
        """Return what came of the call; cancelling stops what it started.

        Raises:
            ToolsUnavailable: the machine, not the call, failed.
        """
        began = perf_counter()
        ended: ToolOutcome = "unavailable"
        try:
            outcome = await self._inner.run(invocation)
            ended = "error" if outcome.is_error else "ok"
        except ToolsUnavailable:
            raise
        except asyncio.CancelledError:
            ended = "cancelled"
            raise
        except Exception:
            ended = "error"
            raise
        else:
            return outcome
        finally:
            self._meter.ran(invocation.name, invocation.mcp_server_name, ended, perf_counter() - began)

    def inspection(self) -> Inspection:
        """Return what looks at the session's files for those who judge them."""
        return self._inner.inspection()

    async def close(self) -> None:
        """Let go of the sandbox and of every connection; what was written stays."""
        await self._inner.close()
