"""The agent of a session: what overrides do, who is copied along, and what they may not do to each other."""

from typing import Any

import pytest

from agentops.engine.core import agents, session_agents
from agentops.engine.core.rosters import Reference

TOOLSET = {"type": "agent_toolset_20260401"}
SERVER = {"type": "url", "name": "tickets", "url": "https://tickets.example.com/mcp"}
SERVER_TOOLS = {"type": "mcp_toolset", "mcp_server_name": "tickets"}
SKILL = {"type": "anthropic", "skill_id": "xlsx", "version": "20251013"}
ON = {"type": "enabled"}


def an_agent(agent_id: str = "agent_a", version: int = 3, **fields: Any) -> dict[str, Any]:
    saved = agents.created({"name": agent_id, "model": {"id": "m", "effort": "low", "inference_geo": "us"}, **fields})
    return session_agents.snapshot({"type": "agent", "id": agent_id, "version": version, **saved})


FULL = an_agent(system="Read.", tools=[TOOLSET, SERVER_TOOLS], mcp_servers=[SERVER], skills=[SKILL])


def pin(agent_id: str, version: int = 3) -> dict[str, Any]:
    return {"type": "agent", "id": agent_id, "version": version}


def team(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"type": "coordinator", "agents": list(entries)}


def members(*given: dict[str, Any]) -> dict[Reference, dict[str, Any]]:
    return {Reference(each["id"], each["version"]): each for each in given}


def paths(overrides: dict[str, Any]) -> list[str]:
    changed = session_agents.overridden(FULL, overrides)
    return [".".join(map(str, each.path)) for each in session_agents.problems(changed, overrides)]


def test_what_is_not_overridden_is_inherited() -> None:
    assert session_agents.overridden(FULL, {"type": "agent_with_overrides", "id": "agent_a"}) == FULL


@pytest.mark.parametrize(
    ("field", "empty"),
    [("system", None), ("tools", []), ("mcp_servers", []), ("skills", [])],
)
def test_null_clears(field: str, empty: object) -> None:
    assert session_agents.overridden(FULL, {field: None}) == {**FULL, field: empty}
    assert session_agents.overridden(FULL, {field: empty}) == {**FULL, field: empty}


def test_a_model_replaces_the_whole_model_and_brings_its_own_effort() -> None:
    bare = session_agents.overridden(FULL, {"model": "other"})["model"]
    assert bare == {"id": "other", "effort": {"type": "high"}, "speed": "standard", "inference_geo": None}
    full = session_agents.overridden(FULL, {"model": {"id": "other", "effort": "max"}})["model"]
    assert full["effort"] == {"type": "max"}


def test_a_list_replaces_the_whole_list_with_its_defaults_spelt_out() -> None:
    changed = session_agents.overridden(FULL, {"tools": [TOOLSET]})
    assert [each["type"] for each in changed["tools"]] == ["agent_toolset_20260401"]
    assert changed["tools"][0]["default_config"]["enabled"] is True


CLASHES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no tools for skills and servers": ({"tools": []}, ["agent.skills"]),
    "no tools and no skills": ({"tools": None, "skills": None}, []),
    "no servers for their toolset": ({"mcp_servers": []}, ["agent.tools.1.mcp_server_name"]),
    "neither servers nor their toolset": ({"mcp_servers": [], "tools": [TOOLSET]}, []),
    "an inherited server that nothing uses": ({"tools": [TOOLSET]}, []),
    "a sent server that nothing uses": ({"tools": [TOOLSET], "mcp_servers": [SERVER]}, ["agent.mcp_servers.0.name"]),
}


@pytest.mark.parametrize(("overrides", "places"), CLASHES.values(), ids=CLASHES)
def test_overrides_and_what_is_inherited_must_fit(overrides: dict[str, Any], places: list[str]) -> None:
    assert paths(overrides) == places


def test_a_roster_is_copied_with_whole_agents_and_the_overridden_one_for_itself() -> None:
    other, own = an_agent("agent_b", 7), session_agents.overridden(FULL, {"system": "Lead."})
    multiagent = team(pin("agent_b", 7), pin("agent_a"), {"type": "advisor", "model": "wise"})
    assert set(session_agents.references(multiagent, "agent_a")) == {Reference("agent_b", 7)}
    whole = session_agents.with_roster(own, multiagent, members(other))
    assert whole["multiagent"] == team(other, own, {"type": "advisor", "model": "wise"})
    assert {each["id"] for each in session_agents.models(whole)} == {"m", "wise"}


def test_the_newer_form_is_copied_level_by_level() -> None:
    other = an_agent("agent_b", model="cheap")
    multiagent = {
        "type": "multiagent_20261001",
        "subagents": {**ON, "inline_agents": ON, "predefined_agents": [pin("agent_b"), pin("agent_a")]},
        "workflows": {"type": "disabled"},
        "advisor": {"type": "enabled", "model": "wise"},
    }
    whole = session_agents.with_roster(FULL, multiagent, members(other))
    assert whole["multiagent"]["subagents"] == {**ON, "inline_agents": ON, "predefined_agents": [other, FULL]}
    assert {key: whole["multiagent"][key] for key in ("workflows", "advisor")} == {
        "workflows": multiagent["workflows"],
        "advisor": multiagent["advisor"],
    }
    assert {each["id"] for each in session_agents.models(whole)} == {"m", "cheap", "wise"}
    assert session_agents.everyone(whole)[1:] == [other]


def test_an_agent_of_its_own_has_no_roster() -> None:
    whole = session_agents.with_roster(FULL, None, {})
    assert whole == {**FULL, "multiagent": None}
    assert (session_agents.everyone(whole), session_agents.models(whole)) == ([whole], [whole["model"]])


def test_a_change_reaches_the_copies_of_the_agent_in_its_roster() -> None:
    other = an_agent("agent_b")
    whole = session_agents.with_roster(FULL, team(pin("agent_a"), pin("agent_b")), members(other))
    changed = session_agents.changed(whole, {"tools": [], "mcp_servers": []})
    assert (changed["tools"], changed["system"]) == ([], "Read.")
    assert [each["tools"] for each in changed["multiagent"]["agents"]] == [[], other["tools"]]


def test_everybody_works_in_one_place() -> None:
    elsewhere = an_agent("agent_b", model={"id": "m", "inference_geo": "global"})
    whole = session_agents.with_roster(FULL, team(pin("agent_b")), members(elsewhere))
    (problem,) = session_agents.roster_problems(whole)
    assert "inference_geo" in problem.message
    assert "agent_b" in problem.message


def test_skills_are_counted_once_over_all_agents() -> None:
    many = [{**SKILL, "version": str(number)} for number in range(500)]
    same, more = {**FULL, "skills": many}, {**an_agent("agent_b"), "skills": many[:100]}
    assert not list(
        session_agents.roster_problems(session_agents.with_roster(same, team(pin("b")), {Reference("b", 3): more}))
    )
    other = {**more, "skills": [{**SKILL, "version": "x"}]}
    (problem,) = session_agents.roster_problems(
        session_agents.with_roster(same, team(pin("b")), {Reference("b", 3): other})
    )
    assert "500 skills" in problem.message
