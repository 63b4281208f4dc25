"""A project's policy, with the real command: what stops a plan, what a rule says, what another model costs."""

import json

import pytest

from .command import Command

pytestmark = [pytest.mark.flow, pytest.mark.long, pytest.mark.timeout(120)]

PROJECT = """\
apiVersion: agentops/v1
kind: Project
metadata: {name: shop}
spec:
  policy:
    risks: {model_changed: off, permission_widened: error}
    rules: {file: ../policies/*.yaml}
  prices:
    as_of: 2026-11-01
    models:
      claude-sonnet-5-5: {input: 3, output: 15, cache_read: 0.3}
      claude-opus-5-5: {input: 15, output: 75, cache_read: 1.5}
---
apiVersion: agentops/v1
kind: Environment
metadata: {name: lab}
spec: {}
"""
AGENT = "apiVersion: agentops/v1\nkind: Agent\nmetadata: {{name: {name}}}\nspec: {{model: {model}{more}}}\n"
RULES = """\
rules:
  - name: names
    when: step.object == 'agent' && step.action == 'create'
    require: step.wanted.name.startsWith('team-')
    message: Names begin with team-.
"""
SCRIPT = """\
turns:
  - {say: Done., usage: {input_tokens: 120000, output_tokens: 9000, cache_read_input_tokens: 300000}, times: forever}
"""


@pytest.fixture
def shop(agentops: Command) -> Command:
    """A project with a policy, and one agent that is live."""
    for folder in ("agents.d", "policies"):
        (agentops.folder / folder).mkdir()
    (agentops.folder / "agents.d" / "project.yaml").write_text(PROJECT)
    (agentops.folder / "policies" / "names.yaml").write_text(RULES)
    (agentops.folder / "script.yml").write_text(SCRIPT)
    declare(agentops, "claude-sonnet-5-5")
    agentops("apply", "--yes")
    return agentops


def declare(agentops: Command, model: str, more: str = "", name: str = "team-doer") -> None:
    (agentops.folder / "agents.d" / f"{name}.yaml").write_text(AGENT.format(name=name, model=model, more=more))


def test_what_a_policy_forbids_is_shown_and_not_done(shop: Command) -> None:
    declare(shop, "claude-opus-5-5", ", tools: [{type: agent_toolset_20260401}]")
    declare(shop, "claude-opus-5-5", name="doer")
    planned = shop("plan", status=1)
    assert "error[plan.policy]: Agent/team-doer: permission widened: agent_toolset_20260401: " in planned.err
    assert "policy.risks.permission_widened is error" in planned.err
    assert "error[plan.policy]: Agent/doer breaks rule names: Names begin with team-." in planned.err
    assert "policies/names.yaml:4:14" in planned.err
    assert "turns `model_changed` off, and 1 step of this plan has it" in planned.err
    assert "model changed" not in planned.out
    document = shop("plan", "-o", "json", status=1).json()
    assert document["is_blocked"]
    assert "model_changed" in {risk["risk"] for step in document["steps"] for risk in step["risks"]}
    refused = shop("apply", "--yes", status=1)
    assert "nothing was changed" in refused.err
    declare(shop, "claude-sonnet-5-5")
    (shop.folder / "agents.d" / "doer.yaml").unlink()
    assert "No changes." in shop("plan").out


def test_another_model_is_told_by_what_past_sessions_used(shop: Command) -> None:
    for _ in range(2):
        shop("run", "team-doer", "Do it", "--model-script", "script.yml")
    declare(shop, "claude-opus-5-5")
    told = (
        "cost: last 30 days: 2 sessions, 840.0 k tokens in, 18.0 k out: 1.17 → 5.85 USD a month by the prices of "
        "2026-11-01"
    )
    assert told in shop("plan").out
    (step,) = shop("plan", "-o", "json").json()["steps"]
    assert (step["cost"]["before"], step["cost"]["after"], step["cost"]["sessions"]) == (1.17, 5.85, 2)
    assert "cost" not in shop("plan", "--no-cost").out
    assert (
        json.loads(shop("plan", "-o", "json", "--no-cost").out)["plan_id"]
        == shop("plan", "-o", "json").json()["plan_id"]
    )


def test_a_code_of_a_policy_is_explained(shop: Command) -> None:
    for code in ("plan.policy", "plan.policy-broken", "policy.expression"):
        assert "Right:" in shop("explain", code).out or "allow:" in shop("explain", code).out
