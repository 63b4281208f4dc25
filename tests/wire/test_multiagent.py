from typing import Any

import pytest

from agentops.wire.agents import AgentCreate, AgentUpdate
from agentops.wire.problems import check


def said(multiagent: Any) -> list[tuple[Any, ...]]:
    problems = check(AgentCreate, {"name": "a", "model": "m", "multiagent": multiagent})[1]
    return [(*each.path[1:], each.kind) for each in problems]


def roster(*agents: Any) -> list[tuple[Any, ...]]:
    return [each[1:] for each in said({"type": "coordinator", "agents": list(agents)})]


def subagents(**fields: Any) -> list[tuple[Any, ...]]:
    return [each[1:] for each in said({"type": "multiagent_20261001", "subagents": {"type": "enabled", **fields}})]


SELF = {"type": "self"}
ADVISOR = {"type": "advisor", "model": "m"}


def test_a_roster_holds_agents_the_agent_itself_and_an_advisor() -> None:
    assert roster("a", {"type": "agent", "id": "b", "version": 2}, SELF, ADVISOR) == []
    assert roster(ADVISOR) == []


def test_a_roster_has_one_to_twenty_members() -> None:
    assert roster() == [("too-few",)]
    assert roster(*map(str, range(20))) == []
    assert roster(*map(str, range(21))) == [("too-many",)]


def test_nobody_stands_in_a_roster_twice() -> None:
    assert roster("a", {"type": "agent", "id": "a", "version": 2}) == [(1, "id", "not-unique")]
    assert roster(SELF, SELF) == [(1, "not-unique")]
    assert roster(ADVISOR, ADVISOR) == [(1, "not-unique")]


def test_a_version_counts_from_one() -> None:
    assert roster({"type": "agent", "id": "a", "version": 0}) == [(0, "version", "invalid-value")]


@pytest.mark.parametrize("delegation", [None, {"type": "disabled"}, {"type": "enabled", "predefined_agents": []}])
def test_delegation_is_on_off_or_as_it_is_by_default(delegation: Any) -> None:
    assert said({"type": "multiagent_20261001", "subagents": delegation, "workflows": delegation}) == []


def test_an_advisor_that_is_on_has_a_model() -> None:
    assert said({"type": "multiagent_20261001", "advisor": {"type": "enabled"}}) == [
        ("advisor", "model", "missing-field")
    ]


def test_predefined_agents_are_at_most_twenty_and_no_advisors() -> None:
    assert subagents(predefined_agents=list(map(str, range(21)))) == [("predefined_agents", "too-many")]
    assert subagents(predefined_agents=[ADVISOR]) == [("predefined_agents", 0, "type", "invalid-value")]


def test_work_can_be_handed_to_somebody() -> None:
    alone = {"inline_agents": {"type": "disabled"}}
    assert subagents(**alone) == [("predefined_agents", "bad-combination")]
    assert subagents(**alone, predefined_agents=[]) == [("predefined_agents", "bad-combination")]
    assert subagents(**alone, predefined_agents=[SELF]) == []


def test_an_update_may_name_the_agents_in_another_request() -> None:
    partial = {"type": "enabled", "inline_agents": {"type": "disabled"}}
    assert check(AgentUpdate, {"multiagent": {"type": "multiagent_20261001", "subagents": partial}})[1] == ()


def test_what_is_off_holds_nothing() -> None:
    off = {"type": "disabled", "predefined_agents": ["a"]}
    assert said({"type": "multiagent_20261001", "workflows": off}) == [
        ("workflows", "predefined_agents", "unknown-field")
    ]
