"""A saved plan beside the same plan made again: the same, done already, or moved, and then in which field."""

from typing import Any

import pytest

from agentops.reconcile.observed import World
from agentops.reconcile.plan import Plan
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Resource
from agentops.reconcile.saving.description import key_of, manifest_digest, of_same, steps
from agentops.reconcile.saving.moves import Comparison, Now, compared
from agentops.reconcile.saving.shape import SavedPlan, SavedTarget, SavedTree, parsed, written
from tests.reconcile.given import (
    NOWHERE,
    OWNER,
    a_credential,
    a_deployment,
    a_seed,
    a_skill,
    a_store,
    a_team,
    a_vault,
    after,
    an_agent,
    an_agent_with,
    an_environment,
    edited,
    meddled,
    planned,
    the,
    with_live,
    world_of,
)

EVERYTHING = (
    an_agent("reviewer", system="one"),
    a_team("crew", ["reviewer"]),
    an_environment(description="one"),
    a_store("lessons", {"/a.md": a_seed("A")}),
    a_deployment(),
    a_vault(),
    a_credential(),
    a_skill(),
    an_agent_with("sorter"),
)


def beside(saved: Plan, world: World, *now: Resource, later: World | None = None, **options: Any) -> Comparison:
    """Return the plan made in a world beside the plan for what is wanted and live now."""
    there = world if later is None else later
    fresh = planned(now, there, **options)
    lives = {identity: found[0].id for identity, found in there.owned(OWNER).items()}
    manifests = {str(each.address): manifest_digest(each) for each in now}
    there_ids = {each.id for each in there.lives}
    gone = {each.live.id: "archived" for each in saved.steps if each.live and each.live.id not in there_ids}
    return compared(steps(saved, world), Now(steps(fresh, there), manifests, lives, gone))


def said(comparison: Comparison) -> list[str]:
    return [each.sentence for each in comparison.moved]


def test_nothing_moved() -> None:
    found = beside(planned(EVERYTHING), NOWHERE, *EVERYTHING)
    assert (found.moved, found.done, len(found.same)) == ((), (), len(EVERYTHING))


def test_what_a_plan_made_is_done_and_not_moved() -> None:
    made = planned(EVERYTHING)
    found = beside(made, NOWHERE, *EVERYTHING, later=after(made))
    assert (found.moved, len(found.done), found.same) == ((), len(EVERYTHING), frozenset())


@pytest.mark.parametrize("count", range(1, len(EVERYTHING)))
def test_a_plan_that_was_done_in_part_still_is_the_same(count: int) -> None:
    whole = planned(EVERYTHING)
    part = Plan(whole.owner, whole.target, whole.steps[:count], 0)
    found = beside(whole, NOWHERE, *EVERYTHING, later=after(part))
    assert found.moved == ()
    assert (len(found.done), len(found.same)) == (count, len(EVERYTHING) - count)


def test_a_field_that_changed_on_the_target_is_named_with_the_versions() -> None:
    wanted, world = an_agent(system="two"), world_of(an_agent(system="one"))
    later = with_live(world, meddled(the(world, "Agent/reviewer"), system="theirs"))
    overwriting = frozenset({wanted.address})
    found = beside(planned([wanted], world), world, wanted, later=later, overwrite=overwriting)
    assert said(found) == ["Agent/reviewer changed on the target: version 1 → 2 (system)"]


def test_so_is_one_where_there_are_no_versions() -> None:
    world = world_of(an_environment(description="one"))
    wanted = an_environment(description="two")
    later = with_live(world, edited(the(world, "Environment/workshop"), description="theirs"))
    found = beside(planned([wanted], world), world, wanted, later=later, overwrite=frozenset({wanted.address}))
    assert said(found) == ["Environment/workshop changed on the target: description"]


def test_a_field_of_nobody_moves_nothing_where_there_are_no_versions() -> None:
    world = world_of(an_environment(metadata={"tier": "1"}))
    wanted = an_environment(metadata={"tier": "2"})
    later = with_live(world, edited(the(world, "Environment/workshop"), description="theirs"))
    assert beside(planned([wanted], world), world, wanted, later=later).moved == ()


def test_another_manifest_is_named_with_its_file_and_fields() -> None:
    found = beside(planned([an_agent(system="one")]), NOWHERE, an_agent(system="two", description="new"))
    assert said(found) == ["Agent/reviewer has another manifest (agents.d/reviewer.yaml: description, system)"]


def test_a_team_whose_member_moved_pins_another_version() -> None:
    wanted = (an_agent("scribe", system="two"), a_team("crew", ["scribe"]))
    world = world_of(an_agent("scribe", system="one"), a_team("crew", ["scribe"]))
    later = with_live(world, meddled(the(world, "Agent/scribe"), description="theirs"))
    assert said(beside(planned(wanted, world), world, *wanted, later=later)) == [
        "Agent/scribe changed on the target: version 1 → 2",
        "Team/crew pins other versions now (multiagent)",
    ]


def test_what_was_archived_says_so() -> None:
    world = world_of(an_environment(description="one"))
    wanted = an_environment(description="two")
    assert said(beside(planned([wanted], world), world, wanted, later=NOWHERE)) == [
        "Environment/workshop was archived (env_01workshop)"
    ]


def test_what_came_to_be_says_so() -> None:
    later = world_of(an_environment(description="one"))
    wanted = an_environment(description="two")
    assert said(beside(planned([wanted]), NOWHERE, wanted, later=later)) == [
        "Environment/workshop is on the target now (env_01workshop)"
    ]


def test_steps_that_nobody_approved_are_named() -> None:
    found = beside(planned([an_agent()]), NOWHERE, an_agent(), an_environment(), a_store())
    assert said(found) == [
        "Environment/workshop is to be created, which was not planned",
        "MemoryStore/lessons is to be created, which was not planned",
    ]
    assert found.same == {("Agent/reviewer", "")}


def test_a_memory_that_changed_is_named_on_either_side() -> None:
    world = world_of(a_store("lessons", {"/a.md": a_seed("one")}))
    saved = planned([a_store("lessons", {"/a.md": a_seed("two")})], world)
    found = beside(saved, world, a_store("lessons", {"/a.md": a_seed("three")}))
    assert said(found) == ["MemoryStore/lessons has another manifest (agents.d/lessons.yaml)"]


def test_what_is_declared_again_is_not_to_go_any_more() -> None:
    world = world_of(an_agent("old"), an_agent("new"))
    saved = planned([], world, removal=RemovalRules(destroy=True))
    found = beside(saved, world, an_agent("old"), an_agent("new"))
    assert said(found) == ["Agent/new is not to go any more", "Agent/old is not to go any more"]


def test_what_needs_a_step_that_is_left_out_is_left_out_and_nothing_goes() -> None:
    world = world_of(an_agent("old"))
    whole = planned(
        [an_agent("a"), a_team("crew", ["a"]), an_environment()],
        world,
        removal=RemovalRules(prune=True, skips_grace=True),
    )
    same = {key_of(each) for each in whole.steps} - {("Agent/a", "")}
    kept, left_out = of_same(whole, same)
    assert [str(each.address) for each in kept] == ["Environment/workshop"]
    assert {str(each.address) for each in left_out} == {"Agent/a", "Team/crew", "Agent/old"}
    assert of_same(whole, {key_of(each) for each in whole.steps}) == (whole.steps, ())


def test_a_plan_survives_its_file_and_holds_no_text_and_no_secret() -> None:
    wanted = (*EVERYTHING[:-1], an_agent("talker", system="SAY NOTHING OF THIS"))
    made = planned(wanted)
    target = SavedTarget(name="prod", label="prod (https://api.example.com)", url="https://api.example.com")
    saved = SavedPlan(
        tool_version="0.1.0",
        plan_id=made.id,
        made_at="2026-11-22T08:00:00Z",
        owner=OWNER,
        target=target,
        tree=SavedTree(path="agents.d"),
        steps=steps(made, NOWHERE),
    )
    text = written(saved)
    assert parsed(text, "plan.json") == saved
    assert "SAY NOTHING" not in text
    assert "token-1" not in text
