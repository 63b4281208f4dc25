"""The tools of sessions, assembled: what their models are told of them, and the sandboxes they run in."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from agentops.engine.core import tool_definitions
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.sessions import Session
from agentops.engine.mounting.desk import Desk
from agentops.engine.outbound import Outbound
from agentops.engine.runner.credentials import Renewals, SessionCredentials
from agentops.engine.runner.url_sources import LogSources
from agentops.engine.sandbox.port import Egress, Limits, Sandboxes, SandboxSpec
from agentops.engine.threads import in_thread
from agentops.engine.tools.builtin import BuiltinTools
from agentops.engine.tools.mcp.port import Patience
from agentops.engine.tools.mcp.servers import McpServers
from agentops.engine.tools.port import Toolbox
from agentops.engine.tools.search import Searcher, WebSearch
from agentops.engine.tools.session_tools import SessionTools
from agentops.engine.tools.web import WebFetch

_log = logging.getLogger("agentops.engine")

SESSIONS = "sessions"
"""The folder in the data folder with one folder for each session that ran tools."""

PACKAGE_HOSTS = (
    "pypi.org", "files.pythonhosted.org", "registry.npmjs.org", "deb.debian.org", "security.debian.org",
    "archive.ubuntu.com", "security.ubuntu.com", "crates.io", "static.crates.io", "index.crates.io",
    "proxy.golang.org", "sum.golang.org", "rubygems.org", "index.rubygems.org",
)  # fmt: skip
"""What `allow_package_managers` opens: the registries that the managers of an environment's packages ask by default."""


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
        patience: Patience | None = None,
    ) -> None:
        """Take where tools run, how the web is reached, and the folder that holds the sessions' own."""
        self._sandboxes = sandboxes
        self._outbound = outbound
        self._folder = folder
        self._searcher = searcher
        self._limits = limits or Limits()
        self._patience = patience or Patience()
        self._renewals = Renewals(outbound)

    def definitions(self, agent: Json, of_servers: Mapping[str, Sequence[Json]]) -> bytes:
        """Return what a model is told of an agent's tools, those of its MCP servers too, as a JSON array."""
        return tool_definitions.definitions(agent["tools"], of_servers)

    def notes(self, session: Session, resources: Sequence[Json]) -> str:
        """Return what the system prompt says of the places that the agent finds; empty for nothing."""
        del session, resources
        return ""

    async def open(self, desk: Desk, session: Session, resources: Sequence[Json]) -> Toolbox:
        """Return the tools of a session; nothing is started before it is needed."""
        del resources
        agent, config = parsed(session.agent), parsed(session.config)
        folder = self._folder / session.id
        is_resumed = not await in_thread(_made, folder)
        spec = SandboxSpec(session.id, folder, egress=egress(agent, config), limits=self._limits)
        settings = tool_definitions.settings(agent["tools"], "web_fetch")
        fetch = WebFetch(self._outbound, settings, LogSources(desk))
        search = WebSearch(self._searcher, tool_definitions.settings(agent["tools"], "web_search"))
        builtin = BuiltinTools(self._sandboxes, spec, fetch, search, is_resumed=is_resumed)
        credentials = SessionCredentials(desk, parsed(session.fields)["vault_ids"], self._renewals)
        servers = McpServers(self._outbound, credentials, self._patience)
        tools = SessionTools(builtin, servers, config.get("networking"))
        tools.know(agent)
        return tools


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
    return tuple(each["url"].partition("://")[2].partition("/")[0].partition(":")[0] for each in agent["mcp_servers"])


def _made(folder: Path) -> bool:
    """Make the folders of a session, and tell whether there were none."""
    is_new = not folder.exists()
    for name in ("workspace", "outputs"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    return is_new
