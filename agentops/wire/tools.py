"""The tools of an agent: built-in, from MCP servers, custom, and what must hold between them."""

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from agentops.wire.custom_tools import BUILT_IN_TOOLS, CustomTool
from agentops.wire.fields import Url, repeats
from agentops.wire.permissions import PermissionPolicy, ToolDefaults
from agentops.wire.problems import Path, Problem, obeying
from agentops.wire.shape import Omissible, Shape
from agentops.wire.web import UrlSourceTool, WebFetchConfig, WebSearchConfig, named_tools
from agentops.wire.wording import quoted

_SandboxTool = Literal["bash", "read", "write", "edit", "glob", "grep"]

_MOST_ENTRIES = 128
_MOST_TOOLS = 256

ServerName = Annotated[str, Field(min_length=1, max_length=255)]


class SandboxToolConfig(Shape):
    """Override for one of the tools that run in the sandbox.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_{bash,read,write,edit,glob,grep}_tool_config_params.py`.
    """

    name: _SandboxTool
    type: Omissible[_SandboxTool] = None
    enabled: bool | None = None
    permission_policy: PermissionPolicy | None = None

    @model_validator(mode="after")
    def _is_of_its_name(self) -> "SandboxToolConfig":
        if self.type is None or self.type == self.name:
            return self
        return obeying(
            self, [Problem(("type",), "bad-combination", f"must be {self.name} as the name is", (self.name,))]
        )


ToolConfig = Annotated[SandboxToolConfig | WebFetchConfig | WebSearchConfig, Field(discriminator="name")]


class AgentToolset(Shape):
    """The built-in tools. Source: SDK 2.11.0 `types/beta/beta_managed_agents_agent_toolset20260401_params.py`."""

    type: Literal["agent_toolset_20260401"]
    default_config: ToolDefaults | None = None
    configs: Omissible[
        Annotated[list[ToolConfig], AfterValidator(lambda configs: obeying(configs, _repeated_configs(configs)))]
    ] = None

    def is_enabled(self, tool: str) -> bool:
        """Tell whether the agent has the built-in tool."""
        default = self.default_config.enabled if self.default_config else None
        own = next((each.enabled for each in self.configs or () if each.name == tool), None)
        return next((each for each in (own, default) if each is not None), True)


class McpToolConfig(Shape):
    """Override for one tool of an MCP server. Source: SDK 2.11.0 `…mcp_tool_config_params.py`."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    enabled: bool | None = None
    permission_policy: PermissionPolicy | None = None


class McpToolset(Shape):
    """The tools of one of the agent's MCP servers. Source: SDK 2.11.0 `…mcp_toolset_params.py`."""

    type: Literal["mcp_toolset"]
    mcp_server_name: ServerName
    default_config: ToolDefaults | None = None
    configs: Omissible[
        Annotated[list[McpToolConfig], AfterValidator(lambda configs: obeying(configs, _repeated_configs(configs)))]
    ] = None


def _repeated_configs(configs: Sequence[ToolConfig | McpToolConfig]) -> Iterator[Problem]:
    return repeats([each.name for each in configs], lambda index: (index, "name"))


class McpServer(Shape):
    """An MCP server that the agent connects to. Source: SDK 2.11.0 `…url_mcp_server_params.py`."""

    type: Literal["url"]
    name: ServerName
    url: Url


Tool = Annotated[AgentToolset | McpToolset | CustomTool, Field(discriminator="type")]


def tool_list_problems(tools: Sequence[Tool]) -> Iterator[Problem]:
    """Yield what the entries of one `tools` array do to each other, paths relative to the array."""
    names = [_name(each) for each in tools]
    yield from repeats(names, lambda index: (index, names[index][0]))
    yield from _unknown_sources(tools, [name for field, name in names if field == "name"])
    if (count := sum(map(_size, tools))) > _MOST_TOOLS:
        yield Problem((), "too-many", f"must hold at most {_MOST_TOOLS} tools over all toolsets, holds {count}")


def _name(tool: Tool) -> tuple[str, str]:
    """Return the field that may not say the same in two entries of its type, and what it says."""
    if isinstance(tool, CustomTool):
        return "name", tool.name
    return ("mcp_server_name", tool.mcp_server_name) if isinstance(tool, McpToolset) else ("type", tool.type)


def _size(tool: Tool) -> int:
    """Return how many tools an entry is known to hold; what an MCP server offers shows only in a session."""
    if isinstance(tool, AgentToolset):
        return len(BUILT_IN_TOOLS)
    return len(tool.configs or ()) if isinstance(tool, McpToolset) else 1


def _unknown_sources(tools: Sequence[Tool], custom: Collection[str]) -> Iterator[Problem]:
    for path, source in _client_sources(tools):
        if source.name not in custom:
            message = f"must be a custom tool of the same array, {quoted(source.name)} is not"
            yield Problem(path, "bad-combination", message, tuple(sorted(custom)))


def _client_sources(tools: Sequence[Tool]) -> Iterator[tuple[Path, UrlSourceTool]]:
    for i, tool in enumerate(tools):
        for j, config in enumerate((tool.configs or ()) if isinstance(tool, AgentToolset) else ()):
            sources = config.url_sources if isinstance(config, WebFetchConfig) else None
            for k, source in enumerate(named_tools(sources.client_tool_results) if sources else ()):
                yield (i, "configs", j, "url_sources", "client_tool_results", "tools", k, "name"), source


ToolList = Annotated[
    list[Tool],
    Field(max_length=_MOST_ENTRIES),
    AfterValidator(lambda tools: obeying(tools, tool_list_problems(tools))),
]
"""Source: SDK 2.11.0 `types/beta/agent_create_params.py` (256 tools); documented limit of 128 entries."""

McpServerList = Annotated[
    list[McpServer],
    Field(max_length=20),
    AfterValidator(lambda servers: obeying(servers, repeats([s.name for s in servers], lambda i: (i, "name")))),
]
"""Source: SDK 2.11.0 `types/beta/agent_create_params.py`."""
