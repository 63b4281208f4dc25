"""Rules of a project's own: what they see of a plan, what they say, and what becomes of those that cannot be judged."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agentops.base.diagnostics import Diagnostic
from agentops.manifests.load import load
from agentops.reconcile.lowering import lower
from agentops.reconcile.observed import World
from agentops.reconcile.plan import Plan
from agentops.reconcile.planner import plan
from agentops.reconcile.policies.judging import MOST_HITS, judged
from agentops.reconcile.policies.rules import facts, told
from agentops.reconcile.policies.weighing import Allowances
from tests.reconcile.declaring import manifest
from tests.reconcile.given import NOWHERE, TARGET, after

TODAY = date(2026, 11, 22)
AGENT = "model: claude-opus-5-5\n"
BASH = """\
tools:
  - type: agent_toolset_20260401
    default_config: {permission_policy: {type: always_ask}}
    configs: [{name: bash, permission_policy: {type: always_allow}}]
"""
DEPLOYED = """\
agent: reviewer
environment_id: workshop
initial_events: [{type: user.message, content: [{type: text, text: Look.}]}]
"""
NO_BASH = """\
- name: no-unasked-bash
  when: has(step.wanted.tools)
  deny: >-
    step.wanted.tools.exists(t, has(t.configs) && t.configs.exists(c,
    c.name == 'bash' && has(c.permission_policy) && c.permission_policy.type == 'always_allow'))
  message: No agent runs bash unasked.
"""
BUDGETS = """\
- name: budgets
  when: step.object == 'deployment' && 'env' in step.labels && step.labels.env == 'production'
  require: has(step.wanted.budget)
  message: What runs in production has a budget.
"""
FEW = """\
- name: few-models
  require: size(plan.steps.filter(s, s.risks.exists(r, r.risk == 'model_changed'))) <= 3
  message: At most 3 agents change their model at once.
"""
NAMES = """\
- name: names
  when: step.object == 'agent' && step.action == 'create'
  require: step.wanted.name.matches('^team-')
  message: Names begin with team-.
  severity: warn
"""
EFFORT = """\
- name: efforts
  when: change.field == 'model' && change.path.size() > 0
  deny: change.after == 'high'
  message: Nobody thinks hard here.
"""


TEN = "[10, 20, 30, 40, 50, 60, 70, 80, 90, 100]"
ENDLESS = "it takes more than 10,000 rounds: name `step` or `change`, and it is asked of each by itself"


def made(folder: Path, rules: str, *documents: str, world: World = NOWHERE, allow: str = "") -> tuple[Plan, Any]:
    """Return the plan of documents whose project has these rules, and their tree."""
    tree = folder / "agents.d"
    tree.mkdir(exist_ok=True)
    (folder / "rules.yaml").write_text("rules:\n" + "".join(f"  {line}\n" for line in rules.splitlines()))
    project = manifest("Project", "acme", f"policy:\n  rules: {{file: ../rules.yaml}}\n{allow}")
    for place, each in enumerate((*documents, project), start=1):
        (tree / f"{place}.yaml").write_text(each)
    loaded = load(tree)
    assert not loaded.report.diagnostics, [(str(each.span), each.message) for each in loaded.report.diagnostics]
    return plan(lower(loaded)[0], world, TARGET), loaded


def found(planned: Plan, tree: Any) -> list[Diagnostic]:
    allowances = Allowances(tree.policy, TODAY)
    document = facts(planned, tree)
    findings = [judged(each, document) for each in tree.policy.rules]
    return [*told(planned, tree.policy, document, findings, allowances)]


def said(folder: Path, rules: str, *documents: str, **more: Any) -> list[str]:
    return [f"{each.code.slug}: {each.message}" for each in found(*made(folder, rules, *documents, **more))]


def test_no_agent_runs_bash_unasked(tmp_path: Path) -> None:
    agents = (manifest("Agent", "wild", AGENT + BASH), manifest("Agent", "tame", AGENT))
    assert said(tmp_path, NO_BASH, *agents) == [
        "plan.policy: Agent/wild breaks rule no-unasked-bash: No agent runs bash unasked."
    ]


def test_what_runs_in_production_has_a_budget(tmp_path: Path) -> None:
    around = manifest("Agent", "reviewer", AGENT), manifest("Environment", "workshop", "description: Here.")
    named = manifest("Deployment", "night", DEPLOYED)
    production = named.replace("{name: night}", "{name: night, labels: {env: production}}")
    assert said(tmp_path, BUDGETS, *around, named) == []
    assert said(tmp_path, BUDGETS, *around, production) == [
        "plan.policy: Deployment/night breaks rule budgets: What runs in production has a budget."
    ]


def test_a_rule_over_the_plan_counts_its_steps(tmp_path: Path) -> None:
    before = [manifest("Agent", f"agent-{each}", AGENT) for each in range(4)]
    standing, _ = made(tmp_path, FEW, *before)
    world = after(standing, owner="acme")
    changed = [each.replace("opus", "sonnet") for each in before]
    assert said(tmp_path, FEW, *changed[:3], *before[3:], world=world) == []
    assert said(tmp_path, FEW, *changed, world=world) == [
        "plan.policy: the plan breaks rule few-models: At most 3 agents change their model at once."
    ]


def test_a_warning_stops_nothing_and_names_the_line_of_the_rule(tmp_path: Path) -> None:
    planned, tree = made(tmp_path, NAMES, manifest("Agent", "scribe", AGENT), manifest("Agent", "team-one", AGENT))
    (one,) = found(planned, tree)
    assert one.code.slug == "plan.policy-warning"
    assert one.message == "Agent/scribe breaks rule names: Names begin with team-."
    assert one.span
    assert one.span.file.endswith("agents.d/1.yaml")
    (rule,) = one.related
    assert (Path(rule.span.file).name, rule.span.line, rule.label) == ("rules.yaml", 4, "rule names")


def test_a_rule_over_changes_names_the_place_of_the_change(tmp_path: Path) -> None:
    standing, _ = made(tmp_path, EFFORT, manifest("Agent", "one", "model: {id: claude-opus-5-5, effort: low}"))
    world = after(standing, owner="acme")
    wanted = manifest("Agent", "one", "model: {id: claude-opus-5-5, effort: high}")
    planned, tree = made(tmp_path, EFFORT, wanted, world=world)
    (one,) = found(planned, tree)
    assert one.message.startswith("Agent/one breaks rule efforts in `model.effort")
    assert one.span
    assert one.span.line == 5


def test_an_object_can_be_exempt_from_a_rule(tmp_path: Path) -> None:
    allow = "  allow: [{rule: no-unasked-bash, address: Agent/wild, reason: A trial., until: 2026-12-31}]\n"
    agents = (manifest("Agent", "wild", AGENT + BASH), manifest("Agent", "other", AGENT + BASH))
    assert said(tmp_path, NO_BASH, *agents, allow=allow) == [
        "plan.policy: Agent/other breaks rule no-unasked-bash: No agent runs bash unasked."
    ]


def test_a_schema_is_held_against_what_the_rule_is_about(tmp_path: Path) -> None:
    (tmp_path / "shape.yaml").write_text(
        "properties: {wanted: {properties: {model: {$ref: '#/$defs/ours'}}}}\n$defs: {ours: {pattern: ^claude-haiku}}\n"
    )
    rule = "- {name: haiku, when: step.object == 'agent', schema: {file: shape.yaml}, message: Small ones only.}\n"
    planned, tree = made(tmp_path, rule, manifest("Agent", "one", AGENT))
    (one,) = found(planned, tree)
    assert one.message == "Agent/one breaks rule haiku: Small ones only."
    assert one.notes == ("$.wanted.model: 'claude-opus-5-5' does not match '^claude-haiku'",)


def test_no_address_is_ever_fetched_for_a_schema(tmp_path: Path) -> None:
    (tmp_path / "shape.json").write_text('{"$ref": "http://127.0.0.1:9/schema.json"}')
    rule = "- {name: remote, schema: {file: shape.json}, message: Elsewhere.}\n"
    (one,) = said(tmp_path, rule, manifest("Agent", "one", AGENT))
    assert one.startswith(
        "plan.policy-broken: rule remote could not be judged: its schema refers to http://127.0.0.1:9"
    )


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ("step.wanted.budget == 3", "there is no field `budget` here: ask `has(….budget)` first (at Agent/one)"),
        ("step.wanted.model", "is claude-opus-5-5, not true or false (at Agent/one)"),
        ("step.wanted.model.id == 'x'", "a field is asked of something that has no fields (at Agent/one)"),
        (
            f"{TEN}.all(a, {TEN}.all(b, {TEN}.all(c, {TEN}.all(d, a + b + c + d > step.changes.size()))))",
            f"{ENDLESS} (at Agent/one)",
        ),
    ],
)
def test_a_rule_that_cannot_be_judged_stops_the_plan_and_says_why(tmp_path: Path, condition: str, fault: str) -> None:
    rule = f'- {{name: odd, require: "{condition}", message: Odd.}}\n'
    agent = manifest("Agent", "one", AGENT)
    assert said(tmp_path, rule, agent) == [f"plan.policy-broken: rule odd could not be judged: {fault}"]
    mild = rule.replace("message", "severity: warn, message")
    assert said(tmp_path, mild, agent) == [f"plan.policy-warning: rule odd could not be judged: {fault}"]


def test_a_rule_that_is_broken_everywhere_is_told_a_few_times(tmp_path: Path) -> None:
    rule = "- {name: none, deny: step.action == 'create', message: Nothing new.}\n"
    every = said(tmp_path, rule, *(manifest("Agent", f"agent-{each}", AGENT) for each in range(MOST_HITS + 5)))
    assert len(every) == MOST_HITS + 1
    assert every[-1] == "plan.policy: rule none is broken at 5 more places"


def test_rules_see_names_for_ids_and_no_secret(tmp_path: Path) -> None:
    auth = "{type: static_bearer, mcp_server_url: 'https://t.example.com', token: {env: T}}"
    vault = f"credentials: {{tickets: {{auth: {auth}}}}}"
    made(tmp_path, FEW, manifest("Agent", "reviewer", AGENT))
    (tmp_path / "agents.d" / "9.yaml").write_text(manifest("Vault", "keys", vault))
    (tmp_path / "agents.d" / "8.yaml").write_text(manifest("Environment", "workshop", "description: Here."))
    (tmp_path / "agents.d" / "7.yaml").write_text(manifest("Deployment", "night", DEPLOYED))
    tree = load(tmp_path / "agents.d")
    planned = plan(lower(tree, {"T": "a-marked-secret"})[0], NOWHERE, TARGET)
    seen = {each["address"]: each["wanted"] for each in facts(planned, tree)["steps"]}
    assert seen["Deployment/night"]["environment_id"] == "Environment/workshop"
    assert seen["Vault/keys/tickets"]["auth.token"] == {"$secret": True}
    assert "a-marked-secret" not in str(seen)
