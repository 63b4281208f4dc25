"""What a changed model or effort comes to, by the tokens of past sessions and a dated price table."""

from dataclasses import replace
from datetime import date
from typing import Any

from agentops.base.paint import Paint
from agentops.manifests.policies.policy import Price, Prices
from agentops.reconcile.plan import Plan
from agentops.reconcile.policies.estimate import Past, affected, estimated, uses
from agentops.reconcile.views.json import plan_json
from agentops.reconcile.views.text import plan_text
from tests.reconcile.given import MODEL, OTHER_MODEL, a_store, address, an_agent, planned, the, world_of

TODAY = date(2026, 11, 22)
MONTH_AGO = date(2026, 10, 23)
PRICES = Prices(date(2026, 11, 1), "USD", {MODEL: Price(15, 75, 1.5, 18.75), OTHER_MODEL: Price(3, 15, 0.3, 3.75)})
REVIEWER = address("Agent/reviewer")


def a_session(agent: str, model: Any = MODEL, **usage: Any) -> dict[str, Any]:
    return {"agent": {"id": agent, "model": model}, "usage": {"input_tokens": 0, "output_tokens": 0, **usage}}


def changing(**fields: Any) -> tuple[Plan, str]:
    """Return a plan that changes an agent's model, and the agent's id."""
    world = world_of(an_agent(model={"id": MODEL, "effort": "low"}))
    return planned([an_agent(**fields)], world), the(world, "Agent/reviewer").id


def note(plan: Plan, *sessions: dict[str, Any], prices: Prices = PRICES, is_more: bool = False) -> str:
    past = Past(tuple(uses(sessions)), MONTH_AGO, is_more)
    return estimated(plan, prices, past, TODAY)[REVIEWER].note


def test_the_same_tokens_are_told_at_both_prices() -> None:
    plan, agent = changing(model=OTHER_MODEL)
    written = {"ephemeral_5m_input_tokens": 100_000, "ephemeral_1h_input_tokens": 300_000}
    one = a_session(agent, input_tokens=2_000_000, output_tokens=400_000, cache_read_input_tokens=8_000_000)
    two = a_session(agent, input_tokens=1_000_000, output_tokens=100_000, cache_creation=written)
    others = a_session("agent_of_others", input_tokens=9_000_000)
    assert note(plan, one, two, others) == (
        "last 30 days: 2 sessions, 11.4 M tokens in, 500.0 k out: 102.00 → 20.40 USD a month "
        "by the prices of 2026-11-01 (the same tokens assumed)"
    )


def test_a_session_that_used_nothing_tells_nothing() -> None:
    plan, agent = changing(model=OTHER_MODEL)
    assert note(plan, a_session(agent)) == ("not known: no session of the last 30 days has used tokens")


def test_a_model_without_a_price_is_named() -> None:
    plan, agent = changing(model="claude-haiku-5-5")
    assert note(plan, a_session(agent, output_tokens=5)) == ("not known: there is no price for claude-haiku-5-5")


def test_an_old_table_says_its_age() -> None:
    plan, agent = changing(model=OTHER_MODEL)
    old = replace(PRICES, as_of=date(2026, 6, 1))
    assert "by the prices of 2026-06-01, 174 days old (" in note(plan, a_session(agent, output_tokens=5), prices=old)


def test_a_part_of_the_sessions_is_not_taken_for_a_month() -> None:
    plan, agent = changing(model=OTHER_MODEL)
    found = note(plan, a_session(agent, output_tokens=1_000_000), is_more=True)
    assert found == (
        "newest 1 since 2026-10-23: 0 tokens in, 1.0 M out: 75.00 → 15.00 USD by the prices of 2026-11-01 "
        "(the same tokens assumed)"
    )


def test_another_effort_is_not_predicted() -> None:
    plan, agent = changing(model={"id": MODEL, "effort": "high"})
    found = note(plan, a_session(agent, {"id": MODEL, "effort": "low"}, output_tokens=1_000_000))
    assert found == (
        "last 30 days: 1 session, 0 tokens in, 1.0 M out, 75.00 USD a month by the prices of 2026-11-01 "
        "(effort high will use other tokens, and no session tells how many)"
    )


def test_another_model_with_another_effort_says_what_it_takes_for_granted() -> None:
    plan, agent = changing(model={"id": OTHER_MODEL, "effort": "high"})
    assert note(plan, a_session(agent, output_tokens=1_000_000)).endswith(
        "(the same tokens assumed; effort high will use other tokens, and no session tells how many)"
    )


def test_sessions_with_that_effort_tell_what_it_uses() -> None:
    plan, agent = changing(model={"id": MODEL, "effort": "high"})
    low = a_session(agent, {"id": MODEL, "effort": "low"}, output_tokens=1_000_000)
    high = a_session(agent, {"id": MODEL, "effort": {"type": "high"}}, output_tokens=3_000_000)
    assert note(plan, low, low, high) == (
        "last 30 days: 3 sessions, 0 tokens in, 5.0 M out: 375.00 → 675.00 USD a month by the prices of 2026-11-01 "
        "(as 1 session with effort high used)"
    )


def test_only_steps_that_change_what_an_agent_runs_on_are_asked_about() -> None:
    world = world_of(an_agent(), a_store())
    assert affected(planned([an_agent(system="Be kind."), a_store(description="New.")], world)) == ()
    assert affected(planned([an_agent(model=OTHER_MODEL)])) == (), "a new agent has no past"
    assert [each.address for each in affected(planned([an_agent(model=OTHER_MODEL)], world))] == [REVIEWER]


def test_a_plan_carries_its_costs_beside_its_id() -> None:
    plan, agent = changing(model=OTHER_MODEL)
    past = Past(tuple(uses([a_session(agent, output_tokens=1_000_000)])), MONTH_AGO, is_more=False)
    costed = replace(plan, costs=estimated(plan, PRICES, past, TODAY))
    assert costed.id == plan.id
    (step,) = plan_json(costed)["steps"]
    assert step["cost"] == {
        "note": step["cost"]["note"],
        "sessions": 1,
        "since": "2026-10-23",
        "tokens": {"input": 0, "output": 1_000_000, "cache_read": 0, "cache_write": 0},
        "before": 75.0,
        "after": 15.0,
        "currency": "USD",
        "prices_as_of": "2026-11-01",
    }
    assert f"      cost: {step['cost']['note']}" in [*plan_text(plan_json(costed), Paint(is_on=False))]
    assert "cost" not in plan_json(plan)["steps"][0]
