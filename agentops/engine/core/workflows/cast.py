"""Who may work in a run, and each of them as a whole agent: read from what the session's agent allows.

Source: SDK 2.11.0 `types/beta/beta_managed_agents_session_multiagent_workflows_enabled.py`,
`types/beta/sessions/beta_managed_agents_inline_agent.py`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from agentops.engine.core import rosters
from agentops.engine.core.json import Json
from agentops.engine.core.workflows.effects import Facts
from agentops.engine.core.workflows.happenings import Choice
from agentops.wire.custom_tools import BUILT_IN_TOOLS

_SHARED = ("model", "mcp_servers", "skills", "execution_identity")
"""What an agent that is made up has of the session's. Documented, managed-agents page workflow-runs: its model too."""


@dataclass(frozen=True, slots=True)
class Planner:
    """An agent that may run workflows."""

    agent: Json
    facts: Facts


def planner_of(agent: Json) -> Planner | None:
    """Return the agent with what its plans may use; None where it may run no workflows."""
    facts = facts_of(agent)
    return None if facts is None else Planner(agent, facts)


def facts_of(agent: Json) -> Facts | None:
    """Return whom the plans of a session's agent may ask; None where it may run no workflows."""
    workflows = _workflows(agent)
    if workflows is None:
        return None
    return Facts(
        agents=tuple(each["name"] for each in workflows["predefined_agents"]),
        has_inline=workflows["inline_agents"]["type"] == "enabled",
        tools=tuple(dict.fromkeys(_tools(agent))),
    )


def cast(choice: Choice, name: str, agent: Json) -> Json:
    """Return the agent that a plan chose, as its thread shows it; the choice was found to be allowed."""
    if choice.agent is not None:
        workflows = _workflows(agent) or {"predefined_agents": []}
        member = next(each for each in workflows["predefined_agents"] if each["name"] == choice.agent)
        return {key: value for key, value in member.items() if key != "multiagent"}
    tools = agent["tools"] if choice.tools is None else list(_narrowed(agent, choice.tools))
    own = {"name": name, "description": None, "system": choice.system, "tools": tools}
    return {"type": "inline", **own, **{key: agent[key] for key in _SHARED}}


def _workflows(agent: Json) -> Json | None:
    multiagent = agent.get("multiagent")
    if multiagent is None or multiagent["type"] == rosters.COORDINATOR or multiagent["workflows"]["type"] != "enabled":
        return None
    workflows: Json = multiagent["workflows"]
    return workflows


def _tools(agent: Json) -> Iterator[str]:
    """Yield what plans call tools by: those of an MCP server are one, by its name."""
    for tool in agent["tools"]:
        match tool["type"]:
            case "custom":
                yield tool["name"]
            case "mcp_toolset":
                yield tool["mcp_server_name"]
            case _:
                yield from (each for each in BUILT_IN_TOOLS if _setting(tool, each)["enabled"])


def _narrowed(agent: Json, names: Collection[str]) -> Iterator[Json]:
    """Yield the agent's tools as far as they were chosen."""
    for tool in agent["tools"]:
        match tool["type"]:
            case "custom" | "mcp_toolset":
                if tool.get("mcp_server_name", tool.get("name")) in names:
                    yield tool
            case _:
                found = [_setting(tool, each) for each in BUILT_IN_TOOLS if each in names]
                if chosen := [each for each in found if each["enabled"]]:
                    yield {**tool, "default_config": {**tool["default_config"], "enabled": False}, "configs": chosen}


def _setting(toolset: Json, name: str) -> Json:
    """Return what a toolset says of one of its tools. What it does not name follows its default."""
    default: Json = {"type": name, "name": name, **toolset["default_config"]}
    return next((each for each in toolset["configs"] if each["name"] == name), default)
