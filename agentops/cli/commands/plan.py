"""`agentops plan`: what would change on the target."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.errors import EXIT_CHANGES, EXIT_PROBLEMS
from agentops.cli.planning import only, plan_options, target_option, tree_argument, with_plan
from agentops.cli.showing import show

if TYPE_CHECKING:
    from agentops.reconcile.planner import PlanOptions

_OUTPUTS = click.Choice(["text", "json", "markdown"])


@click.command()
@tree_argument
@target_option
@click.option("-o", "--output", type=_OUTPUTS, default="text", show_default=True, help="What to print.")
@click.option("--limit", type=click.IntRange(min=500), metavar="N", help="Print at most N characters of Markdown.")
@click.option("--exit-code", is_flag=True, help="Exit with 3 when there is something to do.")
@plan_options
@click.pass_context
def plan(
    ctx: click.Context,
    path: Path,
    target: str | None,
    output: str,
    limit: int | None,
    exit_code: bool,
    options: "PlanOptions",
) -> None:
    """Show what would change on the target if the manifests in PATH were applied. Changes nothing."""
    planned = with_plan(path, target, options, only)
    show(planned, output, limit)
    if planned.plan.report.has_errors:
        ctx.exit(EXIT_PROBLEMS)
    if exit_code and not planned.plan.is_empty:
        ctx.exit(EXIT_CHANGES)
