"""What a project's policy says of a plan's risks and actions, and that it never changes a step."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.base.diagnostics import Diagnostic, Report, Severity, Span
from agentops.manifests.policies.policy import Allowance, Line, Policy
from agentops.reconcile.plan import Action, Plan
from agentops.reconcile.policies.weighing import Allowances, weighed
from agentops.reconcile.risks import RiskKind
from agentops.reconcile.views.json import plan_json
from tests.reconcile.given import OTHER_MODEL, an_agent, an_environment, planned, world_of
from tests.reconcile.scenes import SCENES

TODAY = date(2026, 11, 22)
HERE = Span("agents.d/project.yaml", 7, 12, 7, 20)
OPEN = {"type": "cloud", "networking": {"type": "unrestricted"}}
SHUT = {"type": "cloud", "networking": {"type": "limited"}}


def opening() -> Plan:
    """Return a plan that opens a network and changes a model."""
    before = (an_agent(), an_environment(config=SHUT))
    return planned([an_agent(model=OTHER_MODEL), an_environment(config=OPEN)], world_of(*before))


def a_policy(*allowances: Allowance, **risks: Any) -> Policy:
    return Policy(risks={key: Line(level, HERE) for key, level in risks.items()}, allowances=allowances)


def an_allowance(until: date, risk: str = "network_opened", address: str = "Environment/workshop") -> Allowance:
    return Allowance(address, "The registry moves.", until, Span("agents.d/project.yaml", 9, 9, 9, 40), risk)


def said(plan: Plan, policy: Policy, today: date = TODAY) -> list[Diagnostic]:
    allowances = Allowances(policy, today)
    return [*weighed(plan, policy, allowances), *allowances.told()]


def codes(plan: Plan, policy: Policy, today: date = TODAY) -> list[tuple[str, str]]:
    return [(each.code.slug.removeprefix("plan."), each.message) for each in said(plan, policy, today)]


@pytest.mark.parametrize(
    ("level", "code", "severity"),
    [
        ("error", "policy", Severity.ERROR),
        ("warn", "policy-warning", Severity.WARNING),
        ("note", "policy-note", Severity.NOTE),
    ],
)
def test_a_risk_is_told_as_the_policy_wants_it_where_it_comes_from(level: str, code: str, severity: Severity) -> None:
    (found,) = said(opening(), a_policy(network_opened=level))
    assert (found.code.slug, found.severity) == (f"plan.{code}", severity)
    assert found.message == "Environment/workshop: network opened: every host can be reached"
    assert found.span
    assert (found.span.file, found.span.line) == ("agents.d/workshop.yaml", 7)
    assert [(each.span, each.label) for each in found.related] == [(HERE, f"policy.risks.network_opened is {level}")]


def test_what_is_turned_off_is_not_said_but_that_it_is_off() -> None:
    policy = a_policy(network_opened="off", budget_removed="off")
    assert codes(opening(), policy) == [
        ("policy-passed", "the policy of this tree turns `network_opened` off, and 1 step of this plan has it")
    ]


def test_what_the_policy_does_not_name_is_left_to_the_plan() -> None:
    assert said(opening(), Policy()) == []


def test_an_exemption_counts_up_to_its_last_day_and_is_said() -> None:
    policy = a_policy(an_allowance(TODAY), network_opened="error")
    assert codes(opening(), policy) == [
        (
            "policy-passed",
            "Environment/workshop: network opened is exempt until 2026-11-22: The registry moves.",
        )
    ]


def test_an_exemption_that_is_over_counts_no_more_and_is_named() -> None:
    policy = a_policy(an_allowance(TODAY), network_opened="error")
    assert codes(opening(), policy, TODAY + timedelta(days=1)) == [
        ("policy", "Environment/workshop: network opened: every host can be reached"),
        (
            "policy-expired",
            "the exemption of Environment/workshop from network opened is over since 2026-11-22: The registry moves.",
        ),
    ]


@pytest.mark.parametrize(
    "allowance",
    [an_allowance(TODAY, address="Environment/lab"), an_allowance(TODAY, risk="born_open")],
    ids=["another object", "another risk"],
)
def test_an_exemption_is_for_one_risk_of_one_object(allowance: Allowance) -> None:
    assert codes(opening(), a_policy(allowance, network_opened="error"))[0][0] == "policy"
    assert len(codes(opening(), a_policy(allowance, network_opened="error"))) == 1


def test_an_action_can_be_refused() -> None:
    policy = Policy(actions={"archive": Line("error", HERE), "update": Line("off", HERE)})
    found = said(SCENES["removals"](), policy)
    assert found
    assert {each.code.slug for each in found} == {"plan.policy"}
    assert all(each.span == HERE for each in found), "what is removed is declared nowhere: the policy's line is shown"


_LEVELS = st.sampled_from(["error", "warn", "note", "off"]).map(lambda level: Line(level, HERE))
_POLICIES = st.builds(
    Policy,
    risks=st.dictionaries(st.sampled_from([each.value for each in RiskKind]), _LEVELS),
    actions=st.dictionaries(st.sampled_from([each.value for each in Action]), _LEVELS),
    allowances=st.lists(
        st.builds(
            Allowance,
            st.sampled_from(["Agent/reviewer", "Environment/workshop"]),
            st.just("why"),
            st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3)),
            st.just(HERE),
            st.sampled_from([each.value for each in RiskKind]),
        ),
        max_size=3,
    ).map(tuple),
)
_PLANS = {name: make() for name, make in SCENES.items()}


@settings(max_examples=30)
@given(st.sampled_from(sorted(_PLANS)), _POLICIES)
def test_a_policy_changes_the_report_and_no_step(scene: str, policy: Policy) -> None:
    plan = _PLANS[scene]
    levels = {risk: line.level for risk, line in policy.risks.items()}
    judged = replace(plan, levels=levels, report=plan.report + Report.of(said(plan, policy)))
    assert judged.steps == plan.steps
    assert judged.id == plan.id
    named = [[risk["risk"] for risk in step["risks"]] for step in plan_json(judged)["steps"]]
    assert named == [[risk["risk"] for risk in step["risks"]] for step in plan_json(plan)["steps"]]
    assert {*plan.report.diagnostics} <= {*judged.report.diagnostics}


@settings(max_examples=30)
@given(st.sampled_from(sorted(_PLANS)), _POLICIES)
def test_no_exemption_makes_a_plan_riskier(scene: str, policy: Policy) -> None:
    plan = _PLANS[scene]
    without = sum(each.severity is Severity.ERROR for each in said(plan, replace(policy, allowances=())))
    assert sum(each.severity is Severity.ERROR for each in said(plan, policy)) <= without
