"""A plan as one JSON document: the shape that every other rendering is made from."""

from collections import Counter
from typing import Any

from agentops.base.clock import timestamp
from agentops.base.diagnostics import Span
from agentops.base.names import Address
from agentops.reconcile.costs import Cost
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.plan import Action, Blast, Change, Orphan, Plan, Risk, Step, Swept
from agentops.reconcile.verdicts import Verdict
from agentops.reconcile.views.masks import masked
from agentops.reconcile.views.steps import in_order

FORMAT_VERSION = 1


def plan_json(plan: Plan) -> dict[str, Any]:
    """Return the plan. Texts are whole, but for what looks like a secret; cuts are a rendering's business."""
    downstream = _downstream(plan)
    return {
        "format_version": FORMAT_VERSION,
        "plan_id": plan.id,
        "owner": plan.owner,
        "target": plan.target,
        "summary": summary(plan),
        "is_blocked": plan.report.has_errors,
        "steps": in_order([_step(each, plan) | {"downstream": downstream[each.address]} for each in plan.steps]),
        "undeclared": [_orphan(each) for each in plan.orphans],
        "left_out": [str(each) for each in plan.left_out],
        "kept_memories": [{"address": str(address), "path": path} for address, path in plan.kept],
        "rendered": [{"address": str(each.address), "characters": len(each.text)} for each in plan.rendered],
    }


def summary(plan: Plan) -> dict[str, int]:
    """Return how many steps of each action there are, and what stays."""
    actions = Counter(each.action for each in plan.steps)
    counts = {action.value: actions[action] for action in Action}
    fields = {(str(step.address), each.field, each.verdict) for step in plan.steps for each in step.changes}
    verdicts = Counter(verdict for _, _, verdict in fields)
    return counts | {
        "drift": verdicts[Verdict.DRIFT],
        "conflict": verdicts[Verdict.CONFLICT],
        "unchanged": plan.unchanged,
        "undeclared": len(plan.orphans),
    }


def _downstream(plan: Plan) -> dict[Address, list[str]]:
    """Return which steps wait for each one: what moves because it moves."""
    found: dict[Address, list[str]] = {each.address: [] for each in plan.steps}
    for step in plan.steps:
        for needed in step.needs:
            found[needed].append(str(step.address))
    return {address: sorted(waiting) for address, waiting in found.items()}


def _step(step: Step, plan: Plan) -> dict[str, Any]:
    return {
        "address": str(step.address),
        "object": step.object.value,
        "action": step.action.value,
        "reason": step.reason,
        "is_final": step.is_final,
        "live_id": step.live.id if step.live else None,
        "version": _version(step),
        "needs": [str(each) for each in step.needs],
        "source": _place(step.resource.span) if step.resource else None,
        "changes": [_change(each) for each in step.changes],
        "memories": [each.path for each in step.memories],
        "risks": [_risk(each, plan.levels.get(each.kind)) for each in step.risks],
        **({"blast": _blast(step.blast)} if step.blast != Blast() else {}),
        **({"cost": _cost(plan.costs[step.address])} if step.address in plan.costs else {}),
    }


def _risk(risk: Risk, level: str | None) -> dict[str, Any]:
    """Return a risk; one that the project's policy is silent about is still there for a controller to weigh."""
    said = {"risk": risk.kind, "severity": risk.severity, "note": risk.note}
    return said | ({"level": level} if level else {})


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "note": cost.note,
        "sessions": cost.sessions,
        "since": cost.since.isoformat() if cost.since else None,
        "tokens": dict(cost.tokens),
        "before": _cents(cost.before),
        "after": _cents(cost.after),
        "currency": cost.currency or None,
        "prices_as_of": cost.as_of.isoformat() if cost.as_of else None,
    }


def _cents(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 2)


def _blast(blast: Blast) -> dict[str, Any]:
    return {
        "deployments": [_swept(each) for each in blast.swept if each.object is ObjectKind.DEPLOYMENT],
        "credentials": [_swept(each) for each in blast.swept if each.object is ObjectKind.CREDENTIAL],
        "sessions_running": blast.running,
        "sessions_recent": blast.recent,
        "memories": blast.memories,
        "is_more": blast.is_more,
    }


def _swept(swept: Swept) -> dict[str, Any]:
    return {"id": swept.id, "name": swept.name, "owner": swept.owner, "is_ours": swept.is_ours}


def _version(step: Step) -> dict[str, int | None] | None:
    if step.object is not ObjectKind.AGENT:
        return None
    return {"from": step.live.version if step.live else None, "to": step.version}


def _change(change: Change) -> dict[str, Any]:
    return {
        "field": change.field,
        "path": [str(each) for each in change.path],
        "verdict": change.verdict.value,
        "before": masked(change.before),
        "after": change.after,
        "source": _place(change.span) if change.span else None,
    }


def _orphan(orphan: Orphan) -> dict[str, Any]:
    return {
        "address": orphan.identity,
        "object": orphan.object.value,
        "id": orphan.id,
        "is_protected": orphan.is_protected,
        "retired_at": timestamp(orphan.retired) if orphan.retired else None,
        "archived_from": timestamp(orphan.ripe) if orphan.ripe else None,
        "is_waiting": orphan.is_waiting,
    }


def _place(span: Span) -> dict[str, Any]:
    return {"file": span.file, "line": span.line, "column": span.column}
