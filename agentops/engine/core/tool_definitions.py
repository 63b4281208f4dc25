"""What a model is told of an agent's tools, as the Messages API takes it.

The inputs' names and meanings are those that a worker of the official SDK answers, so that an agent does not notice
where its tools run. Source: SDK 2.11.0 `types/beta/beta_managed_agents_agent_toolset20260401_*_input.py`,
`types/beta/beta_tool_param.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from agentops.engine.core.json import Json, listed, written
from agentops.engine.core.runs.grants import Grants, mcp_name
from agentops.wire.custom_tools import BUILT_IN_TOOLS


def definitions(tools: Sequence[Json], of_servers: Mapping[str, Sequence[Json]] | None = None) -> bytes:
    """Return the definitions of an agent's resolved tools that are enabled, as a JSON array.

    `of_servers` holds, by the name of an MCP server, its tools as `{name, description, input_schema}`.
    """
    grants = Grants(tools, is_self_hosted=False, of_servers=of_servers)
    every: dict[str, Json] = {}
    for each in (each for tool in tools for each in _of(tool, of_servers or {})):
        # Servers whose names are spelled alike share names of tools, of which the first one's counts.
        every.setdefault(each["name"], each)
    return written([each for each in every.values() if (grant := grants(each["name"])) and grant.is_enabled]).encode()


def with_more(definitions: bytes, more: Sequence[Json]) -> bytes:
    """Return a JSON array of definitions with others behind them that have names of their own."""
    if not more:
        return definitions
    names = {each["name"] for each in more}
    kept = [each for each in listed(definitions.decode()) if each["name"] not in names]
    return written([*kept, *more]).encode()


def built_in(*names: str) -> tuple[Json, ...]:
    """Return the definitions of built-in tools by their names."""
    return tuple(_BUILT_IN[each] for each in names)


def settings(tools: Sequence[Json], name: str) -> Json:
    """Return what the agent's resolved tools say of one built-in tool: its domains, its sources, its limits."""
    toolsets = [each for each in tools if each["type"] == "agent_toolset_20260401"]
    return next((config for each in toolsets for config in each["configs"] if config["name"] == name), {})


def _of(tool: Json, of_servers: Mapping[str, Sequence[Json]]) -> Sequence[Json]:
    match tool["type"]:
        case "custom":
            return [{key: tool[key] for key in ("name", "description", "input_schema")}]
        case "mcp_toolset":
            server = tool["mcp_server_name"]
            return [{**each, "name": mcp_name(server, each["name"])} for each in of_servers.get(server, ())]
        case _:
            return [_BUILT_IN[name] for name in BUILT_IN_TOOLS]


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _tool(name: str, description: str, required: Sequence[str] = (), **properties: Json) -> Json:
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return {"name": name, "description": description, "input_schema": schema}


_PATH = "An absolute path, or one relative to /workspace."

_ALL = (
    _tool(
        "bash",
        "Run a command in a bash shell that stays: variables, functions and the working directory are kept from call "
        "to call. It begins in /workspace and has no terminal and no input. Standard output and errors come back in "
        "one text; more than 100,000 characters go to a file whose path is told. A command that takes longer than "
        "its timeout is interrupted; start servers and other long work in the background with &.",
        command=_text("The command. Leave it out only with restart."),
        restart={"type": "boolean", "description": "Start the shell anew instead of running a command."},
        timeout_ms={
            "type": "integer",
            "description": "How long the command may take, in milliseconds: 120000 unless said, at most 600000.",
        },
    ),
    _tool(
        "read",
        "Read a file: UTF-8 text up to 256 KiB at once, or an image (PNG, JPEG, GIF, WebP) or a PDF to look at.",
        ["file_path"],
        file_path=_text(_PATH),
        view_range={
            "type": "array",
            "items": {"type": "integer"},
            "minItems": 2,
            "maxItems": 2,
            "description": "The first and the last line to show, from 1; a last line of 0 or less means the end.",
        },
    ),
    _tool(
        "write",
        "Write a file, replacing what it held; missing folders are made.",
        ["file_path", "content"],
        file_path=_text(_PATH),
        content=_text("The whole content."),
    ),
    _tool(
        "edit",
        "Replace a text in a file. The text must be found exactly once, with its spaces and line ends, unless "
        "replace_all is set.",
        ["file_path", "old_string", "new_string"],
        file_path=_text(_PATH),
        old_string=_text("The text to replace."),
        new_string=_text("What to put in its place."),
        replace_all={"type": "boolean", "description": "Replace every occurrence."},
    ),
    _tool(
        "glob",
        "List the paths that match a pattern, the newest first, at most 200. `**` stands for any number of folders, "
        "`{a,b}` for either.",
        ["pattern"],
        pattern=_text("For example `**/*.py`."),
        path=_text("The folder to look in; /workspace unless said."),
    ),
    _tool(
        "grep",
        "Search files for a regular expression (Python's syntax) and return the matching lines as `path:line:text`. "
        "Binary files, .git and node_modules are passed over.",
        ["pattern"],
        pattern=_text("The regular expression; it is looked for in each line."),
        path=_text("The folder or file to search; /workspace unless said."),
    ),
    _tool(
        "web_fetch",
        "Fetch a page of the web by its URL and return its text with its links, or a PDF to look at. The URL has to "
        "be one that was seen: in a message, a search or an earlier page.",
        ["url"],
        url=_text("A full URL, https://…"),
    ),
    _tool(
        "web_search",
        "Search the web and return titles, URLs and excerpts.",
        ["query"],
        query=_text("What to look for."),
    ),
)

_BUILT_IN: Final = {each["name"]: each for each in _ALL}
