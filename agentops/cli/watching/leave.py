"""What a watch may apply unasked: only on a target marked for it, and never what a person should look at. Pure."""

from collections.abc import Iterator

from agentops.manifests.document import Tree
from agentops.reconcile.plan import CREATES, DRIFTED, PARTINGS, REMOVALS, Action, Plan
from agentops.reconcile.risks import Weight


def is_marked(tree: Tree, target: str) -> bool:
    """Tell whether the Project says that a target is applied to by whoever watches."""
    targets = (tree.project.data.get("targets") or {}) if tree.project else {}
    return (targets.get(target) or {}).get("watch") == "apply"


def objections(plan: Plan) -> list[str]:
    """Return why a person has to apply this plan, each reason once; nothing where nobody has to."""
    return [*dict.fromkeys(_objections(plan))]


def _objections(plan: Plan) -> Iterator[str]:
    if plan.report.has_errors:
        yield "the plan is blocked"
    for step in plan.steps:
        if step.action in {*REMOVALS, *PARTINGS, Action.REPLACE} or (step.is_final and step.action not in CREATES):
            yield f"{step.address} would be taken away"
        if any(each.verdict in DRIFTED for each in step.changes):
            yield f"somebody changed {step.address} on the target"
        if step.action is Action.ADOPT:
            yield f"{step.address} would be taken over"
        for risk in step.risks:
            if risk.severity == Weight.HIGH:
                yield f"{step.address}: {risk.kind.replace('_', ' ')}"
