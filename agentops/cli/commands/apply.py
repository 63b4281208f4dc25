"""`agentops apply`: make the target what the manifests say."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.errors import EXIT_PROBLEMS, RefusedPlan, StalePlan, UsageError
from agentops.cli.applying import carry_out, confirmed
from agentops.cli.commands.plan import show
from agentops.cli.output import output_option, say, write_json
from agentops.cli.planning import Planned, plan_options, target_option, tree_argument, with_plan

if TYPE_CHECKING:
    from agentops.reconcile.planner import PlanOptions


@click.command()
@tree_argument
@target_option
@output_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--expect", metavar="PLAN", help="Apply only if the plan still is this one (the id that `plan` printed).")
@plan_options
@click.pass_context
def apply(
    ctx: click.Context,
    path: Path,
    target: str | None,
    output: str,
    yes: bool,
    expect: str | None,
    options: "PlanOptions",
) -> None:
    """Plan, ask, and make the target what the manifests in PATH say. Running it again finishes what was left."""

    async def use(planned: Planned) -> bool:
        if output == "text":
            show(planned, output)
        check(planned, expect)
        if planned.plan.is_empty:
            if output == "json":
                show(planned, output)
            return True
        if output == "json" and not (yes or expect):
            raise UsageError("apply -o json does not ask", hint="add --yes, or --expect with the id of a reviewed plan")
        if not (yes or expect) and not confirmed(planned, "Apply this plan?"):
            say("Nothing was changed.")
            return True
        outcome = await carry_out(planned)
        if output == "json":
            write_json(outcome)
        return bool(outcome["is_complete"])

    if not with_plan(path, target, options, use):
        ctx.exit(EXIT_PROBLEMS)


def check(planned: Planned, expect: str | None) -> None:
    """Refuse a plan that is blocked or is not the one that was approved.

    Raises:
        RefusedPlan: the plan has errors.
        StalePlan: another plan was approved.
    """
    if planned.plan.report.has_errors:
        raise RefusedPlan("the plan is blocked by what is said above; nothing was changed")
    if expect and planned.plan.id != expect:
        raise StalePlan(
            f"plan {expect} was approved, but the plan is now {planned.plan.id}; nothing was changed",
            hint="the tree or the target moved; review the new plan and apply with --expect " + planned.plan.id,
        )
