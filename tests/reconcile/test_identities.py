"""Against the engine: renames keep their objects, what is let go lives on, and what only looks alike is asked about."""

from dataclasses import replace
from typing import Any

import pytest

from agentops.base.names import Address
from agentops.reconcile.apply import Outcome
from agentops.reconcile.identities import Identities
from agentops.reconcile.observed import World, observe
from agentops.reconcile.options import Forgetting, PlanOptions
from agentops.reconcile.plan import Plan
from agentops.reconcile.planner import plan
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Desired, Resource

from .given import (
    MODEL,
    a_credential,
    a_deployment,
    a_seed,
    a_store,
    a_team,
    a_vault,
    actions,
    address,
    an_agent,
    an_environment,
    codes,
    desired,
    pinned,
)
from .ground import Ground, told

pytestmark = pytest.mark.anyio

PROMPT = "You review pull requests.\nRead the whole diff before you say a word.\nName the line and the way out.\n"


def saying(*resources: Resource, let_go: tuple[str, ...] = (), **moved: str) -> Desired:
    """Return what a tree asks for whose Project says `new="old"` of agents, or `Kind__new="Kind/old"`."""
    before = {_named(new): _named(old) for new, old in moved.items()}
    return replace(desired(*resources), identities=Identities(before, tuple(map(address, let_go))))


def _named(text: str) -> Address:
    return address(text.replace("__", "/") if "__" in text or "/" in text else f"Agent/{text}")


async def planned(ground: Ground, wanted: Desired, **options: Any) -> tuple[Plan, World]:
    chosen = PlanOptions(**options)
    world = await observe(ground.target, wanted, removes=chosen.removes)
    return plan(wanted, world, ground.target.label, chosen), world


async def settle(ground: Ground, wanted: Desired, **options: Any) -> Outcome:
    """Apply, and see that everything was done and nothing is left to do."""
    outcome = await ground.carry_out(*await planned(ground, wanted, **options))
    assert outcome.is_complete, told(outcome)
    again, _ = await planned(ground, wanted)
    assert again.is_empty, [(str(each.address), each.action, each.reason) for each in again.steps]
    return outcome


async def ids(ground: Ground, *, archived: bool = True) -> dict[str, str]:
    """Return the ids of everything by its identity, or by its own name where it bears none."""
    everything = await ground.everything(archived=archived)
    objects = [each for found in everything.values() for each in found]
    return {each["metadata"].get("agentops_id", each.get("name")): each["id"] for each in objects}


async def test_a_rename_keeps_the_object_and_what_names_it(ground: Ground) -> None:
    crew = a_team("crew", ["old"])
    await ground.settle(an_agent("old", system=PROMPT), crew, an_environment(), a_deployment(agent=pinned("old")))
    before = await ids(ground)
    renamed = (an_agent("new", system=PROMPT), a_team("crew", ["new"]))
    wanted = saying(*renamed, an_environment(), a_deployment(agent=pinned("new")), new="old")
    made, _ = await planned(ground, wanted)
    assert actions(made) == {"Agent/new": "move", "Team/crew": "repin", "Deployment/triage": "repin"}
    assert made.steps[0].reason == "it was Agent/old"
    assert "plan.stale-identity" not in codes(made)
    await settle(ground, wanted)
    after = await ids(ground)
    assert after["Agent/new"] == before["Agent/old"]
    assert {each: after[each] for each in before if each != "Agent/old"} == {
        each: before[each] for each in before if each != "Agent/old"
    }
    assert codes((await planned(ground, wanted))[0]) == ["plan.stale-identity"], "a note, from then on"


async def test_renames_one_after_the_other_lead_to_the_newest_name_from_any_of_them(ground: Ground) -> None:
    await ground.settle(an_agent("a"))
    (first,) = (await ids(ground)).values()
    await settle(ground, saying(an_agent("c"), b="a", c="b"))
    assert await ids(ground) == {"Agent/c": first}
    await settle(ground, saying(an_agent("d"), b="a", c="b", d="c"))
    assert await ids(ground) == {"Agent/d": first}


async def test_an_agent_becomes_a_team(ground: Ground) -> None:
    await ground.settle(an_agent("boss"), an_agent())
    before = await ids(ground)
    await settle(ground, saying(a_team("bosses", ["reviewer"]), an_agent(), Team__bosses="Agent/boss"))
    assert (await ids(ground))["Team/bosses"] == before["Agent/boss"]


async def test_a_store_keeps_its_memories_and_a_vault_its_credentials(ground: Ground) -> None:
    seeds = {"/a.md": a_seed("A")}
    await ground.settle(a_store("old", seeds), a_vault("keys"), a_credential("tickets", vault="keys"))
    before = await ids(ground)
    await ground.sdk.beta.memory_stores.memories.create(before["MemoryStore/old"], path="/b.md", content="Learned.")
    renamed = (a_store("new", seeds), a_vault("tools"), a_credential("tickets", vault="tools"))
    wanted = saying(*renamed, MemoryStore__new="MemoryStore/old", Vault__tools="Vault/keys")
    assert {*actions((await planned(ground, wanted))[0]).values()} == {"move"}
    await settle(ground, wanted)
    after = await ids(ground)
    assert {*after.values()} == {*before.values()}
    assert len(await ground.target.list_memories(after["MemoryStore/new"])) == 2


async def test_a_vault_that_is_renamed_loses_what_it_declares_no_more(ground: Ground) -> None:
    await ground.settle(a_vault("keys"), a_credential("tickets", vault="keys"))
    made, _ = await planned(ground, saying(a_vault("tools"), Vault__tools="Vault/keys"))
    assert actions(made) == {"Vault/tools": "move", "Vault/keys/tickets": "archive"}
    await settle(ground, saying(a_vault("tools"), Vault__tools="Vault/keys"))


async def test_another_file_is_no_change(ground: Ground) -> None:
    await ground.settle(an_agent())
    assert (await ground.plan(replace(an_agent(), source="elsewhere/other.yaml"))).is_empty


async def test_a_rename_whose_two_names_are_both_there_is_told_and_moves_nothing(ground: Ground) -> None:
    await ground.settle(an_agent("old"), an_agent("new"))
    made, _ = await planned(ground, saying(an_agent("new"), new="old"))
    assert made.is_empty
    assert codes(made) == ["plan.no-longer-declared", "plan.stale-identity"]
    assert "Agent/new is there too, another object" in made.report.diagnostics[1].message


async def test_a_new_name_for_the_same_content_is_asked_about(ground: Ground) -> None:
    await ground.settle(an_agent("old", system=PROMPT), an_agent("other"))
    made = await ground.plan(an_agent("new", system=PROMPT + "Be brief.\n"), an_agent("other"))
    assert {*codes(made)} == {"plan.renamed", "plan.no-longer-declared"}
    asked = next(each for each in made.report.diagnostics if each.code.slug == "plan.renamed")
    assert "write `moved: [{from: Agent/old, to: Agent/new}]` into the Project" in asked.label
    assert "--create-new Agent/new" in asked.label
    create_new = frozenset({address("Agent/new")})
    await ground.settle(an_agent("new", system=PROMPT), an_agent("other"), create_new=create_new)
    assert {"Agent/old", "Agent/new"} <= {*await ids(ground)}


async def test_a_name_that_was_edited_in_its_file_is_asked_about_even_where_nothing_tells(ground: Ground) -> None:
    await ground.settle(replace(a_store("old"), source="agents.d/store.yaml"))
    made = await ground.plan(replace(a_store("new"), source="agents.d/store.yaml"))
    assert "plan.renamed" in codes(made)
    assert "plan.renamed" not in codes(await ground.plan(a_store("new")))


@pytest.mark.parametrize("field", ["tools", "model"])
async def test_what_is_common_to_many_tells_nothing(ground: Ground, field: str) -> None:
    toolset = {"tools": [{"type": "agent_toolset_20260401"}]} if field == "tools" else {}
    await ground.settle(an_agent("old", system="Sort the tickets by urgency.", **toolset))
    assert "plan.renamed" not in codes(await ground.plan(an_agent("new", system="Write a haiku a day.", **toolset)))


async def test_an_object_whose_name_was_changed_and_marks_taken_off_is_not_twinned(ground: Ground) -> None:
    await ground.settle(an_agent(system=PROMPT))
    (live,) = (await ground.everything())["agents"]
    stripped: Any = dict.fromkeys(live["metadata"])
    await ground.sdk.beta.agents.update(live["id"], version=live["version"], name="mine", metadata=stripped)
    made = await ground.plan(an_agent(system=PROMPT))
    assert codes(made) == ["plan.look-alike"]
    assert f"{live['id']} is called mine and has the same content" in made.report.diagnostics[0].message
    await ground.settle(an_agent(system=PROMPT), adopt=frozenset({address("Agent/reviewer")}))
    assert await ids(ground) == {"Agent/reviewer": live["id"]}


async def test_what_is_let_go_lives_on_as_it_is_and_is_nobodys(ground: Ground) -> None:
    await ground.settle(an_agent(system=PROMPT), an_agent("kept"), a_vault(), a_credential())
    before = await ground.everything()
    kept = saying(an_agent("kept"), let_go=("Agent/reviewer", "Vault/tools"))
    made, _ = await planned(ground, kept)
    assert actions(made) == {
        "Agent/reviewer": "forget",
        "Vault/tools/tickets": "forget",
        "Vault/tools": "forget",
    }
    await settle(ground, kept)
    after = await ground.everything()
    assert {each["id"] for found in after.values() for each in found} == {
        each["id"] for found in before.values() for each in found
    }
    (agent,) = [each for each in after["agents"] if each["name"] == "reviewer"]
    assert (agent["metadata"], agent["system"], agent["archived_at"]) == ({}, PROMPT, None)
    pruned, _ = await planned(ground, saying(an_agent("kept")), removal=RemovalRules(prune=True, skips_grace=True))
    assert pruned.is_empty
    destroyed, _ = await planned(ground, saying(let_go=("Agent/kept",)), removal=RemovalRules(destroy=True))
    assert actions(destroyed) == {"Agent/kept": "forget"}


async def test_one_of_two_claimants_is_let_go_by_its_id(ground: Ground) -> None:
    await ground.settle(an_agent())
    (live,) = (await ground.everything())["agents"]
    copy = await ground.sdk.beta.agents.create(name="copy", model=MODEL, metadata=live["metadata"])
    asked = await ground.plan(an_agent())
    assert codes(asked) == ["plan.two-claimants"]
    assert "updated 20" in asked.report.diagnostics[0].message
    assert "agentops forget --id" in asked.report.diagnostics[0].label
    both = await ground.plan(an_agent(), forget=Forgetting(ids=frozenset({copy.id, live["id"]})))
    assert codes(both) == ["plan.still-declared"]
    outcome = await ground.apply(an_agent(), forget=Forgetting(ids=frozenset({copy.id})))
    assert outcome.is_complete, told(outcome)
    assert (await ground.plan(an_agent())).is_empty


async def test_only_what_is_ours_and_declared_no_more_is_let_go_by_name(ground: Ground) -> None:
    await ground.settle(an_agent(), an_agent("gone", protect=True))
    names = frozenset(map(address, ("Agent/reviewer", "Agent/gone", "Agent/typo")))
    made = await ground.plan(an_agent(), forget=Forgetting(names, frozenset({"agent_none"})))
    assert codes(made) == ["plan.not-there", "plan.not-there", "plan.still-declared"]
    (step,) = [each for each in made.steps if str(each.address) == "Agent/gone"]
    assert [each.kind for each in step.risks] == ["protection_lifted"]


async def test_an_object_of_another_owner_is_taken_over_by_its_id_alone(ground: Ground) -> None:
    theirs = ground.of("github.com/acme/other")
    await theirs.settle(an_agent(system="Theirs."), an_agent("b"))
    found = await ids(ground)
    assert actions(await ground.plan(an_agent(system="Ours."))) == {"Agent/reviewer": "create"}
    over = frozenset({found["Agent/reviewer"]})
    made = await ground.plan(an_agent(system="Ours."), take_over=over)
    (step,) = made.steps
    assert (step.action, step.former_owner) == ("adopt", "github.com/acme/other")
    assert step.reason == f"{found['Agent/reviewer']} is taken over from github.com/acme/other"
    assert "taken_over" in {each.kind for each in step.risks}
    await ground.settle(an_agent(system="Ours."), take_over=over)
    assert await ids(ground) == found
    assert actions(await theirs.plan(an_agent(system="Theirs."), an_agent("b"))) == {"Agent/reviewer": "create"}


@pytest.mark.parametrize("looks_alike", ["another", "zebra"])
async def test_an_object_that_is_taken_over_becomes_one_of_ours(ground: Ground, looks_alike: str) -> None:
    theirs = ground.of("github.com/acme/other")
    await theirs.settle(an_agent(system="Theirs."))
    over = frozenset({(await ids(ground))["Agent/reviewer"]})
    wanted = (an_agent(), an_agent(looks_alike, name="reviewer"))
    assert actions(await ground.plan(*wanted, take_over=over)) == {
        "Agent/reviewer": "adopt",
        f"Agent/{looks_alike}": "create",
    }
    await ground.settle(*wanted, take_over=over)


@pytest.mark.parametrize("name", ["another", "zebra"])
async def test_an_object_that_two_would_adopt_is_asked_about(ground: Ground, name: str) -> None:
    free = await ground.sdk.beta.agents.create(name="reviewer", model=MODEL)
    wanted = (an_agent(), an_agent(name, name="reviewer"))
    both = frozenset(each.address for each in wanted)
    made = await ground.plan(*wanted, adopt=both)
    assert codes(made) == ["plan.look-alike"]
    assert f"would take {free.id} over, as Agent/" in made.report.diagnostics[0].message
    first, second = sorted(both)
    await ground.settle(*wanted, adopt=frozenset({first}), create_new=frozenset({second}))
    assert (await ids(ground))[str(first)] == free.id


async def test_what_cannot_be_taken_over_is_told(ground: Ground) -> None:
    await ground.settle(an_agent("ours"))
    free = await ground.sdk.beta.agents.create(name="free", model=MODEL)
    over = frozenset({free.id, (await ids(ground))["Agent/ours"], "agent_none"})
    made = await ground.plan(an_agent("ours"), take_over=over)
    assert codes(made) == ["plan.not-there"] * 3
    assert made.is_empty


async def test_a_retired_object_that_is_renamed_comes_back_under_its_new_name(ground: Ground) -> None:
    from .test_pruning import deployments, on

    crew = (an_agent(), an_environment(), a_deployment())
    await ground.settle(*crew, an_agent("kept"))
    assert (await ground.apply(*crew[:2], an_agent("kept"), removal=on(0))).is_complete
    renamed = saying(*crew[:2], a_deployment("sorting"), an_agent("kept"), Deployment__sorting="Deployment/triage")
    made, _ = await planned(ground, renamed)
    assert [each.reason for each in made.steps] == ["it was Deployment/triage, and was retired since 2026-11-22"]
    await settle(ground, renamed)
    assert await deployments(ground) == {"sorting": "active"}
