"""`agentops drift`: what changed on the target behind our back."""

from pathlib import Path

import click

from agentops.base.errors import EXIT_CHANGES, EXIT_PROBLEMS
from agentops.cli.output import output_option, stdout_paint, write_json, write_lines, write_report
from agentops.cli.planning import Asked, only, target_option, tree_argument, with_plan


@click.command()
@tree_argument
@target_option
@output_option
@click.option("--exit-code", is_flag=True, help="Exit with 3 when something drifted.")
@click.pass_context
def drift(ctx: click.Context, path: Path, target: str | None, output: str, exit_code: bool) -> None:
    """Show which fields somebody changed on the target since the last apply. Changes nothing."""
    from agentops.base.views.json import report_json
    from agentops.reconcile.planner import PlanOptions
    from agentops.reconcile.views.drift import drift_json, drift_text

    planned = with_plan(path, target, PlanOptions(), only, Asked.ALL_BUT_SECRETS)
    document = drift_json(planned.plan)
    if output == "json":
        write_json(document | {"diagnostics": report_json(planned.report, planned.tree.source_line)["diagnostics"]})
    else:
        write_report(planned.report, planned.tree.source_line)
        write_lines(drift_text(document, stdout_paint()))
    if planned.plan.report.has_errors and not document["steps"]:
        ctx.exit(EXIT_PROBLEMS)
    if exit_code and document["steps"]:
        ctx.exit(EXIT_CHANGES)
