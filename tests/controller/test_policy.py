"""What may be applied without a person: the strictest line wins, and what nobody decided on is asked."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.base.names import nearest
from agentops.controller.policy import Actions, Policy, Risks, decide
from agentops.controller.windows import ACTIONS, Window
from agentops.reconcile.plan import Action
from agentops.reconcile.risks import RiskKind
from agentops.wire.problems import check

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CHOICES = ("auto", "ask", "never")
RANK = {"nothing": 0, "window": 1, "approval": 2, "refused": 3}


def step(action: str = "update", *risks: str, name: str = "reviewer") -> dict[str, Any]:
    return {
        "address": f"Agent/{name}",
        "action": action,
        "live_id": None if action == "create" else f"agent_{name}",
        "risks": [{"risk": each, "note": "bash never asks"} for each in risks],
    }


def plan(*steps: Mapping[str, Any], unchanged: int = 0, is_blocked: bool = False, **rest: Any) -> dict[str, Any]:
    counts = {"unchanged": unchanged, "undeclared": 0}
    return {"steps": [*steps], "is_blocked": is_blocked, "summary": counts, "undeclared": [], **rest}


def policy(**tables: Any) -> Policy:
    found, problems = check(Policy, tables)
    assert found, problems
    return found


def strictness(made: Mapping[str, Any], chosen: Policy) -> int:
    found = decide(made, chosen, NOW)
    return RANK["refused" if not found.may_apply and found.waits_for == "nothing" else found.waits_for]


def test_the_tables_have_the_words_of_plans() -> None:
    assert set(Actions.model_fields) == set(Action) == ACTIONS
    assert set(Risks.model_fields) == set(RiskKind)


@pytest.mark.parametrize("action", ["create", "update", "repin", "restamp", "move"])
def test_what_can_be_taken_back_goes_by_itself(action: str) -> None:
    found = decide(plan(step(action)), Policy(), NOW)
    assert (found.may_apply, found.waits_for, found.reasons) == (True, "nothing", ())


@pytest.mark.parametrize("action", ["replace", "archive", "delete", "adopt"])
def test_what_cannot_be_taken_back_waits_for_a_person(action: str) -> None:
    found = decide(plan(step(action)), Policy(), NOW)
    assert (found.may_apply, found.waits_for) == (False, "approval")
    assert found.reasons == (f"Agent/reviewer: policy.actions.{action} is ask unless set otherwise",)


@pytest.mark.parametrize("risk", ["permission_widened", "network_opened", "budget_removed", "review_waived"])
def test_what_widens_waits_for_a_person_and_is_told(risk: str) -> None:
    found = decide(plan(step("update", risk)), Policy(), NOW)
    assert (found.may_apply, found.waits_for) == (False, "approval")
    assert found.reasons == (f"Agent/reviewer (bash never asks): policy.risks.{risk} is ask unless set otherwise",)


def test_an_empty_plan_may_always_be_applied() -> None:
    assert decide(plan(), policy(actions={"update": "never"}), NOW).may_apply


def test_a_line_that_the_operator_wrote_is_named_as_such() -> None:
    found = decide(plan(step("update")), policy(actions={"update": "never"}), NOW)
    assert (found.may_apply, found.waits_for) == (False, "nothing")
    assert found.reasons == ("Agent/reviewer: policy.actions.update is never",)


@pytest.mark.parametrize("made", [plan(step("explode")), plan(step("update", "spooky"))])
def test_what_nobody_decided_on_is_asked(made: dict[str, Any]) -> None:
    everything = policy(
        actions=dict.fromkeys(Actions.model_fields, "auto"), risks=dict.fromkeys(Risks.model_fields, "auto")
    )
    found = decide(made, everything, NOW)
    assert (found.may_apply, found.waits_for) == (False, "approval")
    assert "what it does not know is asked" in found.reasons[0]


def test_approval_answers_what_asks() -> None:
    assert decide(plan(step("archive")), Policy(), NOW, is_approved=True).may_apply


def test_approval_lifts_no_refusal() -> None:
    forbidding = policy(actions={"archive": "never"})
    assert not decide(plan(step("archive"), step("update")), forbidding, NOW, is_approved=True).may_apply


def test_a_plan_that_blocks_itself_is_refused_with_its_own_words() -> None:
    said = [{"severity": "error", "code": "plan.mass-archive", "message": "the plan would remove 8 of 9 objects"}]
    found = decide(plan(step("archive"), is_blocked=True, diagnostics=said), Policy(), NOW, is_approved=True)
    assert (found.may_apply, found.waits_for) == (False, "nothing")
    assert found.reasons == ("plan.mass-archive: the plan would remove 8 of 9 objects",)


def test_a_brake_holds_though_every_action_is_allowed() -> None:
    removing = [step("archive", name=f"a{each}") for each in range(2)]
    allowing = policy(actions={"archive": "auto"})
    found = decide(plan(*removing, unchanged=8), allowing, NOW)
    assert found.waits_for == "approval"
    assert found.reasons == ("2 of 10 objects to archive: policy.brakes.max_archive_share asks above 1",)
    assert decide(plan(*removing[:1], unchanged=9), allowing, NOW).may_apply


def test_a_count_holds_where_there_are_few() -> None:
    edits = [step(name=f"a{each}") for each in range(3)]
    found = decide(plan(*edits, unchanged=2), policy(brakes={"max_update_count": 2}), NOW)
    assert found.reasons == ("3 of 5 objects to update: policy.brakes.max_update_count asks above 2",)


def test_a_replacement_counts_as_a_removal() -> None:
    swaps = [step("replace", name=f"a{each}") for each in range(3)]
    allowing = policy(actions={"replace": "auto"}, brakes={"max_archive_count": 2})
    assert decide(plan(*swaps, unchanged=1), allowing, NOW).waits_for == "approval"


def test_a_brake_can_be_let_go() -> None:
    free = policy(brakes={"max_update_share": None})
    assert decide(plan(*(step(name=f"a{each}") for each in range(20))), free, NOW).may_apply


def test_many_reasons_are_counted() -> None:
    found = decide(plan(*(step("archive", name=f"a{each}") for each in range(60))), Policy(), NOW)
    assert len(found.reasons) == 21
    assert found.reasons[-1] == "and 41 more"


NIGHT = Window(kind="allow", schedule="0 22 * * *", duration="2h", timezone="UTC")


def test_outside_its_window_a_plan_waits_until_it_opens() -> None:
    found = decide(plan(step()), Policy(), NOW, [NIGHT])
    assert (found.may_apply, found.waits_for) == (False, "window")
    assert found.opens_at == datetime(2026, 11, 20, 22, tzinfo=UTC)
    assert found.reasons == ("no window is open for update: the next one opens at 2026-11-20 22:00 UTC",)


def test_a_window_holds_for_what_was_approved_too() -> None:
    assert decide(plan(step("archive")), Policy(), NOW, [NIGHT], is_approved=True).waits_for == "window"


def test_a_window_opens_nothing_that_is_asked() -> None:
    at = datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert decide(plan(step("archive")), Policy(), at, [NIGHT]).waits_for == "approval"
    assert decide(plan(step()), Policy(), at, [NIGHT]).may_apply


@pytest.mark.parametrize(
    ("written", "path", "meant"),
    [
        ({"risks": {"network_opend": "ask"}}, ("risks", "network_opend"), "network_opened"),
        ({"actions": {"archiv": "ask"}}, ("actions", "archiv"), "archive"),
        ({"actions": {"archive": "aks"}}, ("actions", "archive"), "ask"),
        ({"brake": {}}, ("brake",), "brakes"),
    ],
)
def test_a_mistake_has_a_place_and_a_suggestion(written: Any, path: tuple[str, ...], meant: str) -> None:
    found, problems = check(Policy, written)
    assert found is None
    assert [each.path for each in problems] == [path]
    said = written
    for name in path[:-1]:
        said = said[name]
    wrong = path[-1] if problems[0].kind == "unknown-field" else said[path[-1]]
    assert nearest(wrong, problems[0].candidates) == meant


_WORDS = st.sampled_from([*RiskKind, "spooky"])
_TABLES = st.builds(
    lambda actions, risks: policy(actions=actions, risks=risks),
    st.dictionaries(st.sampled_from([*Action]).map(str), st.sampled_from(CHOICES)),
    st.dictionaries(st.sampled_from([*RiskKind]).map(str), st.sampled_from(CHOICES)),
)
_STEPS = st.lists(
    st.builds(
        lambda action, risks, name: step(str(action), *map(str, risks), name=name),
        st.sampled_from([*Action, "explode"]),
        st.lists(_WORDS, max_size=3),
        st.sampled_from("abcdefgh"),
    ),
    min_size=1,
    max_size=14,
)


@given(_STEPS, _TABLES, _WORDS, st.data())
def test_another_risk_never_makes_a_decision_laxer(
    steps: list[dict[str, Any]], chosen: Policy, risk: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(steps) - 1))
    more = [
        {**each, "risks": [*each["risks"], {"risk": str(risk), "note": ""}]} if each is steps[at] else each
        for each in steps
    ]
    assert strictness(plan(*more), chosen) >= strictness(plan(*steps), chosen)


@given(_STEPS, _TABLES, _STEPS)
def test_another_step_never_makes_a_decision_laxer(
    steps: list[dict[str, Any]], chosen: Policy, more: list[dict[str, Any]]
) -> None:
    without_shares = chosen.model_copy(
        update={"brakes": policy(brakes={"max_archive_share": None, "max_update_share": None}).brakes}
    )
    assert strictness(plan(*steps, *more), without_shares) >= strictness(plan(*steps), without_shares)


@given(_STEPS, _TABLES, st.randoms())
def test_the_order_of_steps_decides_nothing(steps: list[dict[str, Any]], chosen: Policy, luck: Any) -> None:
    shuffled = [*steps]
    luck.shuffle(shuffled)
    assert strictness(plan(*shuffled), chosen) == strictness(plan(*steps), chosen)


@given(_STEPS, _TABLES)
def test_every_no_has_a_reason(steps: list[dict[str, Any]], chosen: Policy) -> None:
    found = decide(plan(*steps), chosen, NOW)
    assert found.may_apply == (not found.reasons)
