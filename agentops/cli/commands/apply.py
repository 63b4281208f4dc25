"""`agentops apply`: make the target what the manifests say."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.errors import EXIT_PROBLEMS
from agentops.cli.applying import Consent, decide
from agentops.cli.leasing import lock_options
from agentops.cli.output import output_option
from agentops.cli.planning import plan_options, target_option, tree_argument, with_plan

if TYPE_CHECKING:
    from agentops.reconcile.planner import PlanOptions


@click.command()
@tree_argument
@target_option
@output_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--expect", metavar="PLAN", help="Apply only if the plan still is this one (the id that `plan` printed).")
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
    options: "PlanOptions",
) -> None:
    """Plan, ask, and make the target what the manifests in PATH say. Running it again finishes what was left."""
    consent = Consent("Apply this plan?", is_given=yes, to_plan=expect)
    if not with_plan(path, target, options, lambda planned: decide(planned, consent, output)):
        ctx.exit(EXIT_PROBLEMS)
