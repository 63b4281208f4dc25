"""A plan that was just made, held against its project's policy, and what it costs by the project's prices."""

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from agentops.base.diagnostics import Report

if TYPE_CHECKING:
    from agentops.manifests.document import Tree
    from agentops.reconcile.plan import Plan
    from agentops.targets.live import LiveTarget


async def governed(plan: "Plan", tree: "Tree", today: date) -> "Plan":
    """Return the plan with what its project's policy says of it. Its steps, and so its id, are the same."""
    policy = tree.policy
    if not (policy.risks or policy.actions or policy.allowances or policy.rules):
        return plan
    from agentops.reconcile.policies.rules import facts, told
    from agentops.reconcile.policies.weighing import Allowances, weighed

    allowances = Allowances(policy, today)
    said = [*weighed(plan, policy, allowances)]
    if policy.rules and plan.steps:
        from agentops.cli.judging import judged

        document = facts(plan, tree)
        said += told(plan, policy, document, await judged(policy.rules, document), allowances)
    levels = {risk: line.level for risk, line in policy.risks.items()}
    return replace(plan, levels=levels, report=plan.report + Report.of([*said, *allowances.told()]))


async def costed(plan: "Plan", tree: "Tree", target: "LiveTarget", now: datetime) -> "Plan":
    """Return the plan with what is known of costs; asked where a model or an effort changes and prices are known."""
    prices = tree.policy.prices
    if prices is None:
        return plan
    from agentops.reconcile.policies.estimate import affected, estimated
    from agentops.targets.past import past_sessions

    steps = affected(plan)
    ids = [each.live.id for each in steps if each.live]
    past = await past_sessions(target.pages, ids, now) if ids else None
    return replace(plan, costs=estimated(plan, prices, past, now.date())) if past else plan
