"""Rules are judged in a process of their own; what a hostile one takes is taken from that process alone."""

from typing import Any

import pytest

from agentops.base.diagnostics import Span
from agentops.cli.judging import judged
from agentops.manifests.policies.policy import Rule
from agentops.reconcile.policies.rules import Finding, Hit

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]

NOWHERE = Span("rules.yaml", 1, 1, 1, 1)
STEPS = [{"address": "Agent/one", "object": "agent", "changes": []}]
PLAN: dict[str, Any] = {"owner": "acme", "steps": STEPS, "text": "a" * 28 + "!"}
LONG, MUCH = "it took more than 5 seconds", "it took more than 1 GiB of memory"


def a_rule(name: str, **condition: Any) -> Rule:
    return Rule(name, "Not so.", is_error=True, span=NOWHERE, **condition)


KEPT = a_rule("kept", require="plan.owner == 'acme'")
BROKEN = a_rule("broken", sees=("step",), deny="step.object == 'agent'")
BOMB = a_rule("bomb", require="[plan.text]" + ".map(a, a + a)" * 26 + "[0].matches('b')")
BACKTRACKING = a_rule("pattern", schema={"properties": {"text": {"pattern": "^(a+)+$"}}})


async def test_each_rule_has_its_finding() -> None:
    assert await judged([KEPT, BROKEN], PLAN) == [Finding(), Finding((Hit(0),))]


async def test_no_rule_is_no_process() -> None:
    assert await judged([], PLAN) == []


@pytest.mark.long
async def test_a_rule_that_takes_too_much_memory_stops_no_other_rule() -> None:
    findings = await judged([KEPT, BOMB, BROKEN], PLAN)
    assert findings[0] == Finding()
    assert findings[1].fault in {LONG, MUCH}
    assert findings[2] == Finding((Hit(0),))


@pytest.mark.long
async def test_a_pattern_that_tries_for_ever_is_ended() -> None:
    findings = await judged([BACKTRACKING, KEPT], PLAN)
    assert findings == [Finding(fault=LONG), Finding()]


@pytest.mark.long
async def test_a_tree_of_hostile_rules_comes_to_an_end() -> None:
    findings = await judged([BACKTRACKING] * 6, PLAN)
    assert [each.fault for each in findings[:4]] == [LONG] * 4
    assert findings[4].fault == findings[5].fault == "rules before it took too much; mend those first"
