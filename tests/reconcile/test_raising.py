"""One field, or one object, said as a manifest: names for ids, and nothing that a server fills in by itself."""

from typing import Any

import pytest

from agentops.base.names import Address, Kind
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.observed import Live
from agentops.reconcile.raising import raised, raised_field
from agentops.reconcile.raising.spec import is_team
from agentops.reconcile.verdicts import ABSENT

from .given import MODEL, OTHER_MODEL, address

NAMES = {
    "agent_1": address("Agent/reviewer"),
    "skill_1": address("Skill/triage"),
    "memstore_1": address("MemoryStore/n"),
}
TOOLSET = "agent_toolset_20260401"
ASK, ALLOW = {"type": "always_ask"}, {"type": "always_allow"}

FIELDS: list[tuple[str, Any, Any]] = [
    ("description", "", ABSENT),
    ("description", None, ABSENT),
    ("system", " kept \n", " kept \n"),
    ("model", {"id": MODEL, "effort": None, "speed": "standard", "inference_geo": None}, MODEL),
    (
        "model",
        {"id": MODEL, "effort": {"type": "low"}, "speed": "fast"},
        {"id": MODEL, "effort": "low", "speed": "fast"},
    ),
    ("execution_identity", {"type": "service_account"}, ABSENT),
    ("metadata", {"agentops_id": "Agent/x", "agentops_owner": "me"}, ABSENT),
    ("metadata", {"agentops_id": "Agent/x", "team": "a"}, {"team": "a"}),
    ("tools", [], ABSENT),
    (
        "tools",
        [{"type": TOOLSET, "default_config": {"enabled": True, "permission_policy": ALLOW}, "configs": []}],
        [{"type": TOOLSET}],
    ),
    (
        "tools",
        [
            {
                "type": "mcp_toolset",
                "mcp_server_name": "docs",
                "default_config": {"enabled": True, "permission_policy": ASK},
                "configs": [{"name": "find", "enabled": True, "permission_policy": ALLOW}],
            }
        ],
        [
            {
                "type": "mcp_toolset",
                "mcp_server_name": "docs",
                "configs": [{"name": "find", "permission_policy": ALLOW}],
            }
        ],
    ),
    (
        "skills",
        [{"type": "custom", "skill_id": "skill_1", "version": "v2"}, {"type": "anthropic", "skill_id": "pdf"}],
        [{"type": "custom", "skill_id": "triage"}, {"type": "anthropic", "skill_id": "pdf"}],
    ),
    (
        "multiagent",
        {"type": "coordinator", "agents": [{"type": "agent", "id": "agent_1", "version": 3}, {"type": "self"}]},
        {"type": "coordinator", "agents": ["reviewer", {"type": "self"}]},
    ),
]


@pytest.mark.parametrize(("field", "live", "wanted"), FIELDS)
def test_a_field_is_said_as_people_write_it(field: str, live: Any, wanted: Any) -> None:
    assert raised_field(Kind.AGENT, field, live, NAMES) == wanted


def test_who_is_not_in_the_tree_stays_an_id_with_its_version() -> None:
    entry = {"type": "agent", "id": "agent_9", "version": 3}
    assert raised_field(Kind.DEPLOYMENT, "agent", entry, NAMES) == entry
    assert raised_field(Kind.DEPLOYMENT, "agent", {**entry, "id": "agent_1"}, NAMES) == "reviewer"


def test_an_empty_cloud_environment_says_nothing_of_its_configuration() -> None:
    packages = {"type": "packages", "apt": [], "cargo": [], "gem": [], "go": [], "npm": [], "pip": []}
    whole = {"type": "cloud", "networking": {"type": "unrestricted"}, "packages": packages}
    assert raised_field(Kind.ENVIRONMENT, "config", whole, {}) is ABSENT
    with_one = {**whole, "packages": {**packages, "pip": ["uv"]}}
    assert raised_field(Kind.ENVIRONMENT, "config", with_one, {}) == {"type": "cloud", "packages": {"pip": ["uv"]}}


def an_agent(**fields: Any) -> Live:
    return Live(ObjectKind.AGENT, {"id": "agent_7", "name": "Lead", "model": MODEL, "version": 1, **fields}, None)


ON = {"type": "enabled", "inline_agents": {"type": "enabled"}}
MEMBER = {"type": "agent", "id": "agent_1", "version": 3}
ROSTERS: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
    ({"type": "coordinator", "agents": [MEMBER]}, {"specialists": ["reviewer"], "delegation": {"type": "coordinator"}}),
    (
        {"type": "coordinator", "agents": [MEMBER, {"type": "advisor", "model": OTHER_MODEL}]},
        {
            "specialists": ["reviewer"],
            "delegation": {"type": "coordinator", "advisor": {"type": "enabled", "model": OTHER_MODEL}},
        },
    ),
    ({"type": "coordinator", "agents": [{"type": "advisor", "model": OTHER_MODEL}]}, None),
    (
        {
            "type": "multiagent_20261001",
            "subagents": {**ON, "predefined_agents": [MEMBER]},
            "workflows": {**ON, "predefined_agents": [MEMBER]},
            "advisor": {"type": "disabled"},
        },
        {"specialists": ["reviewer"]},
    ),
    (
        {
            "type": "multiagent_20261001",
            "subagents": {**ON, "predefined_agents": [{"type": "self"}]},
            "workflows": {"type": "disabled"},
            "advisor": {"type": "disabled"},
        },
        {
            "specialists": ["self"],
            "delegation": {"type": "multiagent_20261001", "workflows": {"type": "disabled"}},
        },
    ),
    ({"type": "multiagent_20261001", "subagents": {"type": "disabled"}, "workflows": {**ON}}, None),
]


@pytest.mark.parametrize(("roster", "said"), ROSTERS)
def test_a_roster_is_a_team_where_a_team_says_exactly_the_same(
    roster: dict[str, Any], said: dict[str, Any] | None
) -> None:
    live = an_agent(multiagent=roster)
    assert is_team(live) is (said is not None)
    names = {**NAMES, "agent_7": Address(Kind.TEAM, "lead")}
    if said is None:
        with pytest.raises(ValueError, match="is no Team"):
            raised(Kind.TEAM, live, names)
    else:
        assert raised(Kind.TEAM, live, names) == {"name": "Lead", "lead": {"model": MODEL}, **said}


def test_a_display_name_that_the_manifest_has_already_is_not_said_twice() -> None:
    assert raised(Kind.AGENT, an_agent(), {"agent_7": address("Agent/lead")}) == {"name": "Lead", "model": MODEL}
    assert raised(Kind.AGENT, an_agent(name="lead"), {"agent_7": address("Agent/lead")}) == {"model": MODEL}


def test_a_version_that_is_not_the_newest_is_said() -> None:
    live = an_agent(multiagent={"type": "coordinator", "agents": [MEMBER]})
    assert raised(Kind.AGENT, live, NAMES, pins={"agent_1": 4})["multiagent"]["agents"] == [
        {"type": "agent", "id": "reviewer", "version": 3}
    ]
    assert raised(Kind.AGENT, live, NAMES, pins={"agent_1": 3})["multiagent"]["agents"] == ["reviewer"]
