"""Which tools an agent has, under which names its model knows them, and when a call may run."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agentops.engine.core.json import Json
from agentops.engine.core.runs.setting import Grant
from agentops.wire.custom_tools import BUILT_IN_TOOLS

HARMLESS = ("read", "glob", "grep", "web_fetch", "web_search")
"""What changes nothing in the sandbox or elsewhere."""

SERVED_HERE = ("web_fetch", "web_search")
"""What a worker of a self-hosted environment does not carry out."""

MCP = "mcp__"


class Grants:
    """The tools of one agent. Source: documented, managed-agents pages tools and permission-policies."""

    def __init__(self, tools: Sequence[Json], *, is_self_hosted: bool) -> None:
        """Take an agent's resolved tools."""
        self._named: dict[str, Grant] = {}
        self._servers: dict[str, Json] = {}
        for tool in tools:
            if tool["type"] == "custom":
                self._named[tool["name"]] = Grant("custom")
            elif tool["type"] == "mcp_toolset":
                self._servers[tool["mcp_server_name"]] = tool
            else:
                self._named |= _built_in(tool, is_self_hosted=is_self_hosted)

    def __call__(self, name: str) -> Grant | None:
        """Return what is known of a tool; None for a name that the agent was never told."""
        return self._named.get(name) or self._mcp(name)

    def _mcp(self, name: str) -> Grant | None:
        if not name.startswith(MCP):
            return None
        for server, toolset in self._servers.items():
            if name.startswith(beginning := mcp_name(server, "")):
                bare = name[len(beginning) :]
                return replace(_granted("mcp", toolset, bare), event_name=bare, mcp_server_name=server)
        return None


def mcp_name(server: str, tool: str) -> str:
    """Return under which name a model knows a tool of an MCP server."""
    spelled = "".join(each if each.isascii() and (each.isalnum() or each in "_-") else "_" for each in server)
    return f"{MCP}{spelled}__{tool}"


def _built_in(toolset: Json, *, is_self_hosted: bool) -> Mapping[str, Grant]:
    found = {}
    for name in BUILT_IN_TOOLS:
        grant = replace(_granted("builtin", toolset, name), is_harmless=name in HARMLESS)
        is_remote = is_self_hosted and name not in SERVED_HERE
        found[name] = replace(grant, kind="remote") if is_remote else grant
    return found


def _granted(kind: str, toolset: Json, name: str) -> Grant:
    settings = next((each for each in toolset["configs"] if each["name"] == name), toolset["default_config"])
    grant = Grant("mcp" if kind == "mcp" else "builtin")
    return replace(grant, policy=settings["permission_policy"]["type"], is_enabled=settings["enabled"])
