"""Against the engine: apply, then plan, is empty, and each change alone gives one step that names it."""

from typing import Any

import pytest

from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.plan import Action
from agentops.reconcile.resource import Resource, SeedMode

from .given import (
    OTHER_MODEL,
    a_seed,
    a_store,
    a_team,
    actions,
    an_agent,
    an_environment,
    changed,
)
from .ground import Ground, by_identity

pytestmark = pytest.mark.anyio

TOOLS: list[dict[str, Any]] = [
    {"type": "agent_toolset_20260401", "configs": [{"name": "bash", "permission_policy": {"type": "always_ask"}}]},
    {"type": "mcp_toolset", "mcp_server_name": "tickets"},
    {"type": "custom", "name": "lookup", "description": "Looks up.", "input_schema": {"type": "object"}},
]
SERVERS = [{"type": "url", "name": "tickets", "url": "https://tickets.example.com/mcp"}]
EVERYTHING: dict[str, Any] = {
    "model": {"id": OTHER_MODEL, "effort": "low", "speed": "standard", "inference_geo": "us"},
    "description": "Reads pull requests.",
    "system": "You review.\nBe brief.\n",
    "tools": TOOLS,
    "mcp_servers": SERVERS,
    "skills": [{"type": "anthropic", "skill_id": "xlsx"}],
    "metadata": {"team": "platform"},
    "execution_identity": {"type": "aws_role", "role_arn": "arn:aws:iam::123456789012:role/runner"},
}
PROJECT = (
    an_agent("plain"),
    an_agent("reviewer", **EVERYTHING),
    a_team("crew", ["plain", "scribe"]),
    an_agent("scribe"),
    an_environment("open"),
    an_environment(
        "closed",
        description="No way out.",
        config={
            "type": "cloud",
            "packages": {"pip": ["requests"]},
            "networking": {
                "type": "limited",
                "allowed_hosts": ["b.example.com", "a.example.com"],
                "allow_package_managers": True,
            },
        },
        metadata={"tier": "1"},
    ),
    an_environment("own", config={"type": "self_hosted"}),
    a_store("notes", description="What we know."),
    a_store(
        "lessons", {"/a.md": a_seed("A"), "/deep/b.md": a_seed("B", SeedMode.GIT), "/c.md": a_seed("", SeedMode.LIVE)}
    ),
)


async def test_a_second_plan_is_empty(ground: Ground) -> None:
    outcome = await ground.settle(*PROJECT)
    assert len(outcome.results) == len(PROJECT)
    assert {*by_identity(await ground.everything())} == {str(each.address) for each in PROJECT}


async def test_a_second_apply_of_an_empty_plan_changes_nothing(ground: Ground) -> None:
    await ground.settle(*PROJECT)
    before = await ground.everything()
    await ground.settle(*PROJECT)
    assert await ground.everything() == before
    versions = {name: each["version"] for name, each in by_identity(before).items() if "version" in each}
    assert set(versions.values()) == {1}


async def test_marks_say_owner_source_and_version(ground: Ground) -> None:
    await ground.settle(an_agent("reviewer", protect=True))
    pairs = by_identity(await ground.everything())["Agent/reviewer"]["metadata"]
    assert pairs["agentops_owner"] == "github.com/acme/agents"
    assert pairs["agentops_source"] == "agents.d/reviewer.yaml@0123456789ab"
    guard = dict(each.split("=") for each in pairs["agentops_guard"].split(";"))
    assert guard | {"nonce": ""} == {"v": "1", "protect": "1", "tool": "0.1.0", "nonce": ""}


BASE_AGENT = {**EVERYTHING, "multiagent": {"type": "multiagent_20261001", "advisor": {"type": "enabled", "model": "m"}}}
AGENT_CHANGES: dict[str, Any] = {
    "name": "another name",
    "model": {**EVERYTHING["model"], "effort": "high"},
    "description": "Reads more.",
    "system": "You write.",
    "tools": [{**TOOLS[0], "configs": []}, *TOOLS[1:]],
    "mcp_servers": [{**SERVERS[0], "url": "https://tickets.example.com/v2"}],
    "skills": [{"type": "anthropic", "skill_id": "pdf"}],
    "multiagent": {"type": "multiagent_20261001", "subagents": {"type": "disabled"}},
    "execution_identity": {"type": "service_account"},
    "metadata": {"team": "search", "tier": "2"},
}


@pytest.mark.parametrize("name", AGENT_CHANGES)
async def test_each_field_of_an_agent_that_changes_alone_gives_one_update_naming_it(ground: Ground, name: str) -> None:
    await one_update(ground, an_agent(**BASE_AGENT), an_agent(**{**BASE_AGENT, name: AGENT_CHANGES[name]}), name)


@pytest.mark.parametrize(
    "name", [each for each in AGENT_CHANGES if each not in {"name", "model", "tools", "mcp_servers"}]
)
async def test_each_field_of_an_agent_that_is_left_out_is_cleared(ground: Ground, name: str) -> None:
    less = {key: value for key, value in BASE_AGENT.items() if key != name}
    await one_update(ground, an_agent(**BASE_AGENT), an_agent(**less), name)
    live = by_identity(await ground.everything())["Agent/reviewer"]
    kept = {key: value for key, value in live["metadata"].items() if not key.startswith("agentops_")}
    assert not (kept if name == "metadata" else live[name]) or name == "execution_identity"


async def test_tools_and_servers_are_cleared_together(ground: Ground) -> None:
    await ground.settle(an_agent(tools=TOOLS, mcp_servers=SERVERS))
    await ground.settle(an_agent())
    live = by_identity(await ground.everything())["Agent/reviewer"]
    assert live["tools"] == live["mcp_servers"] == []


BASE_ENVIRONMENT: dict[str, Any] = {
    "description": "For tests.",
    "config": {
        "type": "cloud",
        "packages": {"pip": ["requests"]},
        "networking": {"type": "limited", "allowed_hosts": ["a.example.com"], "allow_package_managers": True},
    },
    "metadata": {"tier": "1"},
}
CONFIG = BASE_ENVIRONMENT["config"]
ENVIRONMENT_CHANGES: dict[str, tuple[str, Any]] = {
    "name": ("name", "another name"),
    "description": ("description", "For work."),
    "packages": ("config", {**CONFIG, "packages": {"pip": ["requests"], "npm": ["left-pad"]}}),
    "hosts": ("config", {**CONFIG, "networking": {**CONFIG["networking"], "allowed_hosts": ["b.example.com"]}}),
    "network": ("config", {**CONFIG, "networking": {"type": "unrestricted"}}),
    "metadata": ("metadata", {"tier": "2"}),
}


@pytest.mark.parametrize("change", ENVIRONMENT_CHANGES)
async def test_each_field_of_an_environment_that_changes_alone_gives_one_update_naming_it(
    ground: Ground, change: str
) -> None:
    name, value = ENVIRONMENT_CHANGES[change]
    before = an_environment(**BASE_ENVIRONMENT)
    await one_update(ground, before, an_environment(**{**BASE_ENVIRONMENT, name: value}), name)


@pytest.mark.parametrize("name", BASE_ENVIRONMENT)
async def test_each_field_of_an_environment_that_is_left_out_is_cleared(ground: Ground, name: str) -> None:
    less = {key: value for key, value in BASE_ENVIRONMENT.items() if key != name}
    await one_update(ground, an_environment(**BASE_ENVIRONMENT), an_environment(**less), name)


@pytest.mark.parametrize(("name", "value"), [("name", "other"), ("description", "More."), ("metadata", {"tier": "2"})])
async def test_each_field_of_a_store_that_changes_alone_gives_one_update_naming_it(
    ground: Ground, name: str, value: Any
) -> None:
    fields: dict[str, Any] = {"description": "Notes.", "metadata": {"tier": "1"}}
    await one_update(ground, a_store(**fields), a_store(**{**fields, name: value}), name)


@pytest.mark.parametrize("name", ["description", "metadata"])
async def test_each_field_of_a_store_that_is_left_out_is_cleared(ground: Ground, name: str) -> None:
    fields: dict[str, Any] = {"description": "Notes.", "metadata": {"tier": "1"}}
    less = {key: value for key, value in fields.items() if key != name}
    await one_update(ground, a_store(**fields), a_store(**less), name)


async def one_update(ground: Ground, before: Resource, after: Resource, name: str) -> None:
    await ground.settle(before, an_agent("bystander"))
    made = await ground.plan(after, an_agent("bystander"))
    assert actions(made) == {str(before.address): "update"}
    (step,) = made.steps
    assert {each.field for each in step.changes} == {name}
    assert made.unchanged == 1
    await ground.settle(after, an_agent("bystander"))


async def test_a_new_seed_text_is_written_under_its_precondition(ground: Ground) -> None:
    await ground.settle(a_store("lessons", {"/a.md": a_seed("one"), "/b.md": a_seed("same")}))
    made = await ground.plan(
        a_store("lessons", {"/a.md": a_seed("two"), "/b.md": a_seed("same"), "/c.md": a_seed("new")})
    )
    (step,) = made.steps
    assert [each.path for each in step.memories] == ["/a.md", "/c.md"]
    await ground.settle(a_store("lessons", {"/a.md": a_seed("two"), "/b.md": a_seed("same"), "/c.md": a_seed("new")}))
    (store,) = (await ground.everything())["memory_stores"]
    memories = await ground.target.list_memories(store["id"])
    assert {each["path"]: each["content_sha256"] for each in memories} == {
        "/a.md": a_seed("two").sha256,
        "/b.md": a_seed("same").sha256,
        "/c.md": a_seed("new").sha256,
    }


async def test_a_member_that_changes_moves_its_team_in_the_same_run(ground: Ground) -> None:
    crew = a_team("crew", ["scribe", "reviewer"])
    await ground.settle(crew, an_agent("scribe"), an_agent("reviewer"))
    new = an_agent("scribe", system="Write.")
    made = await ground.plan(crew, new, an_agent("reviewer"))
    assert actions(made) == {"Agent/scribe": "update", "Team/crew": "repin"}
    assert changed(made.steps[1]) == [("multiagent.agents.Agent/scribe", 1, 2)]
    await ground.settle(crew, new, an_agent("reviewer"))
    live = by_identity(await ground.everything())
    pins = {each["id"]: each["version"] for each in live["Team/crew"]["multiagent"]["agents"]}
    assert pins == {live["Agent/scribe"]["id"]: 2, live["Agent/reviewer"]["id"]: 1}


async def test_switching_protection_is_a_restamp_and_no_new_content(ground: Ground) -> None:
    await ground.settle(an_agent(), an_environment())
    made = await ground.plan(an_agent(protect=True), an_environment())
    assert [each.action for each in made.steps] == [Action.RESTAMP]
    await ground.settle(an_agent(protect=True), an_environment())
    await ground.settle(an_agent(), an_environment())


async def test_a_value_that_somebody_already_brought_about_is_only_restamped(ground: Ground) -> None:
    await ground.settle(an_agent(system="old"), an_environment(description="old"))
    live = by_identity(await ground.everything())
    agent, environment = live["Agent/reviewer"], live["Environment/workshop"]
    await ground.sdk.beta.agents.update(agent["id"], version=1, system="new")
    await ground.sdk.beta.environments.update(environment["id"], description="new")
    made = await ground.plan(an_agent(system="new"), an_environment(description="new"))
    assert actions(made) == {"Agent/reviewer": "restamp", "Environment/workshop": "restamp"}
    await ground.settle(an_agent(system="new"), an_environment(description="new"))


async def test_an_empty_value_in_an_environments_metadata_counts_as_no_pair(ground: Ground) -> None:
    await ground.settle(an_environment(metadata={"tier": "1", "note": ""}))
    await ground.settle(an_environment(metadata={"tier": "", "note": ""}))
    live = by_identity(await ground.everything())["Environment/workshop"]
    assert [key for key in live["metadata"] if not key.startswith("agentops_")] == []


async def test_a_new_seed_neither_brings_back_nor_overwrites_what_others_did_to_another(ground: Ground) -> None:
    seeds = {path: a_seed("first") for path in ("/kept.md", "/new.md", "/removed.md")}
    await ground.apply(a_store("lessons", seeds))
    (store,) = await ground.target.list(ObjectKind.MEMORY_STORE) or ()
    ids = {each["path"]: each["id"] for each in await ground.target.list_memories(store["id"])}
    await ground.sdk.beta.memory_stores.memories.delete(ids["/removed.md"], memory_store_id=store["id"])

    newer = {**seeds, "/new.md": a_seed("second")}
    (step,) = (await ground.plan(a_store("lessons", newer))).steps
    assert [each.path for each in step.memories] == ["/new.md"]
    await ground.apply(a_store("lessons", newer))
    assert sorted(each["path"] for each in await ground.target.list_memories(store["id"])) == ["/kept.md", "/new.md"]

    rewritten = {**newer, "/removed.md": a_seed("rewritten")}
    (step,) = (await ground.plan(a_store("lessons", rewritten))).steps
    assert [each.path for each in step.memories] == ["/removed.md"]
