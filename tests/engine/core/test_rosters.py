"""Rosters: merged, checked and pinned."""

from dataclasses import replace
from typing import Any

import pytest

from agentops.engine.core import rosters
from agentops.engine.core.rosters import Member, Reference

ON, OFF = {"type": "enabled"}, {"type": "disabled"}
NEW = "multiagent_20261001"
OPEN = {"type": "enabled", "inline_agents": ON, "predefined_agents": []}
OWNER = Member("agent_owner", 4, "owner", None, is_archived=False, delegates=True)


def member(name: str, version: int = 1, **changes: Any) -> Member:
    plain = Member(f"agent_{name}", version, name, inference_geo=None, is_archived=False, delegates=False)
    return replace(plain, **changes)


def team(*entries: object) -> dict[str, Any]:
    return {"type": "coordinator", "agents": list(entries)}


def said(wish: dict[str, Any], members: dict[Reference, Member | None]) -> list[str]:
    return [".".join(map(str, each.path)) + ": " + each.message for each in rosters.problems(wish, members, OWNER)]


def test_what_is_not_said_is_on_except_for_the_advisor() -> None:
    assert rosters.wished({"type": NEW}) == {"type": NEW, "subagents": OPEN, "workflows": OPEN, "advisor": OFF}


def test_null_takes_the_default_and_omitted_keeps_what_is_stored() -> None:
    stored = rosters.wished(
        {"type": NEW, "subagents": OFF, "workflows": OFF, "advisor": {"type": "enabled", "model": "m"}}
    )
    assert rosters.wished({"type": NEW, "workflows": None, "advisor": None}, stored) == {
        "type": NEW,
        "subagents": OFF,
        "workflows": OPEN,
        "advisor": OFF,
    }


def test_keys_of_one_level_are_merged_and_a_sent_list_replaces() -> None:
    stored = rosters.wished({"type": NEW, "subagents": {**ON, "inline_agents": OFF, "predefined_agents": ["a", "b"]}})
    kept = rosters.wished({"type": NEW, "subagents": {**ON, "predefined_agents": ["c"]}}, stored)
    assert kept is not None
    assert kept["subagents"] == {**ON, "inline_agents": OFF, "predefined_agents": ["c"]}
    reset = rosters.wished({"type": NEW, "subagents": {**ON, "inline_agents": None}}, stored)
    assert reset is not None
    assert reset["subagents"] == {**ON, "inline_agents": ON, "predefined_agents": ["a", "b"]}


def test_an_object_of_another_type_starts_from_its_defaults() -> None:
    stored = rosters.wished({"type": NEW, "subagents": OFF})
    assert rosters.wished({"type": NEW, "subagents": ON}, stored) == rosters.wished({"type": NEW})
    assert rosters.wished({"type": NEW}, team("a")) == rosters.wished({"type": NEW})


def test_a_coordinator_replaces_and_null_clears() -> None:
    assert rosters.wished(team("b"), team("a")) == team("b")
    assert rosters.wished(None, team("a")) is None


def test_entries_are_pinned_and_the_advisor_comes_last() -> None:
    advisor = {"type": "advisor", "model": "m"}
    wish = team(advisor, "agent_a", {"type": "agent", "id": "agent_b", "version": 2}, {"type": "self"})
    members = {Reference("agent_a", None): member("a", 7), Reference("agent_b", 2): member("b", 2)}
    assert rosters.references(wish) == set(members)
    assert rosters.pinned(wish, members, Reference("agent_owner", 5)) == team(
        {"type": "agent", "id": "agent_a", "version": 7},
        {"type": "agent", "id": "agent_b", "version": 2},
        {"type": "agent", "id": "agent_owner", "version": 5},
        advisor,
    )


def test_both_lists_of_the_newer_form_are_pinned() -> None:
    wish = rosters.wished({"type": NEW, "subagents": {**ON, "predefined_agents": ["agent_a"]}, "workflows": OFF})
    pinned = rosters.pinned(wish, {Reference("agent_a", None): member("a", 3)}, Reference("agent_owner", 1))
    assert pinned == {
        "type": NEW,
        "subagents": {**OPEN, "predefined_agents": [{"type": "agent", "id": "agent_a", "version": 3}]},
        "workflows": OFF,
        "advisor": OFF,
    }


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (None, 'must be an agent that exists, "agent_a" does not'),
        (member("a", is_archived=True), "must not be archived, agent_a is"),
        (member("a", delegates=True), "must not have multiagent of its own, agent_a has"),
        (member("anthropic.advisor"), "must not be called anthropic.advisor, which is reserved"),
        (member("a", inference_geo="us"), "must have the model.inference_geo that the agent has"),
    ],
)
def test_a_member_has_to_fit(found: Member | None, message: str) -> None:
    assert said(team("agent_a"), {Reference("agent_a", None): found}) == [f"multiagent.agents.0: {message}"]


def test_members_are_distinct_agents_with_distinct_names() -> None:
    twice = {Reference("agent_a", None): member("a", 2), Reference("agent_a", 1): member("a", 1)}
    assert said(team("agent_a", {"type": "agent", "id": "agent_a", "version": 1}), twice) == [
        "multiagent.agents.1: must be another agent than the other entries, agent_a is not"
    ]
    namesake = {Reference("agent_x", None): replace(member("x"), name="owner")}
    assert said(team({"type": "self"}, "agent_x"), namesake) == [
        'multiagent.agents.1: must have a name of its own, another is called "owner" too'
    ]


def test_the_owner_itself_may_delegate_and_stand_in_its_roster() -> None:
    assert said(team({"type": "self"}, {"type": "advisor", "model": "m"}), {}) == []


def test_an_agent_without_a_roster_has_nothing_to_look_up() -> None:
    assert rosters.references(None) == set()
    assert rosters.pinned(None, {}, Reference("agent_owner", 1)) is None
