"""Two hands on one list: items are compared by what they are, and only the same item is fought over."""

from typing import Any

import pytest

from agentops.reconcile.plan import Plan
from agentops.reconcile.verdicts import Verdict

from .given import a_team, an_agent, an_environment, codes
from .ground import Ground, by_identity
from .test_convergence import SERVERS

pytestmark = pytest.mark.anyio

SHELL: dict[str, Any] = {"type": "agent_toolset_20260401", "configs": [{"name": "bash", "enabled": True}]}
CAREFUL = {**SHELL, "configs": [{"name": "bash", "enabled": True, "permission_policy": {"type": "always_ask"}}]}
NO_WEB = {**SHELL, "configs": [{"name": "web_fetch", "enabled": False}]}
NO_SEARCH = {**SHELL, "configs": [{"name": "web_search", "enabled": False}]}
CLOSED = {**SHELL, "default_config": {"enabled": False}}
TICKETS = {"type": "mcp_toolset", "mcp_server_name": "tickets"}


def remover(says: str = "Removes.") -> dict[str, Any]:
    return {"type": "custom", "name": "rm", "description": says, "input_schema": {"type": "object"}}


def verdicts(made: Plan) -> dict[str, Verdict]:
    """Return the verdict on each place that is different."""
    (step,) = made.steps
    return {".".join([each.field, *map(str, each.path)]): each.verdict for each in step.changes}


async def met(ground: Ground, before: dict[str, Any], theirs: dict[str, Any], ours: dict[str, Any]) -> Plan:
    """Return the plan after somebody changed an agent on the target while we changed its manifest."""
    await ground.settle(an_agent(**before))
    agent = by_identity(await ground.everything())["Agent/reviewer"]
    await ground.sdk.beta.agents.update(agent["id"], version=1, **theirs)
    return await ground.plan(an_agent(**ours))


async def test_different_tools_of_one_list_are_no_conflict(ground: Ground) -> None:
    made = await met(
        ground,
        {"tools": [SHELL, remover()]},
        {"tools": [CAREFUL, remover()]},
        {"tools": [SHELL, remover("Deletes.")]},
    )
    assert codes(made) == []
    assert verdicts(made) == {
        "tools.agent_toolset_20260401.configs.bash": Verdict.DRIFT,
        "tools.custom/rm.description": Verdict.UPDATE,
    }
    assert made.steps[0].reason == "changed in the manifest, and on the target since the last apply"
    await ground.settle(an_agent(tools=[SHELL, remover("Deletes.")]))


@pytest.mark.long
async def test_different_settings_of_one_toolset_are_no_conflict(ground: Ground) -> None:
    made = await met(ground, {"tools": [SHELL]}, {"tools": [NO_WEB]}, {"tools": [NO_SEARCH]})
    assert codes(made) == []
    assert sorted(verdicts(made).values()) == [Verdict.DRIFT, Verdict.UPDATE]


async def test_the_default_of_a_toolset_is_every_tool_in_it(ground: Ground) -> None:
    made = await met(ground, {"tools": [SHELL]}, {"tools": [CLOSED]}, {"tools": [NO_WEB]})
    assert codes(made) == ["plan.conflict"]


async def test_one_tool_that_both_changed_is_a_conflict_and_the_other_is_told_apart(ground: Ground) -> None:
    made = await met(
        ground,
        {"tools": [SHELL, remover()]},
        {"tools": [CAREFUL, remover("Theirs.")]},
        {"tools": [SHELL, remover("Ours.")]},
    )
    assert codes(made) == ["plan.conflict"]
    assert verdicts(made) == {
        "tools.agent_toolset_20260401.configs.bash": Verdict.DRIFT,
        "tools.custom/rm.description": Verdict.CONFLICT,
    }


@pytest.mark.long
async def test_an_item_that_came_there_and_one_that_went_here_are_no_conflict(ground: Ground) -> None:
    made = await met(ground, {"tools": [SHELL, remover()]}, {"tools": [NO_WEB, remover()]}, {"tools": [SHELL]})
    assert codes(made) == []
    assert verdicts(made)["tools.custom/rm"] is Verdict.UPDATE


@pytest.mark.long
async def test_an_item_that_both_added_differently_is_a_conflict(ground: Ground) -> None:
    made = await met(
        ground, {"tools": [SHELL]}, {"tools": [SHELL, remover("Theirs.")]}, {"tools": [SHELL, remover("Ours.")]}
    )
    assert codes(made) == ["plan.conflict"]


async def test_an_item_that_both_added_alike_is_none(ground: Ground) -> None:
    made = await met(ground, {"tools": [SHELL]}, {"tools": [NO_WEB, remover()]}, {"tools": [SHELL, remover()]})
    assert verdicts(made) == {"tools.agent_toolset_20260401.configs.web_fetch": Verdict.DRIFT}


async def test_servers_and_pairs_are_items_too(ground: Ground) -> None:
    other = {"type": "url", "name": "wiki", "url": "https://wiki.example.com/mcp"}
    used = [TICKETS, {**TICKETS, "mcp_server_name": "wiki"}]
    moved = {**other, "url": "https://elsewhere.example.com/mcp"}
    named = {**SERVERS[0], "url": "https://new.example.com/mcp"}
    made = await met(
        ground,
        {"tools": used, "mcp_servers": [SERVERS[0], other], "metadata": {"a": "1", "b": "1"}},
        {"mcp_servers": [SERVERS[0], moved], "metadata": {"a": "2"}},
        {"tools": used, "mcp_servers": [named, other], "metadata": {"a": "1", "b": "2"}},
    )
    assert codes(made) == []
    found = verdicts(made)
    assert (found["mcp_servers.wiki"], found["mcp_servers.tickets"]) == (Verdict.DRIFT, Verdict.UPDATE)
    assert (found["metadata.a"], found["metadata.b"]) == (Verdict.DRIFT, Verdict.UPDATE)


async def test_a_model_is_one_thing(ground: Ground) -> None:
    one, two = "claude-opus-5-5", "claude-haiku-5-5"
    made = await met(
        ground,
        {"model": {"id": one, "effort": "low"}},
        {"model": {"id": two, "effort": "low"}},
        {"model": {"id": one, "effort": "high"}},
    )
    assert codes(made) == ["plan.conflict"]


async def test_a_member_here_and_a_member_there_are_no_conflict(ground: Ground) -> None:
    agents = [an_agent(each) for each in ("scribe", "reviewer", "tester")]
    await ground.settle(a_team("crew", ["scribe", "reviewer"]), *agents)
    live = by_identity(await ground.everything())
    roster: Any = {"type": "coordinator", "agents": [live["Agent/scribe"]["id"]]}
    await ground.sdk.beta.agents.update(live["Team/crew"]["id"], version=1, multiagent=roster)
    made = await ground.plan(a_team("crew", ["scribe", "reviewer", "tester"]), *agents)
    assert codes(made) == []
    assert verdicts(made) == {
        "multiagent.agents.Agent/reviewer": Verdict.DRIFT,
        "multiagent.agents.Agent/tester": Verdict.UPDATE,
    }
    await ground.settle(a_team("crew", ["scribe", "reviewer", "tester"]), *agents)


async def test_the_order_of_a_list_is_nobodys_change(ground: Ground) -> None:
    servers = [{"type": "url", "name": each, "url": f"https://{each}.example.com/mcp"} for each in ("a", "b")]
    tools = [*({**TICKETS, "mcp_server_name": each} for each in ("a", "b")), SHELL, remover()]
    await ground.settle(an_agent(mcp_servers=servers, tools=tools))
    agent = by_identity(await ground.everything())["Agent/reviewer"]
    turned: Any = {"mcp_servers": servers[::-1], "tools": tools[::-1]}
    await ground.sdk.beta.agents.update(agent["id"], version=1, **turned)
    assert (await ground.plan(an_agent(mcp_servers=servers, tools=tools))).is_empty


async def test_without_versions_a_field_is_one_thing(ground: Ground) -> None:
    await ground.settle(an_environment(metadata={"a": "1", "b": "1"}))
    live = by_identity(await ground.everything())["Environment/workshop"]
    await ground.sdk.beta.environments.update(live["id"], metadata={"a": "2"})
    assert codes(await ground.plan(an_environment(metadata={"a": "1", "b": "2"}))) == ["plan.conflict"]
