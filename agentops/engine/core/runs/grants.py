"""Which tools an agent has, under which names its model knows them, and when a call may run."""

import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from agentops.engine.core.json import Json
from agentops.engine.core.runs.setting import Grant
from agentops.wire.custom_tools import BUILT_IN_TOOLS

HARMLESS = ("read", "glob", "grep", "web_fetch", "web_search")
"""What changes nothing in the sandbox or elsewhere."""

SERVED_HERE = ("web_fetch", "web_search")
"""What a worker of a self-hosted environment does not carry out."""

MCP = "mcp__"

_NAME_MOST = 128
"""Source: SDK 2.11.0 `types/beta/beta_tool_param.py`, `name`; the API takes letters, digits, `_` and `-`."""

_OTHERS = re.compile(r"[^A-Za-z0-9_-]")


class Grants:
    """The tools of one agent. Source: documented, managed-agents pages tools and permission-policies."""

    def __init__(
        self,
        tools: Sequence[Json],
        *,
        is_self_hosted: bool,
        of_servers: Mapping[str, Sequence[Json]] | None = None,
        of_team: Iterable[str] = (),
    ) -> None:
        """Take an agent's resolved tools, those of each MCP server as far as known, and those that come with its team.

        A tool of the team outranks one of the same name: the session could not tell them apart.
        """
        self._named: dict[str, Grant] = {}
        self._servers: dict[str, Json] = {}
        for tool in tools:
            if tool["type"] == "custom":
                self._named[tool["name"]] = Grant("custom")
            elif tool["type"] == "mcp_toolset":
                server = tool["mcp_server_name"]
                self._servers[server] = tool
                for each in (of_servers or {}).get(server, ()):
                    self._named.setdefault(mcp_name(server, each["name"]), _of_server(tool, each["name"]))
            else:
                self._named |= _built_in(tool, is_self_hosted=is_self_hosted)
        self._named |= {name: Grant("team") for name in of_team}

    def __call__(self, name: str) -> Grant | None:
        """Return what is known of a tool; None for a name that the agent was never told."""
        return self._named.get(name) or self._mcp(name)

    def _mcp(self, name: str) -> Grant | None:
        """Return what is known of a tool that the server did not name, or has not been asked for."""
        of_name = [each for each in self._servers if name.startswith(mcp_name(each, ""))]
        if not of_name:
            return None
        server = max(of_name, key=len)
        return _of_server(self._servers[server], name[len(mcp_name(server, "")) :])


def mcp_name(server: str, tool: str) -> str:
    """Return under which name a model knows a tool of an MCP server."""
    name = f"{MCP}{_spelled(server)}__{_spelled(tool)}"
    if len(name) <= _NAME_MOST:
        return name
    mark = sha256(f"{server} {tool}".encode()).hexdigest()[:8]
    return f"{name[: _NAME_MOST - 9]}_{mark}"


def _spelled(name: str) -> str:
    return _OTHERS.sub("_", name)


def _of_server(toolset: Json, bare: str) -> Grant:
    # A config holds for every spelling that the model may use: one that asks must not be got around.
    own = [each["name"] for each in toolset["configs"] if _spelled(each["name"]) == _spelled(bare)]
    settings = _settings(toolset, bare if bare in own else next(iter(own), bare))
    return Grant(
        "mcp",
        settings["permission_policy"]["type"],
        settings["enabled"],
        event_name=bare,
        mcp_server_name=toolset["mcp_server_name"],
    )


def _built_in(toolset: Json, *, is_self_hosted: bool) -> Mapping[str, Grant]:
    found = {}
    for name in BUILT_IN_TOOLS:
        settings, is_remote = _settings(toolset, name), is_self_hosted and name not in SERVED_HERE
        policy, is_harmless = settings["permission_policy"]["type"], name in HARMLESS
        found[name] = Grant("remote" if is_remote else "builtin", policy, settings["enabled"], is_harmless)
    return found


def _settings(toolset: Json, name: str) -> Json:
    """Return what a toolset says of one of its tools."""
    found: Json = next((each for each in toolset["configs"] if each["name"] == name), toolset["default_config"])
    return found
