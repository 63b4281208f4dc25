"""What is done next, and what it has come to: each case a value."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agentops.controller import policy
from agentops.controller.commands import Applied, Planned, Problem
from agentops.controller.deciding import LONGEST_DELAY_S, Do, Rules, Seen, concluded, decide, delay_s, is_due
from agentops.controller.state import Phase, State
from tests.conftest import NOW

OLD, NEW = "a" * 40, "b" * 40
BROKEN = Problem("agents.d/shop.yaml:3:1: it is broken", "mend it", is_refusal=True)
AWAY = Problem("the target does not answer", "wait")


def rules(*, heals: bool = True) -> Rules:
    def judge(plan: Any, at: Any, is_approved: bool) -> policy.Decision:
        return policy.decide(plan, policy.Policy(), at, is_approved=is_approved)

    return Rules(60, heals, judge)


def planned(*actions: str, prunes: bool = False) -> Planned:
    """Return a plan that does these things, each to an agent of its own."""
    steps = [{"address": f"Agent/{n}", "action": each, "live_id": f"agent_{n}"} for n, each in enumerate(actions)]
    summary = {"unchanged": 100, "undeclared": 0}
    data = {"plan_id": "p1", "is_blocked": False, "steps": steps, "undeclared": [], "summary": summary}
    return Planned(data, prunes)


HARMLESS, DANGEROUS, NOTHING = planned("update"), planned("replace"), planned()
FETCHED = Seen(NOW, is_fetched=True, head=NEW)
LIVE = State("shop", Phase.IN_SYNC, since=NOW - timedelta(days=1), live=OLD, seen=OLD)
SAME = replace(FETCHED, head=OLD)


@pytest.mark.parametrize(
    ("state", "seen", "do"),
    [
        pytest.param(LIVE, Seen(NOW), Do.FETCH, id="every round begins with a fetch"),
        pytest.param(LIVE, FETCHED, Do.EXAMINE, id="a new commit is examined"),
        pytest.param(LIVE, replace(FETCHED, is_examined=True), Do.PLAN, id="a good one is planned"),
        pytest.param(LIVE, replace(FETCHED, is_examined=True, plan=HARMLESS), Do.APPLY, id="what may be is applied"),
        pytest.param(LIVE, replace(FETCHED, is_examined=True, plan=DANGEROUS), Do.CHECK, id="what waits is not"),
        pytest.param(
            replace(LIVE, approved="p1"),
            replace(FETCHED, is_examined=True, plan=DANGEROUS),
            Do.APPLY,
            id="an approved plan is applied",
        ),
        pytest.param(
            replace(LIVE, approved="p0"),
            replace(FETCHED, is_examined=True, plan=DANGEROUS),
            Do.CHECK,
            id="another one is not",
        ),
        pytest.param(
            replace(LIVE, approved="p0", begun=NEW, steps=("replace Agent/0", "create Agent/1")),
            replace(FETCHED, is_examined=True, plan=DANGEROUS),
            Do.APPLY,
            id="what is left of an approved plan is applied",
        ),
        pytest.param(
            replace(LIVE, approved="p0", begun=NEW, steps=("create Agent/1",)),
            replace(FETCHED, is_examined=True, plan=DANGEROUS),
            Do.REST,
            id="more than was approved is not",
        ),
        pytest.param(
            replace(LIVE, approved="p0", begun="c" * 40, steps=("replace Agent/0",)),
            replace(FETCHED, is_examined=True, plan=DANGEROUS),
            Do.CHECK,
            id="nor the same of another commit",
        ),
        pytest.param(LIVE, replace(FETCHED, is_examined=True, fault=BROKEN), Do.CHECK, id="a refusal stops no healing"),
        pytest.param(LIVE, Seen(NOW, is_fetched=True, unreachable=AWAY), Do.CHECK, id="nor does a forge that is down"),
        pytest.param(State("shop"), replace(FETCHED, is_examined=True, fault=BROKEN), Do.REST, id="nothing to heal"),
        pytest.param(LIVE, replace(FETCHED, is_examined=True, plan=NOTHING), Do.REST, id="nothing to apply"),
        pytest.param(LIVE, SAME, Do.CHECK, id="the same commit is compared"),
        pytest.param(LIVE, replace(SAME, is_checked=True, check=HARMLESS), Do.HEAL, id="drift is put right"),
        pytest.param(LIVE, replace(SAME, is_checked=True, check=DANGEROUS), Do.REST, id="not against the policy"),
        pytest.param(LIVE, replace(SAME, is_checked=True, check=NOTHING), Do.REST, id="no drift, no work"),
        pytest.param(
            replace(LIVE, begun=NEW),
            replace(FETCHED, is_examined=True, fault=AWAY),
            Do.REST,
            id="half of a commit is not taken back",
        ),
    ],
)
def test_what_is_done_next(state: State, seen: Seen, do: Do) -> None:
    assert decide(rules(), state, seen) is do


def test_drift_is_left_where_the_operator_only_wants_to_hear_of_it() -> None:
    seen = replace(SAME, is_checked=True, check=HARMLESS)
    assert decide(rules(heals=False), LIVE, seen) is Do.REST
    after = concluded(rules(heals=False), LIVE, seen)
    assert (after.phase, after.steps) == (Phase.DRIFTED, ("update Agent/0",))
    assert after.advice.endswith("agentops controller approve shop p1")
    assert decide(rules(heals=False), replace(LIVE, approved="p1"), seen) is Do.HEAL


def test_an_applied_commit_is_live_and_what_was_said_of_it_is_over() -> None:
    before = replace(LIVE, begun=NEW, approved="p1", accepted=NEW, phase=Phase.WAITING, plan_id="p1", message="m")
    after = concluded(rules(), before, replace(FETCHED, is_examined=True, plan=HARMLESS, applied=Applied()))
    assert (after.phase, after.live, after.seen) == (Phase.IN_SYNC, NEW, NEW)
    assert (after.begun, after.approved, after.accepted, after.plan_id, after.message) == ("", "", "", "", "")
    assert after.since == NOW


def test_a_refused_commit_says_why_and_what_runs_stays() -> None:
    seen = replace(FETCHED, is_examined=True, fault=BROKEN, is_checked=True, check=NOTHING)
    after = concluded(rules(), LIVE, seen)
    assert (after.phase, after.live, after.seen) == (Phase.REFUSED, OLD, NEW)
    assert (after.message, after.advice, after.checked_at) == (BROKEN.message, BROKEN.advice, NOW)


def test_what_is_wrong_with_the_live_commit_is_not_hidden_by_the_newest_one() -> None:
    seen = replace(FETCHED, is_examined=True, fault=BROKEN, is_checked=True, check=DANGEROUS)
    after = concluded(rules(), LIVE, seen)
    assert after.phase is Phase.REFUSED
    assert "and what is live: changed on the target behind our back: Agent/0" in after.message


def test_what_waits_names_the_plan_and_why() -> None:
    seen = replace(FETCHED, is_examined=True, plan=DANGEROUS, is_checked=True, check=NOTHING)
    after = concluded(rules(), LIVE, seen)
    assert (after.phase, after.plan_id, after.steps) == (Phase.WAITING, "p1", ("replace Agent/0",))
    assert "policy.actions.replace is ask" in after.message


def test_since_is_when_it_began_and_not_when_it_was_looked_at_again() -> None:
    seen = replace(FETCHED, is_examined=True, fault=BROKEN, is_checked=True, check=NOTHING)
    first = concluded(rules(), LIVE, seen)
    again = concluded(rules(), first, replace(seen, at=NOW + timedelta(minutes=1)))
    assert (first.since, again.since) == (NOW, NOW)


def test_failures_are_counted_and_tried_ever_more_slowly_up_to_a_bound() -> None:
    seen = replace(FETCHED, is_examined=True, fault=AWAY, is_checked=True, check=NOTHING)
    state = LIVE
    for count in range(1, 4):
        state = concluded(rules(), state, seen)
        assert (state.phase, state.failures, state.message) == (Phase.FAILED, count, AWAY.message)
    delays = [delay_s(rules(), count, 0.5) for count in range(1, 30)]
    assert delays == sorted(delays)
    assert delays[-1] == LONGEST_DELAY_S
    assert concluded(rules(), state, replace(SAME, is_checked=True, check=NOTHING)).failures == 0


def test_of_nothing_that_is_live_nothing_is_said() -> None:
    state = State("shop")
    for _ in range(2):
        state = concluded(rules(), state, Seen(NOW, is_fetched=True, unreachable=AWAY))
        assert (state.phase, state.message, state.since) == (Phase.FAILED, AWAY.message, NOW)


def test_a_removal_that_waits_out_its_grace_is_told_with_its_moment() -> None:
    ripe = NOW + timedelta(hours=1)
    seen = replace(SAME, is_checked=True, check=NOTHING, removals={"Agent/x": NOW}, ripe_at=ripe)
    after = concluded(rules(), LIVE, seen)
    assert (after.phase, after.removals) == (Phase.OUT_OF_SYNC, {"Agent/x": NOW})
    assert "Agent/x" in after.message
    assert "2026-11-21 09:30 UTC" in after.advice


def test_a_repository_is_due_when_its_time_has_come_or_somebody_asked_since() -> None:
    later = replace(LIVE, next_at=NOW + timedelta(minutes=1))
    assert is_due(rules(), LIVE, NOW, NOW)
    assert not is_due(rules(), later, NOW, NOW)
    assert is_due(rules(), replace(later, opens_at=NOW), NOW, NOW)
    assert is_due(rules(), replace(later, poked_at=NOW), NOW, NOW - timedelta(seconds=5))
    assert not is_due(rules(), replace(later, poked_at=NOW), NOW, NOW - timedelta(seconds=1))
    assert not is_due(rules(), replace(later, poked_at=NOW), NOW, NOW)


def test_a_clock_that_is_set_back_keeps_nothing_waiting() -> None:
    assert is_due(rules(), replace(LIVE, next_at=NOW + timedelta(days=1)), NOW, NOW)
    assert is_due(rules(), replace(LIVE, next_at=NOW + timedelta(seconds=60)), NOW, None)
    soon = replace(LIVE, next_at=NOW + timedelta(seconds=60))
    assert is_due(rules(), soon, NOW, NOW + timedelta(minutes=5))
    assert not is_due(rules(), soon, NOW, NOW)


def test_what_strangers_write_makes_no_state_long() -> None:
    steps = [
        {"address": f"Agent/{n}", "action": "update", "live_id": "", "risks": [{"note": "x" * 90_000, "risk": "?"}]}
        for n in range(2)
    ]
    plan = Planned({**HARMLESS.data, "steps": steps})
    state = concluded(rules(), LIVE, replace(FETCHED, is_examined=True, plan=plan, is_checked=True, check=NOTHING))
    assert state.phase is Phase.WAITING
    assert len({*state.steps}) == 2
    assert sum(map(len, (*state.steps, state.message))) < 3_000
