"""The tools of sessions, assembled: what their models are told of them, and the sandboxes they run in."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from agentops.base.threads import in_thread
from agentops.engine.core import tool_definitions
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.sessions import Session
from agentops.engine.mounting.desk import Backing, Desk
from agentops.engine.mounting.mounting import Mounting
from agentops.engine.mounting.notes import notes
from agentops.engine.outbound import Outbound
from agentops.engine.packages.managers import PACKAGE_HOSTS
from agentops.engine.packages.packages import Packages
from agentops.engine.runner.credentials import Renewals, SessionCredentials
from agentops.engine.runner.mounted import MountedTools
from agentops.engine.runner.packaged import PackagedSandboxes
from agentops.engine.runner.url_sources import LogSources
from agentops.engine.sandbox.elsewhere import Elsewhere
from agentops.engine.sandbox.port import Egress, Limits, Sandboxes, SandboxSpec
from agentops.engine.tools.builtin import BuiltinTools, Web
from agentops.engine.tools.mcp.port import Patience
from agentops.engine.tools.mcp.servers import McpServers
from agentops.engine.tools.port import Toolbox
from agentops.engine.tools.search import Searcher, WebSearch
from agentops.engine.tools.session_tools import SessionTools
from agentops.engine.tools.web import WebFetch
from agentops.wire.networks import host_of

_log = logging.getLogger("agentops.engine")

SESSIONS = "sessions"
"""The folder in the data folder with one folder for each session that ran tools."""

PLANS = "plans"
"""The folder in the data folder where the programs of workflow runs are, each in a folder of its own."""

PACKAGES = "packages"
"""The folder in the data folder with what environments' packages came to; it can be removed at any time."""


class Kit:
    """Makes the tools of sessions."""

    def __init__(
        self,
        sandboxes: Sandboxes,
        outbound: Outbound,
        folder: Path,
        *,
        searcher: Searcher | None = None,
        limits: Limits | None = None,
        packages: Packages | None = None,
    ) -> None:
        """Take where tools run, how the web is reached, and the folder that holds the sessions' own.

        Without `packages` none are installed, and sessions whose environment lists some are told so.
        """
        self._sandboxes = sandboxes
        self._outbound = outbound
        self._folder = folder
        self._searcher = searcher
        self._limits = limits or Limits()
        self._packages = packages
        self._renewals = Renewals(outbound)
        self._made: Mounting | None = None

    def definitions(self, agent: Json, of_servers: Mapping[str, Sequence[Json]]) -> bytes:
        """Return what a model is told of an agent's tools, those of its MCP servers too, as a JSON array."""
        return tool_definitions.definitions(agent["tools"], of_servers)

    async def notes(self, desk: Desk, session: Session, resources: Sequence[Json]) -> str:
        """Return what the system prompt says of the places that the agent finds; empty for nothing."""
        return notes(session, resources, await self._mounting(desk).skills(desk.place, session))

    async def open(self, desk: Desk, session: Session, resources: Sequence[Json]) -> Toolbox:
        """Return the tools of a session; nothing is started before it is needed."""
        agent, config = parsed(session.agent), parsed(session.config)
        mounting = self._mounting(desk)
        # Who has a folder already had a shell, which is gone.
        is_resumed = await in_thread((self._folder / session.id).is_dir)
        # What is mounted with the workers of an environment is nothing that is needed here.
        is_elsewhere = config["type"] == "self_hosted"
        prepared = await mounting.prepare(desk.place, session, () if is_elsewhere else resources)
        out = egress(agent, config)
        spec = SandboxSpec(session.id, prepared.folder, prepared.mounts, egress=out, limits=self._limits)
        sandboxes = PackagedSandboxes(
            Elsewhere() if is_elsewhere else self._sandboxes, self._packages, config.get("packages")
        )
        sources = LogSources(desk)
        builtin = BuiltinTools(
            sandboxes, spec, lambda other: self._web((other or agent)["tools"], sources), is_resumed=is_resumed
        )
        credentials = SessionCredentials(desk, parsed(session.fields)["vault_ids"], self._renewals)
        tools = SessionTools(
            builtin, lambda: McpServers(self._outbound, credentials, Patience()), agent, config.get("networking")
        )
        return MountedTools(tools, mounting, desk, prepared, sandboxes.taken)

    def _web(self, tools: Sequence[Json], sources: LogSources) -> Web:
        """Return the web as an agent's settings let it be seen."""
        fetch = WebFetch(self._outbound, tool_definitions.settings(tools, "web_fetch"), sources)
        return Web(fetch, WebSearch(self._searcher, tool_definitions.settings(tools, "web_search")))

    async def begin(self, backing: Backing) -> None:
        """Remove what is left of sessions that are gone, and packages that none used for long."""
        await self._of(backing).sweep()
        if self._packages is not None:
            await self._packages.sweep()

    async def discard(self, session_id: str) -> None:
        """Remove what is left of a session that was deleted."""
        if self._made is not None:
            await self._made.discard(session_id)

    async def close(self) -> None:
        """Stop every sandbox, and wait a little for what is being written."""
        if self._packages is not None:
            await self._packages.close()
        await self._sandboxes.close()
        if self._made is not None:
            await self._made.close()

    def _mounting(self, desk: Desk) -> Mounting:
        return self._of(desk.backing)

    def _of(self, backing: Backing) -> Mounting:
        if self._made is None:
            self._made = Mounting(backing, self._folder)
        return self._made


def egress(agent: Json, config: Json) -> Egress:
    """Return where a session may connect to. Source: documented, managed-agents page environments."""
    networking = config.get("networking") or {"type": "unrestricted"}
    if networking["type"] == "unrestricted":
        return Egress("unrestricted")
    servers = _hosts(agent) if networking["allow_mcp_servers"] else ()
    packages = PACKAGE_HOSTS if networking["allow_package_managers"] else ()
    hosts = tuple(dict.fromkeys((*networking["allowed_hosts"], *servers, *packages)))
    return Egress("limited", hosts) if hosts else Egress()


def _hosts(agent: Json) -> tuple[str, ...]:
    return tuple(filter(None, (host_of(each["url"]) for each in agent["mcp_servers"])))
