"""Against the engine: drift is brought back, and nothing of what waits in the manifests is touched."""

from typing import Any

import pytest

from agentops.reconcile.adopting import Only
from agentops.reconcile.correcting import Correction, correction
from agentops.reconcile.resource import Resource, SeedMode
from agentops.reconcile.verdicts import Verdict

from .given import MODEL, a_seed, a_store, a_team, address, an_agent, an_environment, codes
from .ground import Ground, by_identity
from .scenes import with_fields, without
from .test_items import SHELL, remover

pytestmark = pytest.mark.anyio

CAREFUL = {**SHELL, "configs": [{"name": "bash", "enabled": True, "permission_policy": {"type": "always_ask"}}]}


async def corrected(ground: Ground, *wanted: Resource, only: tuple[Only, ...] = ()) -> Correction:
    """Bring the drift back."""
    made, world = await ground.planned(*wanted)
    found = correction(made, only)
    assert not found.plan.report.has_errors
    outcome = await ground.carry_out(found.plan, world)
    assert outcome.is_complete, outcome
    return found


async def verdicts(ground: Ground, *wanted: Resource) -> dict[str, Verdict]:
    """Return what the next plan says of each field that is different."""
    made = await ground.plan(*wanted)
    return {f"{step.address}.{each.field}": each.verdict for step in made.steps for each in step.changes}


async def test_an_edit_that_waits_still_waits_and_is_no_drift_after_it(ground: Ground) -> None:
    before = an_agent(system="one", description="one", metadata={"a": "1"})
    await ground.settle(before, an_environment(name="one", description="one"))
    live = by_identity(await ground.everything())
    await ground.sdk.beta.agents.update(live["Agent/reviewer"]["id"], version=1, description="theirs")
    await ground.sdk.beta.environments.update(live["Environment/workshop"]["id"], description="theirs")
    waiting = (
        without(an_agent(system="two", description="one", metadata={"a": "1"}, mcp_servers=[]), "metadata"),
        an_environment(name="two", description="one"),
    )
    found = await corrected(ground, *waiting)
    assert {f"{where}.{field}" for where, field in found.waiting} == {
        "Agent/reviewer.system",
        "Agent/reviewer.metadata",
        "Environment/workshop.name",
    }
    after = by_identity(await ground.everything())
    assert (after["Agent/reviewer"]["description"], after["Agent/reviewer"]["system"]) == ("one", "one")
    assert (after["Environment/workshop"]["description"], after["Environment/workshop"]["name"]) == ("one", "one")
    assert await verdicts(ground, *waiting) == {
        "Agent/reviewer.system": Verdict.UPDATE,
        "Agent/reviewer.metadata": Verdict.CLEAR,
        "Environment/workshop.name": Verdict.UPDATE,
    }
    await ground.settle(*waiting)


async def test_of_a_list_only_the_items_that_drifted_come_back(ground: Ground) -> None:
    await ground.settle(an_agent(tools=[SHELL, remover()]))
    agent = by_identity(await ground.everything())["Agent/reviewer"]
    await ground.sdk.beta.agents.update(agent["id"], version=1, tools=[CAREFUL, remover()])  # type: ignore[list-item]  # the SDK's unions
    wanted = an_agent(tools=[SHELL, remover("Deletes.")])
    await corrected(ground, wanted)
    after = by_identity(await ground.everything())["Agent/reviewer"]
    assert after["tools"][1]["description"] == "Removes."
    assert await verdicts(ground, wanted) == {"Agent/reviewer.tools": Verdict.UPDATE}
    await ground.settle(wanted)


async def test_a_conflict_stays_and_does_not_hold_up_the_rest(ground: Ground) -> None:
    wanted = (an_agent(system="one", description="one"), an_agent("scribe", system="one"))
    await ground.settle(*wanted)
    live = by_identity(await ground.everything())
    for name in ("reviewer", "scribe"):
        await ground.sdk.beta.agents.update(live[f"Agent/{name}"]["id"], version=1, system="theirs")
    waiting = (with_fields(wanted[0], system="ours"), wanted[1])
    found = await corrected(ground, *waiting)
    assert [(str(each.address), each.field) for each in found.left] == [("Agent/reviewer", "system")]
    after = by_identity(await ground.everything())
    assert (after["Agent/reviewer"]["system"], after["Agent/scribe"]["system"]) == ("theirs", "one")
    assert codes(await ground.plan(*waiting)) == ["plan.conflict"]


async def test_a_conflict_beside_a_field_that_comes_back_is_still_one(ground: Ground) -> None:
    await ground.settle(an_agent(system="one", description="one"))
    agent = by_identity(await ground.everything())["Agent/reviewer"]
    await ground.sdk.beta.agents.update(agent["id"], version=1, system="theirs", description="theirs")
    waiting = an_agent(system="ours", description="one")
    await corrected(ground, waiting)
    assert await verdicts(ground, waiting) == {"Agent/reviewer.system": Verdict.CONFLICT}
    assert codes(await ground.plan(waiting)) == ["plan.conflict"]


async def test_only_what_was_named_comes_back(ground: Ground) -> None:
    wanted = an_agent(system="one", description="one")
    await ground.settle(wanted)
    agent = by_identity(await ground.everything())["Agent/reviewer"]
    await ground.sdk.beta.agents.update(agent["id"], version=1, system="theirs", description="theirs")
    await corrected(ground, wanted, only=(Only(address("Agent/reviewer"), "system"),))
    after = by_identity(await ground.everything())["Agent/reviewer"]
    assert (after["system"], after["description"]) == ("one", "theirs")
    assert await verdicts(ground, wanted) == {"Agent/reviewer.description": Verdict.DRIFT}


async def test_a_roster_comes_back_while_a_member_waits_for_its_edit(ground: Ground) -> None:
    agents = (an_agent("scribe", system="one"), an_agent("reviewer"))
    await ground.settle(a_team("crew", ["scribe", "reviewer"]), *agents)
    live = by_identity(await ground.everything())
    roster: Any = {"type": "coordinator", "agents": [live["Agent/scribe"]["id"]]}
    await ground.sdk.beta.agents.update(live["Team/crew"]["id"], version=1, multiagent=roster)
    waiting = (a_team("crew", ["scribe", "reviewer"]), with_fields(agents[0], system="two"), agents[1])
    await corrected(ground, *waiting)
    after = by_identity(await ground.everything())
    assert len(after["Team/crew"]["multiagent"]["agents"]) == 2
    assert after["Agent/scribe"]["system"] == "one"
    await ground.settle(*waiting)


async def test_memories_that_the_tree_has_the_say_of_come_back(ground: Ground) -> None:
    wanted = a_store("lessons", {"/git.md": a_seed("ours", SeedMode.GIT)}, description="one")
    await ground.settle(wanted)
    store = by_identity(await ground.everything())["MemoryStore/lessons"]["id"]
    (memory,) = await ground.target.list_memories(store)
    await ground.sdk.beta.memory_stores.memories.update(memory["id"], memory_store_id=store, content="theirs")
    await corrected(ground, with_fields(wanted, description="two"))
    assert await verdicts(ground, with_fields(wanted, description="two")) == {
        "MemoryStore/lessons.description": Verdict.UPDATE
    }


async def test_what_stops_an_edit_stops_no_correction(ground: Ground) -> None:
    room = an_environment(description="one", config={"type": "cloud"})
    await ground.settle(an_agent(system="one"), room)
    live = by_identity(await ground.everything())
    await ground.sdk.beta.agents.update(live["Agent/reviewer"]["id"], version=1, system="theirs")
    await ground.sdk.beta.environments.update(live["Environment/workshop"]["id"], description="theirs")
    await ground.sdk.beta.agents.create(name="by hand", model=MODEL)
    waiting = (with_fields(room, config={"type": "self_hosted"}), an_agent("byhand", name="by hand"))
    assert {*codes(await ground.plan(an_agent(system="one"), *waiting))} == {"plan.fixed-field", "plan.look-alike"}
    await corrected(ground, an_agent(system="one"), *waiting)
    after = by_identity(await ground.everything())
    assert after["Agent/reviewer"]["system"] == "one"
    assert after["Environment/workshop"]["description"] == "one"
    assert after["Environment/workshop"]["config"]["type"] == "cloud"


async def test_nothing_drifted_is_nothing_to_do(ground: Ground) -> None:
    await ground.settle(an_agent(system="one"))
    made = correction(await ground.plan(an_agent(system="two"), an_agent("new")))
    assert made.plan.is_empty
    assert not made.left
