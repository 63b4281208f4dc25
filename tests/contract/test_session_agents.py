"""The agent of a session: overrides, whole rosters, networks that hold it back, and changes on the way."""

from typing import Any

import pytest
from anthropic import BadRequestError

from .given import (
    MODEL,
    OTHER_MODEL,
    a_message,
    a_server,
    a_session,
    a_skill,
    a_toolset_of,
    an_agent,
    an_environment,
    refused,
    the_agent_toolset,
)
from .sdk import Api


def a_full_agent(api: Api, **fields: Any) -> Any:
    return an_agent(
        api,
        model={"id": MODEL, "effort": "low", "inference_geo": "us"},
        system="Read.",
        tools=[the_agent_toolset(), a_toolset_of()],
        mcp_servers=[a_server()],
        skills=[{"type": "anthropic", "skill_id": "xlsx"}],
        **fields,
    )


def overriding(agent: Any, **overrides: Any) -> dict[str, Any]:
    return {"type": "agent_with_overrides", "id": agent.id, **overrides}


def test_overrides_replace_inherit_and_clear(api: Api) -> None:
    agent = a_full_agent(api)
    shown = a_session(api, agent=overriding(agent)).agent
    assert (shown.id, shown.version, shown.tools, shown.skills) == (agent.id, 1, agent.tools, agent.skills)
    skill = a_skill(api)
    wanted = [{"type": "custom", "skill_id": skill.id, "version": "latest"}]
    changed = a_session(api, agent=overriding(agent, version=1, model=OTHER_MODEL, system=None, skills=wanted)).agent
    assert (changed.model.id, changed.model.effort.type, changed.model.inference_geo) == (OTHER_MODEL, "high", None)
    assert (changed.system, changed.tools, changed.mcp_servers) == (None, agent.tools, agent.mcp_servers)
    assert [each.version for each in changed.skills] == [skill.latest_version_id]
    cleared = a_session(api, agent=overriding(agent, tools=None, mcp_servers=[], skills=None)).agent
    assert (cleared.tools, cleared.mcp_servers, cleared.skills) == ([], [], [])
    assert api.agents.retrieve(agent.id) == agent


CLASHES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "no model": ({"model": None}, ("agent.model", "agent_model_required")),
    "no tools for its skills": ({"tools": []}, ("agent.skills", "read")),
    "no servers for their toolset": ({"mcp_servers": None}, ("agent.tools.1.mcp_server_name", "tickets")),
    "a skill that there is not": (
        {"skills": [{"type": "custom", "skill_id": "skill_01None"}]},
        ("agent.skills.0.skill_id",),
    ),
    "a reserved tool": (
        {"tools": [{"type": "custom", "name": "ant__x", "description": "x", "input_schema": {"type": "object"}}]},
        ("agent.tools.0.name", "ant__"),
    ),
    "a long prompt": ({"system": "s" * 100_001}, ("agent.system", "100000")),
    "a name": ({"name": "x"}, ("agent.name",)),
}


@pytest.mark.stateless
@pytest.mark.parametrize(("overrides", "words"), CLASHES.values(), ids=CLASHES)
def test_overrides_that_do_not_fit_are_refused(api: Api, overrides: dict[str, Any], words: tuple[str, ...]) -> None:
    agent = a_full_agent(api)
    refused(BadRequestError, lambda: a_session(api, agent=overriding(agent, **overrides)), *words)


def test_a_roster_is_shown_with_whole_agents(api: Api) -> None:
    member = an_agent(api, name="Second", system="Check.")
    roster = {"type": "coordinator", "agents": [{"type": "self"}, member.id, {"type": "advisor", "model": OTHER_MODEL}]}
    lead = an_agent(api, multiagent=roster)
    api.agents.update(member.id, system="Check twice.")
    session = a_session(api, agent=overriding(lead, system="Lead."))
    own, other, advisor = session.agent.multiagent.agents
    assert (own.id, own.system, session.agent.system) == (lead.id, "Lead.", "Lead.")
    assert (other.id, other.version, other.system) == (member.id, 1, "Check.")
    assert (advisor.type, advisor.model) == ("advisor", OTHER_MODEL)


def test_the_newer_form_of_delegation_is_shown_with_whole_agents(api: Api) -> None:
    member = an_agent(api, name="Second")
    enabled = {"type": "enabled", "predefined_agents": [member.id]}
    lead = an_agent(api, multiagent={"type": "multiagent_20261001", "subagents": enabled})
    shown = a_session(api, agent=lead.id).agent.multiagent
    assert [each.name for each in shown.subagents.predefined_agents] == ["Second"]
    assert (shown.workflows.type, shown.advisor.type) == ("enabled", "disabled")


def test_a_team_that_cannot_work_together_does_not_begin(api: Api) -> None:
    member = an_agent(api, name="Second", model={"id": MODEL, "inference_geo": "us"})
    lead = an_agent(
        api,
        model={"id": MODEL, "inference_geo": "us"},
        multiagent={"type": "coordinator", "agents": [member.id]},
    )
    refused(BadRequestError, lambda: a_session(api, agent=overriding(lead, model=OTHER_MODEL)), "inference_geo")
    api.agents.archive(member.id)
    refused(BadRequestError, lambda: a_session(api, agent=lead.id), member.id, "archived")


def test_a_skill_that_was_deleted_is_missed(api: Api) -> None:
    skill = a_skill(api)
    agent = an_agent(api, tools=[the_agent_toolset()], skills=[{"type": "custom", "skill_id": skill.id}])
    api.skills.delete(skill.id)
    refused(BadRequestError, lambda: a_session(api, agent=agent.id), skill.id, "deleted")


def test_a_network_that_blocks_the_agents_server_is_refused(api: Api) -> None:
    agent = a_full_agent(api)
    closed = an_environment(api, config={"type": "cloud", "networking": {"type": "limited"}})
    refused(BadRequestError, lambda: a_session(api, agent=agent.id, environment_id=closed.id), "tickets", closed.id)
    open_host = {"type": "limited", "allowed_hosts": ["*.example.com"]}
    some = an_environment(api, config={"type": "cloud", "networking": open_host})
    session = a_session(api, agent=agent.id, environment_id=some.id)
    moved = {"mcp_servers": [a_server(url="https://elsewhere.org/mcp")]}
    refused(BadRequestError, lambda: api.sessions.update(session.id, agent=moved), "tickets", "blocks")


def test_tools_and_servers_change_on_the_way(api: Api) -> None:
    agent = a_full_agent(api)
    session = a_session(api, agent=agent.id)
    updated = api.sessions.update(session.id, agent={"tools": [the_agent_toolset()], "mcp_servers": []})
    assert [each.type for each in updated.agent.tools] == ["agent_toolset_20260401"]
    assert (updated.agent.mcp_servers, updated.agent.system, updated.agent.version) == ([], "Read.", 1)
    assert api.agents.retrieve(agent.id) == agent
    (event,) = api.sessions.events.list(session.id).data
    assert event.agent == updated.agent
    assert "title" not in event.to_dict()
    refused(BadRequestError, lambda: api.sessions.update(session.id, agent={"tools": []}), "agent.skills")
    refused(BadRequestError, lambda: api.sessions.update(session.id, agent={"tools": None}), "agent.tools")


def test_the_agent_of_a_running_session_stays(api: Api) -> None:
    session = a_session(api, initial_events=[a_message()])
    refused(BadRequestError, lambda: api.sessions.update(session.id, agent={"tools": []}), "agent", "running")
    assert api.sessions.update(session.id, title="Still named").title == "Still named"
