"""Normal forms of rosters: every way to name an agent is one, and every switch is spelled out."""

from typing import Any

import pytest

from agentops.reconcile import normal
from agentops.reconcile.values import ANY

A, B = ({"type": "agent", "id": f"agent_{each}", "version": 3} for each in "ab")


def coordinator(*agents: Any) -> dict[str, Any]:
    return {"type": "coordinator", "agents": list(agents)}


def pool(**parts: Any) -> dict[str, Any]:
    return {"type": "multiagent_20261001", **parts}


def test_a_coordinators_roster_does_not_depend_on_its_order() -> None:
    assert normal.multiagent(coordinator(A, B)) == normal.multiagent(coordinator(B, A))


@pytest.mark.parametrize("short", ["agent_a", {"type": "agent", "id": "agent_a"}, {**A, "version": None}])
def test_an_entry_without_a_version_takes_any(short: Any) -> None:
    live, wanted = normal.multiagent(coordinator(A)), normal.multiagent(coordinator(short))
    assert wanted["agents"] == {"agent_a": ANY}
    assert not list(normal.differences(live, wanted))


def test_a_moved_pin_is_one_difference_at_the_agents_id() -> None:
    live, wanted = normal.multiagent(coordinator(A, B)), normal.multiagent(coordinator({**A, "version": 4}, B))
    assert list(normal.differences(live, wanted)) == [(("agents", "agent_a"), 3, 4)]


def test_self_and_the_advisor_have_places_of_their_own() -> None:
    roster = coordinator({"type": "self"}, {"type": "advisor", "model": "m"}, A)
    assert normal.multiagent(roster)["agents"] == {"self": "self", "advisor": "m", "agent_a": 3}


def test_an_agent_that_is_not_there_yet_stands_as_its_name() -> None:
    unknown = {"type": "agent", "id": {"$id": "Agent/new"}, "version": 1}
    assert normal.multiagent(coordinator(unknown))["agents"] == {"Agent/new": 1}


OPEN = {"type": "enabled", "inline_agents": {"type": "enabled"}, "predefined_agents": []}
WHOLE = pool(subagents=OPEN, workflows=OPEN, advisor={"type": "disabled"})


@pytest.mark.parametrize(
    "short",
    [
        pool(),
        pool(subagents=None, workflows=None, advisor=None),
        pool(subagents={"type": "enabled"}),
        pool(workflows={"type": "enabled", "inline_agents": None, "predefined_agents": None}),
        pool(subagents={"type": "enabled", "inline_agents": {"type": "enabled"}}, advisor={"type": "disabled"}),
    ],
)
def test_what_is_left_out_of_the_delegation_has_its_documented_default(short: Any) -> None:
    assert normal.multiagent(short) == normal.multiagent(WHOLE)


@pytest.mark.parametrize(
    ("other", "path"),
    [
        (pool(subagents={"type": "disabled"}), ("subagents", "inline_agents")),
        (pool(workflows={**OPEN, "inline_agents": {"type": "disabled"}}), ("workflows", "inline_agents", "type")),
        (pool(advisor={"type": "enabled", "model": "m"}), ("advisor", "model")),
        (pool(subagents={**OPEN, "predefined_agents": [A]}), ("subagents", "predefined_agents", "agent_a")),
        (coordinator(A), ("advisor",)),
    ],
)
def test_every_switch_of_the_delegation_shows(other: Any, path: tuple[str, ...]) -> None:
    found = [each[0] for each in normal.differences(normal.multiagent(WHOLE), normal.multiagent(other))]
    assert path in found


def test_both_rosters_of_the_delegation_ignore_their_order() -> None:
    one = pool(subagents={**OPEN, "predefined_agents": [A, B, "agent_c"]})
    two = pool(subagents={**OPEN, "predefined_agents": [{"type": "agent", "id": "agent_c"}, B, A]})
    assert normal.multiagent(one) == normal.multiagent(two)


def test_a_disabled_delegation_has_nothing_else_to_say() -> None:
    form = normal.multiagent(pool(subagents={"type": "disabled"}, workflows={"type": "disabled"}))
    assert form["subagents"] == form["workflows"] == {"type": "disabled"}
