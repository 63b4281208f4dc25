"""Every row of the verdict table, on an object with versions and on one without."""

from dataclasses import replace
from typing import Any

import pytest

from agentops.reconcile.marks import mark_hash, written
from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.observed import Live
from agentops.reconcile.verdicts import ABSENT, Judged, Verdict, is_in_sync, judge

from .given import MODEL, a_store, an_agent, an_environment, edited, meddled, the, world_of


@pytest.fixture(params=["versioned", "unversioned"])
def live(request: pytest.FixtureRequest) -> Live:
    """An object whose description we once set to `old`."""
    resource = (
        an_agent("it", description="old") if request.param == "versioned" else an_environment("it", description="old")
    )
    (found,) = world_of(resource).lives
    return found


def judged(live: Live, **wanted: Any) -> dict[str, Judged]:
    return {each.name: each for each in judge(OBJECTS[live.object], live, wanted)}


def verdict(live: Live, description: str) -> Verdict:
    return judged(live, description=description)["description"].verdict


def test_nothing_changed_is_in_sync(live: Live) -> None:
    assert verdict(live, "old") is Verdict.IN_SYNC


def test_a_change_here_alone_is_an_update(live: Live) -> None:
    found = judged(live, description="new")["description"]
    assert found.verdict is Verdict.UPDATE
    assert (found.live, found.wanted) == ("old", "new")


def test_a_change_there_alone_is_drift(live: Live) -> None:
    found = judged(meddled(live, description="theirs"), description="old")["description"]
    assert found.verdict is Verdict.DRIFT
    assert (found.live, found.wanted) == ("theirs", "old")


def test_clearing_it_there_is_drift_too(live: Live) -> None:
    assert verdict(meddled(live, description=None), "old") is Verdict.DRIFT


def test_different_changes_on_both_sides_are_a_conflict(live: Live) -> None:
    assert verdict(meddled(live, description="theirs"), "new") is Verdict.CONFLICT


def test_the_same_change_on_both_sides_has_converged(live: Live) -> None:
    assert verdict(meddled(live, description="new"), "new") is Verdict.CONVERGED


def test_a_change_there_and_back_again_is_in_sync(live: Live) -> None:
    assert verdict(meddled(meddled(live, description="theirs"), description="old"), "old") is Verdict.IN_SYNC


def test_a_change_of_another_field_there_leaves_this_one_in_sync(live: Live) -> None:
    assert verdict(meddled(live, name="renamed"), "old") is Verdict.IN_SYNC


def test_a_change_here_beside_a_change_of_another_field_there_is_an_update(live: Live) -> None:
    assert verdict(meddled(live, name="renamed"), "new") is Verdict.UPDATE


def test_a_field_that_is_wanted_no_more_is_cleared(live: Live) -> None:
    found = judged(live)["description"]
    assert found.verdict is Verdict.CLEAR
    assert (found.live, found.wanted) == ("old", None)


def test_a_field_that_is_wanted_no_more_and_already_empty_there_has_converged(live: Live) -> None:
    assert judged(meddled(live, description=""))["description"].verdict is Verdict.CONVERGED


def test_a_field_that_nobody_ever_declared_is_not_ours(live: Live) -> None:
    changed = meddled(live, metadata={"theirs": "1"})
    assert "metadata" not in judged(changed, description="old", name="it")


def test_a_field_that_cannot_be_cleared_is_let_go(live: Live) -> None:
    found = judged(live, description="old")["name"]
    assert found.verdict is Verdict.CONVERGED
    assert found.wanted is ABSENT


def test_a_field_declared_for_the_first_time_is_an_update_unless_it_already_is_so(live: Live) -> None:
    assert judged(live, metadata={"team": "x"})["metadata"].verdict is Verdict.UPDATE
    there = meddled(live, metadata={"team": "x"})
    assert judged(there, metadata={"team": "x"})["metadata"].verdict is Verdict.CONVERGED


def test_on_an_object_without_marks_only_declared_fields_count(live: Live) -> None:
    bare = Live(live.object, {**live.body, "metadata": {}}, None)
    found = judged(bare, name="it", description="new")
    assert {name: each.verdict for name, each in found.items()} == {
        "name": Verdict.CONVERGED,
        "description": Verdict.UPDATE,
    }


def test_where_marks_lost_their_fields_live_is_compared_with_what_is_wanted(live: Live) -> None:
    bent = edited(live, metadata={"agentops_fields": "bent"})
    assert verdict(meddled(bent, description="theirs"), "old") is Verdict.UPDATE


def test_base_is_what_our_last_write_left_where_versions_tell_it() -> None:
    (live,) = world_of(an_agent(system="old")).lives
    found = judged(meddled(live, system="theirs"), system="new")["system"]
    assert (found.base, found.live, found.wanted) == ("old", "theirs", "new")


def test_without_versions_there_is_no_base_text() -> None:
    (live,) = world_of(an_environment(description="old")).lives
    assert judged(meddled(live, description="theirs"), description="old")["description"].base is None


def test_an_object_at_the_version_of_our_last_write_is_trusted_without_a_look() -> None:
    (live,) = world_of(an_agent(system="old")).lives
    assert judged(edited(live, system="normalised by the server"), system="old")["system"].verdict is Verdict.IN_SYNC


def test_a_default_that_the_server_adds_to_an_old_object_is_no_drift() -> None:
    (live,) = world_of(an_environment(description="old")).lives
    marks = live.marks
    assert marks
    fields = {**marks.fields, "de": marks.fields["de"]._replace(echo=mark_hash("old, as the server says it"))}
    echoing = edited(live, description="old, as the server says it", metadata=written(replace(marks, fields=fields)))
    assert verdict(echoing, "old") is Verdict.IN_SYNC


def without_base(live: Live) -> Live:
    return Live(live.object, live.body, live.marks)


def test_where_the_old_version_is_gone_the_echo_tells_drift() -> None:
    (live,) = world_of(an_agent(system="old")).lives
    assert judged(without_base(meddled(live, system="theirs")), system="old")["system"].verdict is Verdict.DRIFT
    assert judged(without_base(meddled(live, system="theirs")), system="new")["system"].verdict is Verdict.CONFLICT
    assert judged(without_base(meddled(live, name="other")), system="new")["system"].verdict is Verdict.UPDATE


def test_where_nothing_tells_who_moved_what_is_not_wanted_is_drift() -> None:
    (live,) = world_of(an_agent()).lives
    assert live.marks
    assert live.marks.fields["mo"].echo is None  # the server chose the effort
    moved = without_base(meddled(live, model={"id": "another"}))
    assert judged(moved, model="claude-opus-5-5")["model"].verdict is Verdict.DRIFT


def test_a_name_of_another_agents_id_in_the_roster_is_compared_by_id_and_self_by_itself() -> None:
    roster = {"type": "coordinator", "agents": [{"type": "self"}]}
    (live,) = world_of(an_agent("lead", multiagent=roster)).lives
    own = {"type": "coordinator", "agents": [{"type": "agent", "id": live.id, "version": 9}]}
    saved = meddled(live, multiagent=own)
    assert judged(saved, multiagent=roster)["multiagent"].verdict is Verdict.IN_SYNC


CLEARABLE: dict[str, Any] = {
    "description": "x",
    "system": "x",
    "tools": [{"type": "agent_toolset_20260401"}],
    "mcp_servers": [{"type": "url", "name": "a", "url": "https://a.example.com"}],
    "skills": [{"type": "anthropic", "skill_id": "xlsx"}],
    "multiagent": {"type": "multiagent_20261001"},
    "execution_identity": {"type": "aws_role", "role_arn": "arn"},
    "metadata": {"team": "x"},
}


@pytest.mark.parametrize("name", CLEARABLE)
def test_every_field_of_an_agent_that_can_be_cleared_is(name: str) -> None:
    (live,) = world_of(an_agent(**{name: CLEARABLE[name]})).lives
    found = judged(live, name="reviewer", model="claude-opus-5-5")
    assert found[name].verdict is Verdict.CLEAR
    assert found[name].live is not None


def test_an_environments_configuration_is_cleared_to_the_open_cloud() -> None:
    limited = {"type": "cloud", "networking": {"type": "limited"}}
    (live,) = world_of(an_environment(config=limited)).lives
    assert judged(live, name="workshop")["config"].verdict is Verdict.CLEAR


def test_a_default_that_was_spelled_out_is_no_change_when_its_line_goes() -> None:
    spelled = an_agent(system="old", execution_identity={"type": "service_account"})
    live = the(world_of(spelled), "Agent/reviewer")
    assert judged(live, system="old")["execution_identity"].verdict is Verdict.CONVERGED


def test_seeds_are_judged_elsewhere() -> None:
    (live,) = world_of(a_store()).lives
    assert "seed" not in judged(live, name="lessons", seed=None)


def test_the_hash_to_stamp_is_that_of_the_wanted_normal_form() -> None:
    live = the(world_of(an_agent(system="old")), "Agent/reviewer")
    assert judged(live, system="new")["system"].sent_hash == mark_hash("new")


GLANCES = [
    {"description": "old"},
    {"description": "new"},
    {},
    {"description": "old", "system": "more"},
]


@pytest.mark.parametrize("wanted", GLANCES)
@pytest.mark.parametrize("theirs", [{}, {"description": "theirs"}, {"name": "renamed"}])
def test_what_is_in_sync_at_a_glance_is_so_field_by_field(
    live: Live, wanted: dict[str, Any], theirs: dict[str, Any]
) -> None:
    met = meddled(live, **theirs) if theirs else live
    named = {"name": "it", **({"model": MODEL} if live.version else {}), **wanted}
    is_so = all(each.verdict is Verdict.IN_SYNC for each in judged(met, **named).values())
    is_untouched = bool(live.version) and not theirs
    assert is_in_sync(OBJECTS[met.object], met, named) == (is_so and is_untouched)


def test_an_object_without_marks_is_looked_at_closely(live: Live) -> None:
    assert not is_in_sync(OBJECTS[live.object], replace(live, marks=None), {"name": "it", "description": "old"})


def test_values_that_python_takes_for_one_are_told_apart_at_a_glance() -> None:
    def tools(least: Any) -> list[Any]:
        schema = {"type": "object", "properties": {"count": {"const": least}}}
        return [{"type": "custom", "name": "count", "description": "Counts.", "input_schema": schema}]

    live = the(world_of(an_agent("it", tools=tools(1))), "Agent/it")
    for _ in range(2):
        for least, is_same in ((1, True), (True, False), (1.0, False), (2, False)):
            wanted = {"name": "it", "model": MODEL, "tools": tools(least)}
            assert is_in_sync(OBJECTS[live.object], live, wanted) is is_same
