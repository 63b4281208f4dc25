"""The id of a plan: the same for the same deeds, another one for any other deed, target, owner or value."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from agentops.reconcile.plan import Plan
from agentops.reconcile.planner import plan
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Field, Resource, Seed, SeedMode

from .given import (
    NOWHERE,
    OTHER_MODEL,
    OWNER,
    TARGET,
    a_credential,
    a_seed,
    a_store,
    a_team,
    a_vault,
    address,
    an_agent,
    an_environment,
    codes,
    desired,
    meddled,
    planned,
    pruning,
    span,
    the,
    with_live,
    world_of,
)

PROJECT = (
    a_team("crew", ["reviewer", "scribe"]),
    an_agent("reviewer", system="one"),
    an_agent("scribe"),
    an_environment(),
    a_store("lessons", {"/a.md": a_seed("A")}),
)


def test_the_id_does_not_depend_on_the_order_of_the_resources() -> None:
    assert len({planned(each).id for each in permutations(PROJECT)}) == 1


def test_nor_does_anything_else_in_the_plan() -> None:
    plans = [planned(each, world_of(an_agent("scribe", system="old"))) for each in permutations(PROJECT[:4])]
    assert all(each == plans[0] for each in plans)


def test_the_id_is_short_and_reads_aloud() -> None:
    assert len(planned(PROJECT).id) == 12
    assert int(planned(PROJECT).id, 16) >= 0


def test_the_id_covers_target_and_owner() -> None:
    base = plan(desired(*PROJECT), NOWHERE, TARGET)
    assert plan(desired(*PROJECT), NOWHERE, "embedded").id != base.id
    assert plan(desired(*PROJECT, owner="another"), NOWHERE, TARGET).id != base.id
    assert base.owner == OWNER


def test_the_id_does_not_depend_on_where_values_are_written() -> None:
    moved = [replace(each, place=span("elsewhere.yaml", 99), source="elsewhere.yaml") for each in PROJECT]
    assert planned(moved).id == planned(PROJECT).id


VARIANTS: dict[str, tuple[Resource, Resource]] = {
    "prompt": (an_agent(system="one"), an_agent(system="two")),
    "model": (an_agent(), an_agent(model=OTHER_MODEL)),
    "field": (an_agent(system="x"), an_agent(description="x")),
    "name": (an_agent("a"), an_agent("b")),
    "protection": (an_agent(), an_agent(protect=True)),
    "seed text": (a_store("s", {"/a.md": a_seed("A")}), a_store("s", {"/a.md": a_seed("B")})),
    "seed path": (a_store("s", {"/a.md": a_seed("A")}), a_store("s", {"/b.md": a_seed("A")})),
    "packages": (an_environment(), an_environment(config={"type": "cloud", "packages": {"pip": ["x"]}})),
}


@pytest.mark.parametrize("what", VARIANTS)
def test_the_id_of_a_first_apply_covers(what: str) -> None:
    one, two = VARIANTS[what]
    assert planned([one]).id != planned([two]).id


@pytest.mark.parametrize("what", [each for each in VARIANTS if each != "name"])
def test_the_id_of_a_change_covers(what: str) -> None:
    one, two = VARIANTS[what]
    first = replace(one, fields={**one.fields, "metadata": Field({"from": "before"}, one.place)})
    assert planned([one], world_of(first)).id != planned([two], world_of(first)).id


def live_plan(value: str) -> Plan:
    """Return the plan after somebody set an environment's description to a value."""
    world = world_of(an_environment(description="one"))
    (live,) = world.lives
    return planned([an_environment(description="one")], with_live(world, meddled(live, description=value)))


def test_the_id_covers_what_would_be_overwritten() -> None:
    assert live_plan("theirs").id != live_plan("someone else's").id
    assert live_plan("theirs").id == live_plan("theirs").id


def test_the_id_covers_the_version_that_an_update_expects() -> None:
    world = world_of(an_agent(system="one"))
    meddling = with_live(world, meddled(the(world, "Agent/reviewer"), description="not ours"))
    assert planned([an_agent(system="two")], world).id != planned([an_agent(system="two")], meddling).id


def test_switching_protection_on_is_not_switching_it_off() -> None:
    on = planned([an_environment()], world_of(replace(an_environment(), protect=True)))
    off = planned([replace(an_environment(), protect=True)], world_of(an_environment()))
    assert [each.action for each in on.steps] == [each.action for each in off.steps]
    assert on.id != off.id


def test_the_id_covers_removals() -> None:
    world = world_of(an_agent("a"), an_agent("b"))
    kept = planned([an_agent("a")], world)
    pruned = planned([an_agent("a")], world, removal=pruning())
    destroyed = planned([an_agent("a")], world, removal=RemovalRules(destroy=True))
    assert len({kept.id, pruned.id, destroyed.id}) == 3
    assert codes(kept) == ["plan.no-longer-declared"]


def test_the_id_of_a_forced_plan_is_not_that_of_the_blocked_one() -> None:
    def judged(**options: Any) -> Plan:
        store = a_store("s", {"/a.md": Seed("new", a_seed("new").sha256, SeedMode.BOTH)})
        world = world_of(a_store("s", {"/a.md": a_seed("old")}))
        return planned([store], world, **options)

    assert judged().id == judged(overwrite=frozenset({address("MemoryStore/s")})).id, "nothing is in dispute"


def test_an_empty_plan_has_an_id_of_its_target_and_owner_only() -> None:
    assert planned(PROJECT, world_of(*PROJECT)).id == planned([], NOWHERE).id


def test_the_id_of_a_replacement_covers_what_is_in_sync_for_it_is_made_anew() -> None:
    def replacing(display_name: str) -> Plan:
        world = world_of(a_vault(), a_credential(display_name=display_name))
        return planned([a_vault(), a_credential(display_name=display_name, type="environment_variable")], world)

    assert [each.action for each in replacing("one").steps] == ["replace"]
    assert replacing("one").id != replacing("two").id
