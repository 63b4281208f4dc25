"""What forbids a prune, from values alone; and that nothing else is ever removed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.reconcile.marks import OWNER
from agentops.reconcile.observed import World
from agentops.reconcile.plan import PARTINGS, REMOVALS, Action, Plan
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Resource

from .given import (
    a_deployment,
    actions,
    address,
    after,
    an_agent,
    an_environment,
    codes,
    edited,
    planned,
    pruning,
    the,
    with_live,
    world_of,
)

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


def many(count: int) -> tuple[Resource, ...]:
    return tuple(an_agent(f"a{each:02}") for each in range(count))


def rooms(count: int) -> tuple[Resource, ...]:
    return tuple(an_environment(f"e{each:02}") for each in range(count))


def pruned(left: tuple[Resource, ...], there: tuple[Resource, ...], **rules: Any) -> Plan:
    return planned(left, world_of(*there), removal=pruning(**rules))


def test_a_brake_holds_for_one_kind_though_all_together_are_many() -> None:
    there = (*many(40), *rooms(10))
    made = pruned((*many(40), *rooms(8)), there)
    assert codes(made) == ["plan.mass-archive"]
    (said,) = made.report.diagnostics
    assert said.message == "the plan would remove 2 of 10 environments (20 %); the brake holds at 1"
    assert said.notes[0] == "if that is meant, apply with --prune --max-archive 2"
    assert codes(pruned((*many(40), *rooms(8)), there, max_archive=2)) == []
    assert codes(pruned((*many(39), *rooms(9)), there)) == [], "one of each kind is within both limits"


def test_the_number_to_name_covers_every_kind_at_once() -> None:
    made = pruned((*many(38), *rooms(8)), (*many(40), *rooms(10)))
    assert [each.notes[0] for each in made.report.diagnostics] == [
        "if that is meant, apply with --prune --max-archive 4",
    ]


def test_of_few_of_a_kind_any_number_goes() -> None:
    assert codes(pruned((*many(40), *rooms(1)), (*many(40), *rooms(4)))) == []


def test_updates_of_one_kind_are_braked_too() -> None:
    there = (*many(40), *rooms(10))
    made = planned(
        (*many(40), *(an_environment(each.address.name, description="new") for each in rooms(10))), world_of(*there)
    )
    assert codes(made) == ["plan.mass-update"]
    assert "10 of 10 environments" in made.report.diagnostics[0].message


def test_retiring_is_braked_like_archiving() -> None:
    made = planned(many(6), world_of(*many(12)), removal=pruning(now=NOW))
    assert codes(made) == ["plan.mass-archive"]
    assert {*actions(made).values()} == {"retire"}


def test_what_was_named_one_by_one_is_not_counted() -> None:
    named = frozenset(each.address for each in many(12)[6:])
    made = planned(many(6), world_of(*many(12)), removal=RemovalRules(now=NOW, archive_now=named))
    assert codes(made) == []
    assert {*actions(made).values()} == {"archive"}


def test_a_tree_that_was_never_applied_here_prunes_nothing() -> None:
    there = (an_agent("theirs"), an_agent("too"))
    made = pruned((an_agent("ours"),), there)
    assert codes(made) == ["plan.another-tree"]
    assert "come from agents.d/theirs.yaml, agents.d/too.yaml" in made.report.diagnostics[0].message
    assert made.report.diagnostics[0].notes == ("if they are to go, apply with --prune --max-archive 2",)
    assert codes(pruned((an_agent("ours"),), there, max_archive=2)) == []


def test_a_tree_that_moved_to_another_folder_is_known_by_what_it_declares() -> None:
    moved = replace(an_agent("kept"), source="teams/kept.yaml")
    assert codes(pruned((moved,), (an_agent("kept"), an_agent("gone")))) == []


def test_a_tree_of_which_nothing_is_left_but_a_file_is_known_by_that_file() -> None:
    heir = replace(an_environment("heir"), source="agents.d/gone.yaml")
    assert codes(pruned((heir,), (an_agent("gone"),))) == []


@pytest.mark.parametrize(
    "rules", [pruning(), pruning(now=NOW), RemovalRules(archive_now=frozenset({address("Agent/b")}))]
)
def test_a_checkout_that_is_not_whole_prunes_nothing_unless_somebody_says_so(rules: RemovalRules) -> None:
    world = world_of(an_agent("a"), an_agent("b"))
    partial = replace(rules, checkout="/repo is a shallow clone")
    made = planned((an_agent("a"),), world, removal=partial)
    assert codes(made) == ["plan.partial-checkout"]
    assert made.report.diagnostics[0].message.startswith("/repo is a shallow clone: ")
    assert "--allow-partial-checkout" in made.report.diagnostics[0].notes[0]
    assert codes(planned((an_agent("a"),), world, removal=replace(partial, allows_partial=True))) == []


def test_only_what_is_there_and_declared_no_more_can_be_named() -> None:
    rules = RemovalRules(now=NOW, archive_now=frozenset({address("Agent/a"), address("Agent/typo")}))
    made = planned((an_agent("a"),), world_of(an_agent("a")), removal=rules)
    assert codes(made) == ["plan.not-there", "plan.still-declared"]
    assert made.is_empty


def test_a_retirement_needs_a_moment() -> None:
    with pytest.raises(ValueError, match="moment"):
        planned((an_agent("a"),), world_of(an_agent("a"), an_agent("b")), removal=RemovalRules(prune=True))


def test_two_plans_of_one_retirement_have_one_id() -> None:
    world = world_of(an_agent("a"), an_agent("b"))
    one, two = (planned((an_agent("a"),), world, removal=pruning(now=NOW + timedelta(hours=each))) for each in (0, 1))
    assert one.id == two.id


def test_a_retirement_that_ended_after_its_mark_is_finished_by_the_next() -> None:
    crew = (an_agent(), an_environment(), a_deployment())
    world = world_of(an_agent("kept"), *crew)
    marked = after(planned((an_agent("kept"),), world, removal=pruning(now=NOW)), world)
    unpaused = with_live(marked, edited(the(marked, "Deployment/triage"), status="active"))
    made = planned((an_agent("kept"),), unpaused, removal=pruning(now=NOW + timedelta(days=1)))
    assert actions(made) == {"Deployment/triage": "retire"}
    again = after(made, unpaused)
    marks = the(again, "Deployment/triage").marks
    assert marks
    assert (marks.retired, marks.paused) == (NOW, True)


@given(
    declared=st.sets(st.sampled_from("abcdef")),
    protected=st.sets(st.sampled_from("abcdef"), max_size=2),
    foreign=st.sets(st.sampled_from("abcdef"), max_size=3),
    days=st.lists(st.integers(0, 10), min_size=1, max_size=3),
    now=st.sets(st.sampled_from("abcdef"), max_size=2),
)
def test_prune_never_removes_what_is_declared_protected_or_foreign(
    declared: set[str], protected: set[str], foreign: set[str], days: list[int], now: set[str]
) -> None:
    world = world_of(*(an_agent(each, protect=each in protected) for each in "abcdef"))
    lives = [
        edited(each, metadata={OWNER: "github.com/acme/other"}) if each.body["name"] in foreign else each
        for each in world.lives
    ]
    world = World(tuple(lives))
    resources = tuple(an_agent(each, protect=each in protected) for each in sorted(declared))
    named = frozenset(address(f"Agent/{each}") for each in now)
    for day in sorted(days):
        rules = pruning(now=NOW + timedelta(days=day), archive_now=named, max_archive=99)
        made = planned(resources, world, removal=rules)
        if made.report.has_errors:
            return
        gone = {each.live.body["name"] for each in made.steps if each.live and each.action in {*REMOVALS, *PARTINGS}}
        assert not gone & (declared | protected | foreign)
        at_once = {each.live.body["name"] for each in made.steps if each.live and each.action is Action.ARCHIVE}
        assert at_once <= now or day >= 7
        world = after(made, world)


@pytest.mark.parametrize("option", ["adopt", "create_new", "overwrite"])
def test_what_no_manifest_declares_cannot_be_named(option: str) -> None:
    made = planned((an_agent("reviewer"),), world_of(an_agent("reviewer")), **{option: {address("Agent/reviwer")}})
    (said,) = made.report.diagnostics
    assert (said.code.slug, said.notes) == ("plan.not-there", ("did you mean Agent/reviewer?",))
    assert said.message == f"Agent/reviwer is named with --{option.replace('_', '-')}, but no manifest declares it"
    good = {option: {address("Agent/reviewer")}}
    assert codes(planned((an_agent("reviewer"),), world_of(an_agent("reviewer")), **good)) == []
