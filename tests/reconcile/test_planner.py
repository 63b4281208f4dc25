"""The planner: what is made, changed, re-pinned, asked about and refused, from values alone."""

from dataclasses import replace
from typing import Any

import pytest

from agentops.base.names import Kind
from agentops.reconcile.brakes import Brake, Brakes
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.observed import Live, World
from agentops.reconcile.plan import Action
from agentops.reconcile.planner import PlanOptions, plan
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.verdicts import Verdict

from .given import (
    NOWHERE,
    OTHER_MODEL,
    TARGET,
    a_resource,
    a_seed,
    a_store,
    a_team,
    actions,
    address,
    after,
    an_agent,
    an_environment,
    changed,
    codes,
    desired,
    edited,
    meddled,
    pinned,
    planned,
    pruning,
    the,
    with_live,
    world_of,
)

REVIEWER = address("Agent/reviewer")


def test_everything_that_is_not_there_is_created() -> None:
    made = planned([a_team("crew", ["reviewer"]), an_agent(), an_environment(), a_store()])
    assert {*actions(made).values()} == {"create"}
    assert made.unchanged == 0
    assert {each.reason for each in made.steps} == {"declared, and not on the target"}


def test_a_created_object_shows_every_value_and_where_it_is_written() -> None:
    (step,) = planned([an_agent(system="Review.", tools=[])]).steps
    assert changed(step) == [
        ("name", None, "reviewer"),
        ("model", None, step.changes[1].after),
        ("system", None, "Review."),
    ]
    spans = [each.span for each in step.changes]
    assert [each.line for each in spans if each] == [6, 7, 8]


def test_what_is_as_wanted_is_no_step() -> None:
    project = (a_team("crew", ["reviewer"]), an_agent(), an_environment(), a_store("s", {"/a.md": a_seed("A")}))
    made = planned(project, world_of(*project))
    assert made.is_empty
    assert made.unchanged == 4
    assert codes(made) == []


def test_an_update_names_the_changed_places_only() -> None:
    world = world_of(an_agent(system="one", metadata={"team": "x", "tier": "1"}))
    (step,) = planned([an_agent(system="one", metadata={"team": "y", "tier": "1"})], world).steps
    assert (step.action, step.reason) == (Action.UPDATE, "the manifest changed")
    assert changed(step) == [("metadata.team", "x", "y")]
    assert step.changes[0].verdict is Verdict.UPDATE
    assert step.version == 2


def test_a_field_that_left_the_manifest_is_cleared_and_has_no_place() -> None:
    (step,) = planned([an_agent()], world_of(an_agent(system="one"))).steps
    assert changed(step) == [("system", "one", None)]
    assert step.changes[0].verdict is Verdict.CLEAR
    assert step.changes[0].span is None


def test_a_field_that_cannot_be_cleared_is_let_go_by_a_restamp() -> None:
    world = world_of(an_environment(scope="organization"))
    (step,) = planned([an_environment()], world).steps
    assert step.action is Action.RESTAMP
    assert planned([an_environment()], after(planned([an_environment()], world), world)).is_empty


def test_a_new_version_of_a_member_moves_every_team_of_it_in_the_same_plan() -> None:
    project = (a_team("one", ["reviewer", "scribe"]), a_team("two", ["reviewer"]), an_agent(), an_agent("scribe"))
    made = planned([*project[:2], an_agent(system="new"), project[3]], world_of(*project))
    assert actions(made) == {"Agent/reviewer": "update", "Team/one": "repin", "Team/two": "repin"}
    assert {each.reason for each in made.steps[1:]} == {"an agent that it pins gets a new version"}
    assert changed(made.steps[1]) == [("multiagent.agents.Agent/reviewer", 1, 2)]
    assert made.steps[1].needs == (REVIEWER,)


def test_pins_move_through_every_level() -> None:
    project = (an_agent(), a_team("a", ["reviewer"]), a_team("b", ["Team/a"]), a_team("c", ["Team/b", "reviewer"]))
    made = planned([an_agent(system="new"), *project[1:]], world_of(*project))
    assert actions(made) == {"Agent/reviewer": "update", "Team/a": "repin", "Team/b": "repin", "Team/c": "repin"}
    assert {str(each.address): each.version for each in made.steps} == dict.fromkeys(actions(made), 2)
    assert changed(made.steps[3]) == [("multiagent.agents.Agent/reviewer", 1, 2), ("multiagent.agents.Team/b", 1, 2)]
    assert planned([an_agent(system="new"), *project[1:]], after(made, world_of(*project))).is_empty


def test_even_a_restamp_makes_a_version_that_teams_follow() -> None:
    project = (an_agent(), a_team("crew", ["reviewer"]))
    made = planned([replace(an_agent(), protect=True), project[1]], world_of(*project))
    assert actions(made) == {"Agent/reviewer": "restamp", "Team/crew": "repin"}
    assert planned([replace(an_agent(), protect=True), project[1]], after(made, world_of(*project))).is_empty


def test_a_team_that_is_edited_while_its_member_moves_is_an_update() -> None:
    project = (an_agent(), a_team("crew", ["reviewer"]))
    made = planned([an_agent(system="new"), a_team("crew", ["reviewer"], system="Lead.")], world_of(*project))
    assert actions(made) == {"Agent/reviewer": "update", "Team/crew": "update"}


def test_a_version_that_a_person_pinned_stays() -> None:
    def crew() -> Any:
        roster = {"type": "coordinator", "agents": [{**pinned("reviewer"), "version": 1}]}
        return a_resource(Kind.TEAM, "crew", {"name": "crew", "model": OTHER_MODEL, "multiagent": roster})

    made = planned([an_agent(system="new"), crew()], world_of(an_agent(), crew()))
    assert actions(made) == {"Agent/reviewer": "update"}


def test_a_team_of_new_members_knows_their_first_version_but_not_their_ids() -> None:
    made = planned([a_team("crew", ["reviewer"]), an_agent()])
    (change,) = [each for each in made.steps[1].changes if each.field == "multiagent"]
    assert change.after == {"type": "coordinator", "agents": {"Agent/reviewer": 1}}


def test_objects_without_versions_promise_none() -> None:
    made = planned([an_environment(description="two")], world_of(an_environment(description="one")))
    assert [each.version for each in made.steps] == [None]


@pytest.mark.parametrize("kind", [ObjectKind.AGENT, ObjectKind.ENVIRONMENT, ObjectKind.MEMORY_STORE])
def test_a_kind_that_the_target_has_not_stops_the_plan(kind: ObjectKind) -> None:
    project = {each.object: each for each in (an_agent(), an_environment(), a_store())}
    made = planned(project.values(), World((), frozenset({kind})))
    assert codes(made) == ["plan.unsupported-kind"]
    assert made.report.has_errors
    assert str(project[kind].address) not in actions(made)


# --- whose is it ------------------------------------------------------------------------------------------------


def bare(name: str, *, identity: str = "") -> Live:
    """Return an agent that somebody made by hand."""
    pairs = {"agentops_id": identity} if identity else {}
    body = {"id": f"agent_01{name}", "name": name, "version": 3, "model": "claude-opus-5-5", "metadata": pairs}
    return Live(ObjectKind.AGENT, body, None)


def test_a_look_alike_without_marks_stops_the_plan_and_both_ways_out_are_said() -> None:
    made = planned([an_agent()], World((bare("reviewer"),)))
    assert codes(made) == ["plan.look-alike"]
    (said,) = made.report.diagnostics
    assert "agent_01reviewer" in said.message
    assert "--adopt Agent/reviewer" in said.label
    assert "--create-new Agent/reviewer" in said.label
    assert said.span == an_agent().span


def test_an_adopted_look_alike_is_updated_and_never_created() -> None:
    made = planned([an_agent(system="new")], World((bare("reviewer"),)), adopt=frozenset({REVIEWER}))
    (step,) = made.steps
    assert (step.action, step.version) == (Action.ADOPT, 4)
    assert changed(step) == [("system", None, "new")]


def test_a_look_alike_may_be_left_alone() -> None:
    made = planned([an_agent()], World((bare("reviewer"),)), create_new=frozenset({REVIEWER}))
    assert actions(made) == {"Agent/reviewer": "create"}
    assert codes(made) == []


def test_of_two_look_alikes_none_is_adopted() -> None:
    twins = World((bare("reviewer"), replace(bare("reviewer"), body={**bare("reviewer").body, "id": "agent_02"})))
    made = planned([an_agent()], twins, adopt=frozenset({REVIEWER}))
    assert codes(made) == ["plan.look-alike"]
    assert "agent_01reviewer, agent_02" in made.report.diagnostics[0].message


@pytest.mark.parametrize("live", [bare("another name"), replace(bare("reviewer"), object=ObjectKind.ENVIRONMENT)])
def test_what_only_looks_a_little_alike_is_none_of_our_business(live: Live) -> None:
    assert codes(planned([an_agent()], World((live,)))) == []


def test_objects_of_another_owner_are_neither_look_alikes_nor_ours() -> None:
    theirs = world_of(an_agent(), an_agent("other"), owner="github.com/acme/other")
    made = planned([an_agent()], theirs, removal=pruning())
    assert actions(made) == {"Agent/reviewer": "create"}
    assert codes(made) == []
    assert made.orphans == ()


def test_two_objects_with_one_identity_stop_the_plan_and_both_are_named() -> None:
    world = world_of(an_agent(), a_team("crew", ["reviewer"]))
    original = the(world, "Agent/reviewer")
    copy = replace(original, body={**original.body, "id": "agent_copy", "created_at": "2026-11-21"})
    made = planned([an_agent(system="new"), a_team("crew", ["reviewer"])], World((copy, *world.lives)))
    assert codes(made) == ["plan.two-claimants"]
    assert "agent_01reviewer" in made.report.diagnostics[0].message
    assert "agent_copy (created 2026-11-21, updated at" in made.report.diagnostics[0].message
    assert made.is_empty, "the team stays with the older one"


# --- conflicts --------------------------------------------------------------------------------------------------


def conflict() -> World:
    world = world_of(an_agent(system="one", description="same"))
    return with_live(world, meddled(the(world, "Agent/reviewer"), system="theirs"))


def test_a_conflict_names_the_field_its_place_and_both_ways_out() -> None:
    made = planned([an_agent(system="two", description="same")], conflict())
    assert codes(made) == ["plan.conflict"]
    (said,) = made.report.diagnostics
    assert "`system`" in said.message
    assert said.span
    assert said.span.line == 8
    assert "--overwrite Agent/reviewer" in said.label
    assert made.steps[0].changes[0].verdict is Verdict.CONFLICT


def test_overwriting_one_conflict_settles_no_other() -> None:
    both = (an_agent(system="one"), an_agent("scribe", system="one"))
    world = world_of(*both)
    for name in ("Agent/reviewer", "Agent/scribe"):
        world = with_live(world, meddled(the(world, name), system="theirs"))
    wanted = (an_agent(system="two"), an_agent("scribe", system="two"))
    made = planned(wanted, world, overwrite=frozenset({REVIEWER}))
    assert [each.message.split()[0] for each in made.report.diagnostics] == ["Agent/scribe"]


def test_drift_is_undone_without_asking_and_counted() -> None:
    made = planned([an_agent(system="one", description="same")], conflict())
    assert codes(made) == []
    assert [each.reason for each in made.drifted] == ["changed on the target since the last apply"]


# --- removal ----------------------------------------------------------------------------------------------------

TWELVE = tuple(an_agent(f"agent-{each:02}") for each in range(12))


def pruned(kept: int, **rules: Any) -> list[str]:
    made = planned(TWELVE[:kept], world_of(*TWELVE), removal=pruning(**rules))
    return codes(made)


def test_without_pruning_what_is_declared_no_more_is_told_and_left_alone() -> None:
    made = planned([], world_of(an_agent(), replace(an_environment(), protect=True)))
    assert made.is_empty
    assert [(each.identity, each.is_protected) for each in made.orphans] == [
        ("Agent/reviewer", False),
        ("Environment/workshop", True),
    ]
    assert codes(made) == ["plan.no-longer-declared"]
    assert not made.report.has_errors


def test_pruning_archives_with_a_reason_and_says_that_it_is_final() -> None:
    made = planned([an_agent("kept")], world_of(an_agent("kept"), an_agent("gone")), removal=pruning())
    (step,) = made.steps
    assert (str(step.address), step.action, step.reason) == ("Agent/gone", Action.ARCHIVE, "ours, and declared no more")
    assert step.is_final
    assert step.version is None


def test_teams_go_before_their_members_and_agents_before_what_they_run_in() -> None:
    world = world_of(a_team("crew", ["reviewer"]), an_agent(), an_environment(), a_store())
    made = planned([], world, removal=RemovalRules(destroy=True))
    assert [*actions(made)] == ["Team/crew", "Agent/reviewer", "Environment/workshop", "MemoryStore/lessons"]
    assert actions(made) == {
        "Team/crew": "archive",
        "Agent/reviewer": "archive",
        "Environment/workshop": "delete",
        "MemoryStore/lessons": "delete",
    }


def test_a_tenth_may_go_unasked_and_more_needs_the_number() -> None:
    assert pruned(11) == []
    assert pruned(10) == ["plan.mass-archive"]
    assert pruned(10, max_archive=1) == ["plan.mass-archive"]
    assert pruned(10, max_archive=2) == []
    assert pruned(1, max_archive=11) == []


def test_the_brake_says_number_share_and_flag() -> None:
    made = planned(TWELVE[:9], world_of(*TWELVE), removal=pruning())
    (said,) = made.report.diagnostics
    assert said.message == "the plan would remove 3 of 12 objects (25 %); the brake holds at 1"
    assert said.notes[0] == "if that is meant, apply with --prune --max-archive 3"


def test_of_few_objects_a_share_says_little() -> None:
    made = planned([TWELVE[0]], world_of(*TWELVE[:9]), removal=pruning())
    assert codes(made) == []


@pytest.mark.parametrize("rules", [{}, {"max_archive": 100}])
def test_an_empty_tree_prunes_nothing_whatever_the_number(rules: dict[str, int]) -> None:
    assert pruned(0, **rules) == ["plan.prune-to-nothing"]


def test_an_empty_tree_and_nothing_of_ours_is_fine() -> None:
    assert codes(planned([], NOWHERE, removal=pruning())) == []


@pytest.mark.parametrize("rules", [pruning(), RemovalRules(destroy=True), RemovalRules(True, True, 99)])
def test_what_is_protected_is_removed_by_no_flag(rules: RemovalRules) -> None:
    made = planned([an_agent("kept")], world_of(an_agent("kept"), an_agent("gone", protect=True)), removal=rules)
    assert "plan.protected" in codes(made)
    assert made.report.has_errors


def test_protection_outlives_its_manifest_until_an_apply_lifts_it() -> None:
    world = world_of(an_agent("kept"), an_agent("gone", protect=True))
    lifted = after(planned([an_agent("kept"), an_agent("gone")], world), world)
    assert codes(planned([an_agent("kept")], lifted, removal=pruning())) == []


def test_destroying_removes_what_is_still_declared_too() -> None:
    world = world_of(an_agent(), an_environment())
    made = planned([], world, removal=RemovalRules(destroy=True))
    assert actions(made) == {"Agent/reviewer": "archive", "Environment/workshop": "delete"}
    assert {each.reason for each in made.steps} == {"everything of this project is to go"}


def test_a_bent_identity_is_told_by_the_id_of_the_object() -> None:
    world = world_of(an_agent())
    bent = edited(the(world, "Agent/reviewer"), metadata={"agentops_id": "Agent/\x1b[2J"})
    made = planned([an_agent("kept")], World((bent,)), removal=pruning())
    assert [each for each in actions(made) if "\x1b" in each] == []


def test_many_updates_need_the_number_where_the_project_says_so() -> None:
    changed_all = tuple(an_agent(f"agent-{each:02}", system="new") for each in range(12))
    careful = replace(desired(*changed_all), brakes=Brakes(update=Brake(share=0.5)))
    world = world_of(*TWELVE)
    assert codes(plan(careful, world, TARGET)) == ["plan.mass-update"]
    assert codes(plan(careful, world, TARGET, PlanOptions(max_update=12))) == []
    (said,) = planned(changed_all, world).report.diagnostics
    assert said.message == "the plan would update 12 of 12 objects (100 %); the brake holds at 3"
    assert said.notes[0] == "if that is meant, apply with --max-update 12"
    assert codes(planned(changed_all[:11], world_of(*TWELVE[:11]), max_update=11)) == []


@pytest.mark.parametrize(
    ("brake", "total", "limit"),
    [
        (Brake(), 100, None),
        (Brake(share=0.1), 9, None),
        (Brake(share=0.1), 10, 1),
        (Brake(share=0.1), 19, 1),
        (Brake(count=3), 5, 3),
        (Brake(share=0.1, count=3), 100, 3),
        (Brake(share=0.1, count=30), 100, 10),
        (Brake(count=0), 1, 0),
    ],
)
def test_a_brake_holds_at_the_smaller_of_share_and_count(brake: Brake, total: int, limit: int | None) -> None:
    assert brake.limit(total) == limit


def test_every_object_has_a_rule_and_agents_are_never_deleted() -> None:
    assert {*OBJECTS} == {*ObjectKind}
    assert not OBJECTS[ObjectKind.AGENT].can_delete


def test_an_environment_s_type_is_for_good() -> None:
    before = an_environment("box", config={"type": "cloud"})
    made = planned([an_environment("box", config={"type": "self_hosted"})], world_of(before))
    assert codes(made) == ["plan.fixed-field"]
    (said,) = made.report.diagnostics
    assert said.message == "Environment/box cannot change `config.type` from cloud to self_hosted"
