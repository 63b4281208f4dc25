"""`agentops plan`: what would change on the target."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.errors import EXIT_CHANGES, EXIT_PROBLEMS, UsageError
from agentops.cli.drifting import with_background
from agentops.cli.options import tree_argument
from agentops.cli.past.moments import Moment, moment_options
from agentops.cli.plan_files import Output, save
from agentops.cli.planning import Planned, plan_options, target_option, with_plan
from agentops.cli.showing import Remark, Shown, show

if TYPE_CHECKING:
    from agentops.reconcile.planner import PlanOptions

_OUTPUTS = Output("text", "json", "markdown")
_WHAT = "What to print; or a file to save the plan to (it ends in .json or names a folder)."


@click.command()
@tree_argument
@target_option
@click.option("-o", "--output", type=_OUTPUTS, default="text", show_default=True, help=_WHAT)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Save the plan to a file.")
@click.option("--limit", type=click.IntRange(min=500), metavar="N", help="Print at most N characters of Markdown.")
@click.option("--exit-code", is_flag=True, help="Exit with 3 when there is something to do.")
@moment_options
@plan_options
@click.pass_context
def plan(
    ctx: click.Context,
    path: Path,
    target: str | None,
    output: str | Path,
    out: Path | None,
    limit: int | None,
    exit_code: bool,
    moment: Moment,
    options: "PlanOptions",
) -> None:
    """Show what would change on the target if the manifests in PATH were applied. Changes nothing."""
    file, output = (output, "text") if isinstance(output, Path) else (out, output)
    if file and not moment.is_now:
        raise UsageError("a plan of another moment is not saved", hint="leave --at and --offline out, or the file")
    planned, remark = _planned(path, target, moment, options)
    show(planned, output, limit, remark)
    if file and isinstance(planned, Planned):
        save(file, planned, path, options)
    if planned.plan.report.has_errors:
        ctx.exit(EXIT_PROBLEMS)
    if exit_code and not planned.plan.is_empty:
        ctx.exit(EXIT_CHANGES)


def _planned(path: Path, target: str | None, moment: Moment, options: "PlanOptions") -> tuple[Shown, Remark]:
    if moment.is_now:
        planned = with_plan(path, target, options, with_background)
        if moment.base:
            from agentops.cli.past.loosening import held_against

            planned = held_against(planned, path, moment.base)
        return planned, Remark()
    from agentops.cli.past.planning import past_plan

    past = past_plan(path, target, moment, options)
    return past.planned, Remark(past.sentence, past.document)
