"""What a project's own rules see of a plan, and what their findings say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentops.base.diagnostics import Diagnostic, Related
from agentops.manifests.document import Tree
from agentops.manifests.policies.policy import Policy, Rule
from agentops.reconcile import policy_codes as codes
from agentops.reconcile.plan import Plan, Step
from agentops.reconcile.policies.weighing import Allowances, place_of
from agentops.reconcile.resource import Resource
from agentops.reconcile.values import IdOf, VersionOf
from agentops.reconcile.views.json import plan_json
from agentops.reconcile.write_only import WriteOnly


@dataclass(frozen=True, slots=True)
class Hit:
    """One place at which a rule is broken: the whole plan, a step, or a change of a step."""

    step: int | None = None
    change: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What judging one rule came to."""

    hits: tuple[Hit, ...] = ()
    more: int = 0
    """Hits that are not told one by one."""

    fault: str = ""
    """Why it could not be judged."""


def facts(plan: Plan, tree: Tree) -> dict[str, Any]:
    """Return what rules see: the plan's JSON, and at each step what is wanted as the manifest says it, and its labels.

    Names stand for ids, and of secrets only that there are some.
    """
    document = plan_json(plan)
    resources = {(str(each.address), each.action.value): each.resource for each in plan.steps}
    for step in document["steps"]:
        resource = resources[step["address"], step["action"]]
        step["wanted"] = _wanted(resource) if resource else {}
        step["labels"] = _labels(resource, tree) if resource else {}
    return document


def _wanted(resource: Resource) -> dict[str, Any]:
    return {name: _plain(each.value) for name, each in resource.fields.items()}


def _plain(value: Any) -> Any:
    """Return a value in the API's request form as plain JSON."""
    match value:
        case IdOf() | VersionOf():
            return str(value.address) if isinstance(value, IdOf) else "latest"
        case WriteOnly():
            return {"$secret": True}
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case str() | bool() | int() | float() | None:
            return value
    return {"$hidden": True}


def _labels(resource: Resource, tree: Tree) -> dict[str, str]:
    document = tree.get(resource.address) if not resource.address.part else None
    return dict(document.labels) if document else {}


def told(
    plan: Plan, policy: Policy, document: Mapping[str, Any], findings: Sequence[Finding], allowances: Allowances
) -> Iterator[Diagnostic]:
    """Yield what the findings say, in the order of the rules; `document` is what the rules saw.

    Reports: plan.policy, plan.policy-warning, plan.policy-broken.
    """
    steps = {(str(each.address), each.action.value): each for each in plan.steps}
    seen = [steps[each["address"], each["action"]] for each in document["steps"]]
    for rule, finding in zip(policy.rules, findings, strict=True):
        if finding.fault:
            code = codes.BROKEN if rule.is_error else codes.WARNED
            yield Diagnostic(code, f"rule {rule.name} could not be judged: {finding.fault}", rule.span)
        found = [each for each in finding.hits if not _is_exempt(rule, each, seen, allowances)]
        yield from (_hit(rule, each, seen) for each in found)
        if finding.more:
            said = f"rule {rule.name} is broken at {finding.more} more places"
            yield Diagnostic(codes.REFUSED if rule.is_error else codes.WARNED, said, rule.span)


def _is_exempt(rule: Rule, hit: Hit, steps: Sequence[Step], allowances: Allowances) -> bool:
    return hit.step is not None and allowances.cover(steps[hit.step], rule=rule.name)


def _hit(rule: Rule, hit: Hit, steps: Sequence[Step]) -> Diagnostic:
    code = codes.REFUSED if rule.is_error else codes.WARNED
    notes = (hit.detail,) if hit.detail else ()
    if hit.step is None:
        return Diagnostic(code, f"the plan breaks rule {rule.name}: {rule.message}", rule.span, notes=notes)
    step = steps[hit.step]
    change = step.changes[hit.change] if hit.change is not None else None
    place = (change.span if change else None) or place_of(step) or rule.span
    related = (Related(rule.span, f"rule {rule.name}"),) if place != rule.span else ()
    field = f" in `{'.'.join([change.field, *map(str, change.path)])}`" if change else ""
    said = f"{step.address} breaks rule {rule.name}{field}: {rule.message}"
    return Diagnostic(code, said, place, codes.WAY_OUT if rule.is_error else "", notes, related)


Judge = Callable[[Sequence[Rule], Mapping[str, Any]], Sequence[Finding]]
"""Judges rules over what they see, each within bounds."""
