"""Whom a plan may ask, and what those agents have."""

from typing import Any

import pytest

from agentops.engine.core.toolsets import resolved
from agentops.engine.core.workflows.cast import cast, facts_of
from agentops.engine.core.workflows.effects import Facts
from agentops.engine.core.workflows.happenings import Choice

ASK = {"type": "always_ask"}
CONFIGS = [{"name": "write", "enabled": False}, {"name": "bash", "permission_policy": ASK}]
TOOLS = resolved(
    [
        {"type": "agent_toolset_20260401", "configs": CONFIGS},
        {"type": "custom", "name": "lookup", "description": "Looks up.", "input_schema": {"type": "object"}},
        {"type": "mcp_toolset", "mcp_server_name": "tickets"},
    ]
)
REVIEWER = {"type": "agent", "id": "agent_1", "name": "Reviewer", "tools": []}


def _agent(**workflows: Any) -> dict[str, Any]:
    enabled = {"type": "enabled", "inline_agents": {"type": "enabled"}, "predefined_agents": [REVIEWER]}
    multiagent = {"type": "multiagent_20261001", "workflows": {**enabled, **workflows}}
    own = {"model": {"id": "m"}, "mcp_servers": [], "skills": [], "execution_identity": {"type": "x"}}
    return {"name": "Lead", "system": "Lead.", "tools": TOOLS, "multiagent": multiagent, **own}


def test_a_plan_may_ask_the_roster_and_give_away_the_tools_that_are_enabled() -> None:
    tools = ("bash", "read", "edit", "glob", "grep", "web_fetch", "web_search", "lookup", "tickets")
    facts = facts_of(_agent())
    assert facts is not None
    assert (facts.agents, facts.has_inline, set(facts.tools)) == (("Reviewer",), True, set(tools))
    assert facts_of(_agent(inline_agents={"type": "disabled"})) == Facts(
        ("Reviewer",), has_inline=False, tools=facts.tools
    )


@pytest.mark.parametrize(
    "agent",
    [
        {"multiagent": None},
        {"multiagent": {"type": "coordinator", "agents": []}},
        {"multiagent": {"type": "multiagent_20261001", "workflows": {"type": "disabled"}}},
    ],
)
def test_other_agents_run_no_workflows(agent: dict[str, Any]) -> None:
    assert facts_of(agent) is None


def test_an_agent_of_the_roster_is_as_it_is() -> None:
    assert cast(Choice("Reviewer"), "Reviewer", _agent()) == REVIEWER


def test_one_that_is_made_up_has_the_session_s_model_and_no_tool_that_was_not_chosen() -> None:
    made = cast(Choice(system="Be brief.", tools=("bash", "write", "tickets")), "agent 3", _agent())
    assert (made["type"], made["name"], made["system"], made["model"]) == (
        "inline",
        "agent 3",
        "Be brief.",
        {"id": "m"},
    )
    toolset, servers = made["tools"]
    assert toolset["default_config"]["enabled"] is False
    assert [(each["name"], each["permission_policy"]) for each in toolset["configs"]] == [("bash", ASK)]
    assert servers["mcp_server_name"] == "tickets"
    assert cast(Choice(tools=()), "agent 3", _agent())["tools"] == []
    assert cast(Choice(), "agent 3", _agent())["tools"] == TOOLS
