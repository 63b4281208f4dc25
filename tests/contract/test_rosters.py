"""Teams: who may be on a roster, which versions it pins, and when it pins anew."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from anthropic import BadRequestError

from .given import MODEL, an_agent, refused
from .sdk import Api

Shape = Callable[[list[Any]], dict[str, Any]]

ENABLED = {"type": "enabled"}
DISABLED = {"type": "disabled"}
ADVISOR = {"type": "advisor", "model": "claude-fable-5-2"}
SELF = {"type": "self"}


def coordinator(agents: list[Any]) -> dict[str, Any]:
    return {"type": "coordinator", "agents": agents}


def team(**members: Any) -> dict[str, Any]:
    return {"type": "multiagent_20261001", **members}


def subagents(agents: list[Any]) -> dict[str, Any]:
    return team(subagents={**ENABLED, "predefined_agents": agents})


def workflows(agents: list[Any]) -> dict[str, Any]:
    return team(workflows={**ENABLED, "predefined_agents": agents})


SHAPES = {"coordinator": coordinator, "subagents": subagents, "workflows": workflows}


@pytest.fixture(params=SHAPES)
def shape(request: pytest.FixtureRequest) -> Shape:
    return SHAPES[request.param]


def members(api: Api, agent_id: str) -> list[dict[str, Any]]:
    """Return the roster of an agent as the wire has it, whatever its shape."""
    api.agents.retrieve(agent_id)
    found = api.last.json()["multiagent"]
    lists = (found, found.get("subagents", {}), found.get("workflows", {}))
    rosters = (each.get("agents") or each.get("predefined_agents") for each in lists)
    return next(filter(None, rosters), [])


def pin(agent: Any, version: int | None = None) -> dict[str, Any]:
    return {"type": "agent", "id": agent.id, "version": version or agent.version}


def test_a_member_is_pinned_to_its_current_version(api: Api, shape: Shape) -> None:
    one, two, three = an_agent(api, name="one"), an_agent(api, name="two"), an_agent(api, name="three")
    api.agents.update(two.id, system="second")
    roster = [one.id, {"type": "agent", "id": two.id}, {"type": "agent", "id": three.id, "version": 1}]
    lead = an_agent(api, name="lead", multiagent=shape(roster))
    assert members(api, lead.id) == [pin(one), pin(two, 2), pin(three)]


def test_an_old_version_can_be_pinned(api: Api, shape: Shape) -> None:
    one = an_agent(api)
    api.agents.update(one.id, system="second")
    lead = an_agent(api, name="lead", multiagent=shape([pin(one, 1)]))
    assert members(api, lead.id) == [pin(one, 1)]


def test_self_is_the_owner_in_its_own_version(api: Api, shape: Shape) -> None:
    lead = an_agent(api, name="lead", multiagent=shape([SELF]))
    assert members(api, lead.id) == [pin(lead)]
    changed = api.agents.update(lead.id, system="second", multiagent=shape([SELF]))
    assert members(api, lead.id) == [pin(changed, 2)]


def test_a_roster_stays_when_a_member_moves_on(api: Api, shape: Shape) -> None:
    one = an_agent(api)
    lead = an_agent(api, name="lead", multiagent=shape([one.id]))
    api.agents.update(one.id, system="second")
    assert members(api, lead.id) == [pin(one, 1)]
    assert api.agents.retrieve(lead.id).version == 1


def test_sending_the_roster_again_pins_anew(api: Api, shape: Shape) -> None:
    one = an_agent(api)
    lead = an_agent(api, name="lead", multiagent=shape([one.id]))
    api.agents.update(one.id, system="second")
    again = api.agents.update(lead.id, multiagent=shape([one.id]))
    assert (again.version, members(api, lead.id)) == (2, [pin(one, 2)])
    assert api.agents.update(lead.id, multiagent=shape([one.id])).version == 2


def test_any_change_of_the_owner_pins_anew(api: Api, shape: Shape) -> None:
    one = an_agent(api)
    lead = an_agent(api, name="lead", multiagent=shape([one.id]))
    api.agents.update(one.id, system="second")
    api.agents.update(lead.id, description="changed")
    assert members(api, lead.id) == [pin(one, 2)]


def test_an_explicit_version_is_never_moved(api: Api, shape: Shape) -> None:
    one = an_agent(api)
    lead = an_agent(api, name="lead", multiagent=shape([pin(one, 1)]))
    api.agents.update(one.id, system="second")
    api.agents.update(lead.id, description="changed")
    assert members(api, lead.id) == [pin(one, 1)]


def test_an_old_version_of_the_owner_keeps_its_pins(api: Api, shape: Shape) -> None:
    one = an_agent(api)
    lead = an_agent(api, name="lead", multiagent=shape([one.id]))
    api.agents.update(one.id, system="second")
    api.agents.update(lead.id, multiagent=shape([one.id]))
    assert api.agents.retrieve(lead.id, version=1).multiagent == lead.multiagent


def test_twenty_members_are_taken_and_one_more_is_refused(api: Api, shape: Shape) -> None:
    many = [an_agent(api, name=f"member {number}").id for number in range(21)]
    lead = an_agent(api, name="lead", multiagent=shape(many[:20]))
    assert len(members(api, lead.id)) == 20
    refused(BadRequestError, lambda: an_agent(api, multiagent=shape(many)), "multiagent", "20")


def test_a_member_that_does_not_exist_is_refused(api: Api, shape: Shape) -> None:
    refused(BadRequestError, lambda: an_agent(api, multiagent=shape(["agent_01Ghost"])), "agent_01Ghost")


def test_a_version_that_does_not_exist_is_refused(api: Api, shape: Shape) -> None:
    one = an_agent(api)
    refused(BadRequestError, lambda: an_agent(api, multiagent=shape([pin(one, 7)])), one.id, "7")


def test_an_archived_member_is_refused(api: Api, shape: Shape) -> None:
    one = an_agent(api)
    api.agents.archive(one.id)
    refused(BadRequestError, lambda: an_agent(api, multiagent=shape([one.id])), one.id, "archived")


def test_a_member_with_a_roster_of_its_own_is_refused(api: Api, shape: Shape) -> None:
    one = an_agent(api)
    lead = an_agent(api, name="lead", multiagent=shape([one.id]))
    refused(BadRequestError, lambda: an_agent(api, name="chief", multiagent=shape([lead.id])), lead.id)


def test_one_member_twice_is_refused(api: Api, shape: Shape) -> None:
    one = an_agent(api)
    for roster in ([one.id, one.id], [one.id, pin(one)], [SELF, SELF]):
        refused(BadRequestError, partial(an_agent, api, name="lead", multiagent=shape(roster)), "multiagent")


def test_the_owner_by_id_and_as_self_is_one_member_twice(api: Api, shape: Shape) -> None:
    lead = an_agent(api, name="lead")
    refused(BadRequestError, lambda: api.agents.update(lead.id, multiagent=shape([SELF, lead.id])), "multiagent")


def test_two_members_of_one_name_are_refused(api: Api, shape: Shape) -> None:
    one, two = an_agent(api, name="twin"), an_agent(api, name="twin")
    refused(BadRequestError, lambda: an_agent(api, name="lead", multiagent=shape([one.id, two.id])), "twin")


def test_members_of_two_regions_are_refused(api: Api, shape: Shape) -> None:
    one = an_agent(api, name="one", model={"id": MODEL, "inference_geo": "us"})
    two = an_agent(api, name="two", model={"id": MODEL, "inference_geo": "global"})
    refused(BadRequestError, lambda: an_agent(api, name="lead", multiagent=shape([one.id, two.id])), "inference_geo")


def test_a_lead_of_another_region_than_its_members_is_refused(api: Api) -> None:
    one = an_agent(api, name="one", model={"id": MODEL, "inference_geo": "us"})
    refused(BadRequestError, lambda: an_agent(api, name="lead", multiagent=coordinator([one.id])), "inference_geo")
    model = {"id": MODEL, "inference_geo": "us"}
    assert an_agent(api, name="lead", model=model, multiagent=coordinator([one.id])).version == 1


def test_the_advisor_is_echoed_last(api: Api) -> None:
    one = an_agent(api)
    lead = an_agent(api, name="lead", multiagent=coordinator([ADVISOR, one.id]))
    assert members(api, lead.id) == [pin(one), ADVISOR]


def test_the_advisor_has_its_name_to_itself(api: Api) -> None:
    one = an_agent(api, name="anthropic.advisor")
    roster = coordinator([one.id, ADVISOR])
    refused(BadRequestError, lambda: an_agent(api, name="lead", multiagent=roster), "anthropic.advisor")


def test_an_advisor_alone_is_a_roster(api: Api) -> None:
    assert members(api, an_agent(api, multiagent=coordinator([ADVISOR])).id) == [ADVISOR]


@pytest.mark.stateless
@pytest.mark.parametrize(
    ("multiagent", "words"),
    [
        (coordinator([]), ("multiagent.agents",)),
        ({"type": "coordinator"}, ("multiagent.agents",)),
        (coordinator([ADVISOR, ADVISOR]), ("advisor",)),
        (coordinator([{"type": "advisor"}]), ("multiagent.agents.0.model",)),
        (coordinator([{"type": "robot"}]), ("multiagent.agents.0",)),
        (coordinator([7]), ("multiagent.agents.0",)),
        (coordinator([{"type": "agent"}]), ("multiagent.agents.0.id",)),
        (coordinator([{"type": "agent", "id": "agent_01X", "version": 0}]), ("multiagent.agents.0.version",)),
        (subagents([ADVISOR]), ("multiagent.subagents.predefined_agents.0",)),
        (team(advisor=ENABLED), ("multiagent.advisor.model",)),
        (team(advisor={"model": MODEL}), ("multiagent.advisor.type",)),
        (team(subagents={"inline_agents": DISABLED}), ("multiagent.subagents.type",)),
        (team(subagents={**ENABLED, "inline_agents": DISABLED}), ("multiagent.subagents",)),
        (team(subagents={**ENABLED, "inline_agents": DISABLED, "predefined_agents": []}), ("multiagent.subagents",)),
        (team(workflows={**ENABLED, "inline_agents": DISABLED}), ("multiagent.workflows",)),
        (team(subagents={**DISABLED, "predefined_agents": []}), ("multiagent.subagents.predefined_agents",)),
        (team(agents=[]), ("multiagent.agents",)),
        ({}, ("multiagent.type",)),
    ],
    ids=str,
)
def test_a_team_that_breaks_a_rule_is_refused_by_place(
    api: Api, multiagent: dict[str, Any], words: tuple[str, ...]
) -> None:
    refused(BadRequestError, lambda: an_agent(api, multiagent=multiagent), *words)


DEFAULT_MEMBER = {"type": "enabled", "inline_agents": ENABLED, "predefined_agents": []}
DEFAULT_TEAM = {
    "type": "multiagent_20261001",
    "subagents": DEFAULT_MEMBER,
    "workflows": DEFAULT_MEMBER,
    "advisor": DISABLED,
}


@pytest.mark.parametrize(
    "multiagent",
    [
        team(),
        team(subagents=None, workflows=None, advisor=None),
        team(subagents=ENABLED, workflows=ENABLED, advisor=DISABLED),
        team(subagents={**ENABLED, "inline_agents": None, "predefined_agents": None}),
    ],
    ids=["unset", "null", "bare", "null inside"],
)
def test_a_team_is_resolved_to_its_defaults(api: Api, multiagent: dict[str, Any]) -> None:
    an_agent(api, multiagent=multiagent)
    assert api.last.json()["multiagent"] == DEFAULT_TEAM


MERGES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "an omitted member stays": (
        team(workflows=DISABLED, advisor={**ENABLED, "model": MODEL}),
        team(subagents={**ENABLED, "inline_agents": ENABLED}),
        {"workflows": DISABLED, "advisor": {**ENABLED, "model": MODEL}},
    ),
    "null takes the default": (team(workflows=DISABLED), team(workflows=None), {"workflows": DEFAULT_MEMBER}),
    "another type replaces": (team(subagents=DISABLED), team(subagents=ENABLED), {"subagents": DEFAULT_MEMBER}),
    "disabling replaces": (
        team(advisor={**ENABLED, "model": MODEL}),
        team(advisor=DISABLED),
        {"advisor": DISABLED},
    ),
}


@pytest.mark.parametrize(("stored", "sent", "expected"), MERGES.values(), ids=MERGES)
def test_a_team_is_merged_level_by_level(
    api: Api, stored: dict[str, Any], sent: dict[str, Any], expected: dict[str, Any]
) -> None:
    lead = an_agent(api, multiagent=stored)
    api.agents.update(lead.id, multiagent=sent)
    assert api.last.json()["multiagent"] == {**DEFAULT_TEAM, **expected}


def test_a_sent_list_replaces_the_stored_one_and_its_neighbour_stays(api: Api) -> None:
    one, two = an_agent(api, name="one"), an_agent(api, name="two")
    stored = team(subagents={**ENABLED, "inline_agents": DISABLED, "predefined_agents": [one.id]})
    lead = an_agent(api, name="lead", multiagent=stored)
    api.agents.update(lead.id, multiagent=subagents([two.id]))
    assert api.last.json()["multiagent"]["subagents"] == {
        "type": "enabled",
        "inline_agents": DISABLED,
        "predefined_agents": [pin(two)],
    }


def test_the_merged_team_must_keep_the_rules(api: Api) -> None:
    one = an_agent(api, name="one")
    stored = team(subagents={**ENABLED, "inline_agents": DISABLED, "predefined_agents": [one.id]})
    lead = an_agent(api, name="lead", multiagent=stored)
    refused(BadRequestError, lambda: api.agents.update(lead.id, multiagent=subagents([])), "multiagent.subagents")


def test_the_two_lists_of_a_team_are_apart(api: Api) -> None:
    one, two = an_agent(api, name="one"), an_agent(api, name="two")
    an_agent(api, name="lead", multiagent={**subagents([one.id]), "workflows": workflows([two.id])["workflows"]})
    found = api.last.json()["multiagent"]
    assert found["subagents"]["predefined_agents"] == [pin(one)]
    assert found["workflows"]["predefined_agents"] == [pin(two)]


@pytest.mark.parametrize("backwards", [False, True], ids=["to a team", "to a coordinator"])
def test_another_kind_of_team_replaces_everything(api: Api, backwards: bool) -> None:
    one = an_agent(api, name="one")
    kinds = [coordinator([one.id]), team(workflows=DISABLED)]
    before, after = reversed(kinds) if backwards else kinds
    lead = an_agent(api, name="lead", multiagent=before)
    api.agents.update(lead.id, multiagent=after)
    expected = coordinator([pin(one)]) if backwards else {**DEFAULT_TEAM, "workflows": DISABLED}
    assert api.last.json()["multiagent"] == expected


def test_a_coordinator_is_replaced_whole(api: Api) -> None:
    one, two = an_agent(api, name="one"), an_agent(api, name="two")
    lead = an_agent(api, name="lead", multiagent=coordinator([one.id, ADVISOR]))
    api.agents.update(lead.id, multiagent=coordinator([two.id]))
    assert members(api, lead.id) == [pin(two)]
