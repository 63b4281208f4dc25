"""`agentops apply`: make the target what the manifests say."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.errors import EXIT_PROBLEMS, UsageError
from agentops.cli.applying import Consent, decide
from agentops.cli.drifting import with_background
from agentops.cli.leasing import lock_options
from agentops.cli.options import tree_argument
from agentops.cli.output import output_option
from agentops.cli.plan_files import is_saved
from agentops.cli.planning import Planned, plan_options, target_option, with_plan
from agentops.cli.saved_plans import Wish, apply_saved

if TYPE_CHECKING:
    from agentops.reconcile.planner import PlanOptions


@click.command()
@tree_argument
@target_option
@output_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--expect", metavar="PLAN", help="Apply only if the plan still is this one (the id that `plan` printed).")
@click.option("--partial-ok", is_flag=True, help="Of a saved plan, apply the steps that stayed the same.")
@lock_options
@plan_options
@click.pass_context
def apply(
    ctx: click.Context,
    path: Path,
    target: str | None,
    output: str,
    yes: bool,
    expect: str | None,
    partial_ok: bool,
    options: "PlanOptions",
) -> None:
    """Plan, ask, and make the target what the manifests in PATH say. Running it again finishes what was left.

    PATH may also be a plan that `agentops plan --out plan.json` saved: then exactly that plan is applied, or none.
    """
    if is_saved(path):
        ctx.exit(apply_saved(path, Wish(target, output, expect, takes_part=partial_ok), options))
    if partial_ok:
        raise UsageError("--partial-ok is for saved plans", hint="agentops plan --out plan.json writes one")
    consent = Consent("Apply this plan?", is_given=yes, to_plan=expect)

    async def decided(planned: Planned) -> bool:
        return await decide(await with_background(planned), consent, output)

    if not with_plan(path, target, options, decided):
        ctx.exit(EXIT_PROBLEMS)
