"""Against the engine: what is not ours is never touched, whatever is planned and applied beside it."""

from typing import Any

import pytest

from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import SeedMode

from .given import MODEL, a_seed, a_store, a_team, actions, address, an_agent, an_environment, codes, pruning
from .ground import Ground, told

pytestmark = pytest.mark.anyio

OURS = (
    a_team("crew", ["reviewer"]),
    an_agent(system="one"),
    an_environment(description="one"),
    a_store("lessons", {"/a.md": a_seed("A")}),
)
OURS_LATER = (
    a_team("crew", ["reviewer"]),
    an_agent(system="two"),
    an_environment(description="two"),
    a_store("lessons", {"/a.md": a_seed("B")}),
)


async def somebody_elses(ground: Ground) -> None:
    """Put objects there by hand, some with names like ours, and some of another project that uses agentops too."""
    beta = ground.sdk.beta
    await beta.agents.create(name="by hand", model=MODEL, metadata={"agentops_owner": "", "team": "x"})
    await beta.agents.create(name="half marked", model=MODEL, metadata={"agentops_owner": "github.com/acme/agents"})
    await beta.environments.create(name="by hand")
    store = await beta.memory_stores.create(name="by hand")
    await beta.memory_stores.memories.create(store.id, path="/a.md", content="theirs")
    await ground.of("github.com/acme/other").settle(*OURS)


async def foreign(ground: Ground, ids: set[str] | None = None) -> dict[str, Any]:
    """Return every object with its memories, exactly as answered; only those ids if given."""
    found = {}
    for collection, objects in (await ground.everything()).items():
        for each in objects:
            if ids is None or each["id"] in ids:
                memories = await ground.target.list_memories(each["id"]) if collection == "memory_stores" else []
                found[each["id"]] = (each, memories)
    return found


async def test_nothing_foreign_changes_while_ours_come_change_and_go(ground: Ground) -> None:
    await somebody_elses(ground)
    before = await foreign(ground)
    assert len(before) == 8
    await ground.settle(*OURS)
    await ground.settle(*OURS_LATER)
    await ground.settle(OURS_LATER[1], removal=pruning())
    assert (await ground.apply(removal=RemovalRules(destroy=True))).is_complete
    assert await foreign(ground, {*before}) == before


async def test_two_projects_may_use_the_same_names_side_by_side(ground: Ground) -> None:
    other = ground.of("github.com/acme/other")
    await other.settle(*OURS)
    await ground.settle(*OURS_LATER)
    assert (await other.plan(*OURS)).is_empty
    assert (await ground.plan(*OURS_LATER)).is_empty


async def test_destroying_everything_of_one_project_leaves_the_other_whole(ground: Ground) -> None:
    other = ground.of("github.com/acme/other")
    await other.settle(*OURS)
    await ground.settle(*OURS)
    outcome = await ground.apply(removal=RemovalRules(destroy=True))
    assert outcome.is_complete, told(outcome)
    assert (await ground.plan()).is_empty
    assert (await other.plan(*OURS)).is_empty


async def test_a_look_alike_is_asked_about_and_untouched_until_somebody_says(ground: Ground) -> None:
    made = await ground.sdk.beta.agents.create(name="reviewer", model=MODEL, system="By hand.")
    before = await foreign(ground)
    blocked = await ground.plan(an_agent())
    assert codes(blocked) == ["plan.look-alike"]
    assert made.id in blocked.report.diagnostics[0].message
    assert await foreign(ground) == before
    await ground.settle(an_agent(), create_new=frozenset({address("Agent/reviewer")}))
    assert await foreign(ground, {made.id}) == before


async def test_adopting_takes_the_look_alike_over_and_keeps_what_nobody_declared(ground: Ground) -> None:
    made = await ground.sdk.beta.agents.create(
        name="reviewer", model=MODEL, system="By hand.", description="Old.", metadata={"team": "x"}
    )
    wanted = an_agent(description="New.")
    plan = await ground.plan(wanted, adopt=frozenset({address("Agent/reviewer")}))
    assert [each.action.value for each in plan.steps] == ["adopt"]
    await ground.settle(wanted, adopt=frozenset({address("Agent/reviewer")}))
    (agent,) = (await ground.everything())["agents"]
    assert (agent["id"], agent["system"], agent["description"]) == (made.id, "By hand.", "New.")
    assert agent["metadata"]["team"] == "x"


@pytest.mark.parametrize("kind", ["environment", "store"])
async def test_objects_without_versions_are_adopted_too(ground: Ground, kind: str) -> None:
    if kind == "environment":
        await ground.sdk.beta.environments.create(name="workshop", description="Old.")
        wanted = an_environment(description="New.", config={"type": "cloud", "packages": {"pip": ["x"]}})
    else:
        await ground.sdk.beta.memory_stores.create(name="lessons", description="Old.")
        wanted = a_store("lessons", {"/a.md": a_seed("A")}, description="New.")
    await ground.settle(wanted, adopt=frozenset({wanted.address}))
    assert sum(map(len, (await ground.everything()).values())) == 1


async def test_a_store_is_adopted_with_the_memories_that_are_in_it(ground: Ground) -> None:
    store = await ground.sdk.beta.memory_stores.create(name="lessons")
    for path, text in {"/same.md": "S", "/ours.md": "old", "/theirs.md": "old", "/else.md": "E"}.items():
        await ground.sdk.beta.memory_stores.memories.create(store.id, path=path, content=text)
    seeds = {"/same.md": a_seed("S"), "/ours.md": a_seed("new", SeedMode.GIT), "/new.md": a_seed("N")}
    wanted = a_store("lessons", {**seeds, "/theirs.md": a_seed("new", SeedMode.LIVE)})
    plan = await ground.plan(wanted, adopt=frozenset({wanted.address}))
    (step,) = plan.steps
    assert [(each.path, bool(each.memory_id)) for each in step.memories] == [("/new.md", False), ("/ours.md", True)]
    assert plan.kept == ((wanted.address, "/theirs.md"),)
    await ground.settle(wanted, adopt=frozenset({wanted.address}))
    page = await ground.sdk.beta.memory_stores.memories.list(store.id, view="full")
    assert {each.path: each.content for each in page.data if each.type == "memory"} == {
        "/same.md": "S",
        "/ours.md": "new",
        "/theirs.md": "old",
        "/else.md": "E",
        "/new.md": "N",
    }


async def test_a_store_that_is_taken_by_its_id_keeps_memories_that_say_the_same(ground: Ground) -> None:
    store = await ground.sdk.beta.memory_stores.create(name="another name")
    await ground.sdk.beta.memory_stores.memories.create(store.id, path="/a.md", content="A")
    wanted = a_store("lessons", {"/a.md": a_seed("A")})
    plan = await ground.plan(wanted, take={wanted.address: store.id})
    assert [(each.action.value, each.memories) for each in plan.steps] == [("adopt", ())]
    await ground.settle(wanted, take={wanted.address: store.id})


async def test_a_copy_that_claims_our_identity_stops_the_plan_and_both_stay(ground: Ground) -> None:
    await ground.settle(an_agent(), a_team("crew", ["reviewer"]))
    live = next(each for each in (await ground.everything())["agents"] if each["name"] == "reviewer")
    await ground.sdk.beta.agents.create(name="copy", model=MODEL, metadata=live["metadata"])
    before = await foreign(ground)
    plan = await ground.plan(an_agent(system="new"), a_team("crew", ["reviewer"]))
    assert "plan.two-claimants" in codes(plan)
    assert plan.is_empty
    assert await foreign(ground) == before


async def test_marks_on_an_object_of_another_kind_claim_nothing(ground: Ground) -> None:
    marks = {"agentops_owner": "github.com/acme/agents", "agentops_id": "Agent/reviewer"}
    made = await ground.sdk.beta.environments.create(name="odd", metadata=marks)
    before = await foreign(ground)
    await ground.settle(an_agent())
    assert await foreign(ground, {made.id}) == before


async def test_pruning_removes_what_is_declared_no_more_and_protects_what_says_so(ground: Ground) -> None:
    await ground.settle(an_agent("a"), an_agent("b", protect=True), an_environment(), a_store())
    kept = await ground.plan(an_agent("a"))
    assert kept.is_empty
    assert [each.identity for each in kept.orphans] == ["Agent/b", "Environment/workshop", "MemoryStore/lessons"]
    refused = await ground.plan(an_agent("a"), removal=pruning())
    assert codes(refused) == ["plan.protected"]
    spared = await ground.plan(an_agent("a"), removal=pruning(spares_protected=True))
    assert codes(spared) == ["plan.no-longer-declared"]
    assert {*actions(spared)} == {"Environment/workshop", "MemoryStore/lessons"}
    assert [each.identity for each in spared.orphans] == ["Agent/b"]
    named = pruning(spares_protected=True, archive_now=frozenset({address("Agent/b")}))
    assert codes(await ground.plan(an_agent("a"), removal=named)) == ["plan.protected"]
    await ground.settle(an_agent("a"), an_agent("b"))
    outcome = await ground.apply(an_agent("a"), removal=pruning())
    assert outcome.is_complete, told(outcome)
    live = await ground.everything(archived=False)
    assert [each["name"] for objects in live.values() for each in objects] == ["a"]
    assert sum(map(len, (await ground.everything()).values())) == 4, "pruning archives and deletes nothing"
    assert (await ground.plan(an_agent("a"))).orphans == ()


async def test_destroy_deletes_what_can_be_deleted_and_archives_agents(ground: Ground) -> None:
    await ground.settle(*OURS)
    outcome = await ground.apply(removal=RemovalRules(destroy=True))
    assert {each[0]: each[2] for each in told(outcome)} == {
        "Team/crew": "archived",
        "Agent/reviewer": "archived",
        "Environment/workshop": "deleted",
        "MemoryStore/lessons": "deleted",
    }
    assert told(outcome)[0][0] == "Team/crew", "what names others goes first"
    left = {key: len(each) for key, each in (await ground.everything()).items() if each}
    assert left == {"agents": 2}
    await ground.settle(*OURS)
