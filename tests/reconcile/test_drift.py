"""Against the engine: what somebody changes behind our back is seen field by field, and healed by an apply."""

from typing import Any

import pytest

from agentops.reconcile.resource import SeedMode
from agentops.reconcile.verdicts import Verdict

from .given import MODEL, a_seed, a_store, a_team, actions, an_agent, an_environment, changed, codes
from .ground import Ground, by_identity
from .test_convergence import BASE_AGENT, BASE_ENVIRONMENT, SERVERS, TOOLS

pytestmark = pytest.mark.anyio

OTHER = "claude-haiku-5-5"
MEDDLING: dict[str, tuple[dict[str, Any], list[tuple[str, Any, Any]]]] = {
    "name": ({"name": "renamed"}, [("name", "renamed", "reviewer")]),
    "model": (
        {"model": OTHER},
        [
            ("model.effort.type", "medium", "low"),
            ("model.id", OTHER, BASE_AGENT["model"]["id"]),
            ("model.inference_geo", None, "us"),
        ],
    ),
    "description": ({"description": "Idle."}, [("description", "Idle.", "Reads pull requests.")]),
    "system cleared": ({"system": None}, [("system", None, BASE_AGENT["system"])]),
    "permission widened": (
        {"tools": [{"type": "agent_toolset_20260401"}, *TOOLS[1:]]},
        [
            (
                "tools.agent_toolset_20260401.configs.bash",
                None,
                {"enabled": True, "permission_policy": {"type": "always_ask"}},
            )
        ],
    ),
    "tool added": (
        {
            "tools": [
                *TOOLS,
                {"type": "custom", "name": "rm", "description": "Removes.", "input_schema": {"type": "object"}},
            ]
        },
        [("tools.custom/rm", {"description": "Removes.", "input_schema": {"type": "object"}}, None)],
    ),
    "server moved": (
        {"mcp_servers": [{**SERVERS[0], "url": "https://evil.example.com"}]},
        [("mcp_servers.tickets", "https://evil.example.com", SERVERS[0]["url"])],
    ),
    "skill added": (
        {"skills": [*BASE_AGENT["skills"], {"type": "anthropic", "skill_id": "pdf"}]},
        [("skills.anthropic/pdf", "20251013", None)],
    ),
    "advisor off": (
        {"multiagent": {"type": "multiagent_20261001", "advisor": {"type": "disabled"}}},
        [("multiagent.advisor.model", None, "m"), ("multiagent.advisor.type", "disabled", "enabled")],
    ),
    "identity": (
        {"execution_identity": None},
        [
            ("execution_identity.role_arn", None, BASE_AGENT["execution_identity"]["role_arn"]),
            ("execution_identity.type", "service_account", "aws_role"),
        ],
    ),
    "metadata changed": ({"metadata": {"team": "theirs"}}, [("metadata.team", "theirs", "platform")]),
    "metadata added": ({"metadata": {"cost": "1"}}, [("metadata.cost", "1", None)]),
    "metadata removed": ({"metadata": {"team": None}}, [("metadata", None, {"team": "platform"})]),
}


@pytest.mark.parametrize("what", MEDDLING)
async def test_a_meddled_agent_is_reported_with_live_and_wanted_and_healed(ground: Ground, what: str) -> None:
    changes, seen = MEDDLING[what]
    wanted = (an_agent(**BASE_AGENT), an_agent("bystander"))
    await ground.settle(*wanted)
    before = by_identity(await ground.everything())
    await ground.sdk.beta.agents.update(before["Agent/reviewer"]["id"], version=1, **changes)
    made = await ground.plan(*wanted)
    (step,) = made.steps
    assert (str(step.address), step.action.value, step.reason) == (
        "Agent/reviewer",
        "update",
        "changed on the target since the last apply",
    )
    assert changed(step) == seen
    assert {each.verdict for each in step.changes} == {Verdict.DRIFT}
    assert list(made.drifted) == [step]
    await ground.settle(*wanted)
    after = by_identity(await ground.everything())
    assert content(after["Agent/reviewer"]) == content(before["Agent/reviewer"])
    assert after["Agent/bystander"] == before["Agent/bystander"]


ENVIRONMENT_MEDDLING: dict[str, tuple[dict[str, Any], list[tuple[str, Any, Any]]]] = {
    "name": ({"name": "renamed"}, [("name", "renamed", "workshop")]),
    "description": ({"description": None}, [("description", None, "For tests.")]),
    "network opened": (
        {"config": {"type": "cloud", "networking": {"type": "unrestricted"}}},
        [
            ("config.networking.allow_mcp_servers", None, False),
            ("config.networking.allow_package_managers", None, True),
            ("config.networking.allowed_hosts", None, ["a.example.com"]),
            ("config.networking.type", "unrestricted", "limited"),
        ],
    ),
    "package added": (
        {"config": {"type": "cloud", "packages": {"npm": ["left-pad"]}}},
        [("config.packages.npm", ["left-pad"], [])],
    ),
    "metadata": ({"metadata": {"tier": "9", "x": "y"}}, [("metadata.tier", "9", "1"), ("metadata.x", "y", None)]),
}


@pytest.mark.parametrize("what", ENVIRONMENT_MEDDLING)
async def test_a_meddled_environment_is_reported_with_live_and_wanted_and_healed(ground: Ground, what: str) -> None:
    changes, seen = ENVIRONMENT_MEDDLING[what]
    await ground.settle(an_environment(**BASE_ENVIRONMENT))
    before = by_identity(await ground.everything())["Environment/workshop"]
    await ground.sdk.beta.environments.update(before["id"], **changes)
    made = await ground.plan(an_environment(**BASE_ENVIRONMENT))
    (step,) = made.steps
    assert changed(step) == seen
    assert {each.verdict for each in step.changes} == {Verdict.DRIFT}
    await ground.settle(an_environment(**BASE_ENVIRONMENT))
    assert content(by_identity(await ground.everything())["Environment/workshop"]) == content(before)


@pytest.mark.parametrize("change", [{"name": "renamed"}, {"description": ""}, {"metadata": {"tier": None}}])
async def test_a_meddled_store_is_reported_and_healed(ground: Ground, change: dict[str, Any]) -> None:
    wanted = a_store(description="Notes.", metadata={"tier": "1"})
    await ground.settle(wanted)
    before = by_identity(await ground.everything())["MemoryStore/lessons"]
    await ground.sdk.beta.memory_stores.update(before["id"], **change)
    made = await ground.plan(wanted)
    assert {each.field for each in made.steps[0].changes} == {*change}
    assert {each.verdict for each in made.steps[0].changes} == {Verdict.DRIFT}
    await ground.settle(wanted)
    assert content(by_identity(await ground.everything())["MemoryStore/lessons"]) == content(before)


def content(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a person set: no times, versions or marks."""
    pairs = {key: value for key, value in body["metadata"].items() if not key.startswith("agentops_")}
    return {**body, "metadata": pairs, "updated_at": None, "version": None}


async def test_fields_that_nobody_declared_may_change_freely(ground: Ground) -> None:
    await ground.settle(an_agent(), an_environment(), a_store())
    live = by_identity(await ground.everything())
    beta = ground.sdk.beta
    await beta.agents.update(live["Agent/reviewer"]["id"], version=1, system="Theirs.", metadata={"x": "y"})
    await beta.environments.update(live["Environment/workshop"]["id"], description="Theirs.")
    await beta.memory_stores.update(live["MemoryStore/lessons"]["id"], description="Theirs.")
    assert (await ground.plan(an_agent(), an_environment(), a_store())).is_empty
    await ground.settle(an_agent(description="Ours."), an_environment(), a_store())
    kept = by_identity(await ground.everything())["Agent/reviewer"]
    assert (kept["system"], kept["description"], kept["metadata"]["x"]) == ("Theirs.", "Ours.", "y")


async def test_drift_beside_an_edit_is_told_apart_from_it(ground: Ground) -> None:
    await ground.settle(an_agent(system="one", description="one"))
    agent = by_identity(await ground.everything())["Agent/reviewer"]
    await ground.sdk.beta.agents.update(agent["id"], version=1, description="theirs")
    made = await ground.plan(an_agent(system="two", description="one"))
    assert {each.field: each.verdict for each in made.steps[0].changes} == {
        "system": Verdict.UPDATE,
        "description": Verdict.DRIFT,
    }
    assert made.steps[0].reason == "changed in the manifest, and on the target since the last apply"
    await ground.settle(an_agent(system="two", description="one"))


async def test_a_conflict_stops_the_plan_until_somebody_says_who_wins(ground: Ground) -> None:
    await ground.settle(an_agent(system="one"))
    agent = by_identity(await ground.everything())["Agent/reviewer"]
    await ground.sdk.beta.agents.update(agent["id"], version=1, system="theirs")
    made = await ground.plan(an_agent(system="two"))
    assert codes(made) == ["plan.conflict"]
    assert made.report.has_errors
    (judged,) = [each for each in made.steps[0].judged if each.name == "system"]
    assert (judged.base, judged.live, judged.wanted) == ("one", "theirs", "two")
    reviewer = made.steps[0].address
    forced = await ground.plan(an_agent(system="two"), overwrite=frozenset({reviewer}))
    assert not forced.report.has_errors
    await ground.settle(an_agent(system="two"), overwrite=frozenset({reviewer}))


async def test_the_live_value_written_into_the_manifest_settles_a_conflict(ground: Ground) -> None:
    await ground.settle(an_agent(system="one"))
    agent = by_identity(await ground.everything())["Agent/reviewer"]
    await ground.sdk.beta.agents.update(agent["id"], version=1, system="theirs")
    assert actions(await ground.plan(an_agent(system="theirs"))) == {"Agent/reviewer": "restamp"}
    await ground.settle(an_agent(system="theirs"))


async def test_a_roster_that_somebody_shortened_is_restored(ground: Ground) -> None:
    wanted = (a_team("crew", ["scribe", "reviewer"]), an_agent("scribe"), an_agent("reviewer"))
    await ground.settle(*wanted)
    live = by_identity(await ground.everything())
    roster: Any = {"type": "coordinator", "agents": [live["Agent/scribe"]["id"]]}
    await ground.sdk.beta.agents.update(live["Team/crew"]["id"], version=1, multiagent=roster)
    made = await ground.plan(*wanted)
    assert [changed(each) for each in made.steps] == [[("multiagent.agents.Agent/reviewer", None, 1)]]
    assert made.steps[0].changes[0].verdict is Verdict.DRIFT
    await ground.settle(*wanted)


async def test_a_member_that_somebody_changed_is_healed_and_its_team_follows(ground: Ground) -> None:
    wanted = (a_team("crew", ["scribe"]), an_agent("scribe", system="one"))
    await ground.settle(*wanted)
    scribe = by_identity(await ground.everything())["Agent/scribe"]["id"]
    await ground.sdk.beta.agents.update(scribe, version=1, system="theirs")
    made = await ground.plan(*wanted)
    assert actions(made) == {"Agent/scribe": "update", "Team/crew": "repin"}
    assert changed(made.steps[1]) == [("multiagent.agents.Agent/scribe", 1, 3)]
    await ground.settle(*wanted)


async def test_an_archived_member_is_made_anew_and_its_team_takes_the_new_one(ground: Ground) -> None:
    wanted = (a_team("crew", ["scribe", "reviewer"]), an_agent("scribe"), an_agent("reviewer"))
    await ground.settle(*wanted)
    scribe = by_identity(await ground.everything())["Agent/scribe"]["id"]
    await ground.sdk.beta.agents.archive(scribe)
    assert actions(await ground.plan(*wanted)) == {"Agent/scribe": "create", "Team/crew": "update"}
    await ground.settle(*wanted)


async def test_marks_that_somebody_stripped_are_asked_about_and_never_twinned(ground: Ground) -> None:
    await ground.settle(an_agent())
    agent = by_identity(await ground.everything())["Agent/reviewer"]
    stripped: dict[str, str | None] = {key: None for key in agent["metadata"] if key.startswith("agentops_")}
    await ground.sdk.beta.agents.update(agent["id"], version=1, metadata=stripped)
    made = await ground.plan(an_agent())
    assert codes(made) == ["plan.look-alike"]
    reviewer = made.steps[0].address
    await ground.settle(an_agent(), adopt=frozenset({reviewer}))
    assert by_identity(await ground.everything())["Agent/reviewer"]["id"] == agent["id"]


async def test_marks_that_somebody_bent_lead_to_a_comparison_and_new_marks(ground: Ground) -> None:
    await ground.settle(an_agent(system="one", model={"id": MODEL, "effort": "low"}), an_environment(description="one"))
    live = by_identity(await ground.everything())
    bent: dict[str, str | None] = {"agentops_fields": "1|bent", "agentops_guard": "v=99;nonce=x"}
    await ground.sdk.beta.agents.update(live["Agent/reviewer"]["id"], version=1, metadata=bent, system="theirs")
    await ground.sdk.beta.environments.update(live["Environment/workshop"]["id"], metadata=bent)
    wanted = (an_agent(system="one", model={"id": MODEL, "effort": "low"}), an_environment(description="one"))
    assert actions(await ground.plan(*wanted)) == {"Agent/reviewer": "update", "Environment/workshop": "restamp"}
    await ground.settle(*wanted)


async def test_a_memory_that_drifted_is_rewritten_where_the_tree_has_the_say(ground: Ground) -> None:
    wanted = a_store("lessons", {"/git.md": a_seed("ours", SeedMode.GIT), "/live.md": a_seed("first", SeedMode.LIVE)})
    await ground.settle(wanted)
    store = by_identity(await ground.everything())["MemoryStore/lessons"]["id"]
    memories = ground.sdk.beta.memory_stores.memories
    for memory in await ground.target.list_memories(store):
        await memories.update(memory["id"], memory_store_id=store, content="theirs")
    made = await ground.plan(wanted)
    (step,) = made.steps
    assert [each.path for each in step.memories] == ["/git.md"]
    assert {each.verdict for each in step.changes} == {Verdict.DRIFT}
    assert [path for _, path in made.kept] == ["/live.md"]
    outcome = await ground.apply(wanted)
    assert outcome.is_complete
    assert (await ground.plan(wanted)).is_empty


async def test_a_pin_that_somebody_else_moved_too_is_no_conflict(ground: Ground) -> None:
    wanted = (a_team("crew", ["scribe"]), an_agent("scribe", system="one"))
    await ground.settle(*wanted)
    live = by_identity(await ground.everything())
    scribe, crew = live["Agent/scribe"]["id"], live["Team/crew"]["id"]
    await ground.sdk.beta.agents.update(scribe, version=1, system="theirs")
    roster: Any = {"type": "coordinator", "agents": [{"type": "agent", "id": scribe, "version": 2}]}
    await ground.sdk.beta.agents.update(crew, version=1, multiagent=roster)
    made = await ground.plan(*wanted)
    assert codes(made) == []
    assert actions(made) == {"Agent/scribe": "update", "Team/crew": "repin"}
    await ground.settle(*wanted)
