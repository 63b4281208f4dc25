"""`agentops drift`: what changed on the target behind our back, and what becomes of it."""

from pathlib import Path

import click

from agentops.base.errors import EXIT_CHANGES, EXIT_PROBLEMS
from agentops.cli.drifting.choices import Mode, Wish, mode_option
from agentops.cli.leasing import lock_options
from agentops.cli.options import tree_argument
from agentops.cli.output import output_option
from agentops.cli.planning import Asked, Planned, target_option, with_plan


@click.command()
@tree_argument
@target_option
@output_option
@mode_option
@click.option("--only", multiple=True, metavar="ADDRESS[.FIELD]", help="Of this object, or this field of it, alone.")
@click.option("--branch", metavar="NAME", help="Adopt on a new branch; the working tree stays as it is.")
@click.option("--patch", metavar="FILE", help="Adopt as a patch, in a file or (`-`) on standard output.")
@click.option("-y", "--yes", is_flag=True, help="Correct without asking.")
@click.option("--expect", metavar="PLAN", help="Correct only if what would be done still is this (the id it printed).")
@click.option("--max-update", type=click.IntRange(min=0), metavar="N", help="Correct up to N objects.")
@click.option("--exit-code", is_flag=True, help="Exit with 3 when something drifted.")
@lock_options
@click.pass_context
def drift(
    ctx: click.Context,
    path: Path,
    target: str | None,
    output: str,
    mode: str,
    only: tuple[str, ...],
    branch: str | None,
    patch: str | None,
    yes: bool,
    expect: str | None,
    max_update: int | None,
    exit_code: bool,
) -> None:
    """Show which fields somebody changed on the target since the last apply.

    `report` changes nothing. `correct` brings them back and leaves edits that wait in the manifests alone. `adopt`
    writes the live values into the manifests, where comments and layout stay as they are.
    """
    from agentops.reconcile.planner import PlanOptions

    wish = Wish(Mode(mode), only, branch, patch, yes, expect, output, max_update)
    wish.check()
    asked = Asked.ALL if wish.mode is Mode.CORRECT else Asked.ALL_BUT_SECRETS
    status = with_plan(path, target, PlanOptions(), lambda planned: _done(planned, wish), asked)
    if status == EXIT_CHANGES and not exit_code:
        status = 0
    ctx.exit(status)


async def _done(planned: Planned, wish: Wish) -> int:
    """Do what was asked for, and return how the command ends if drift counts as something pending."""
    match wish.mode:
        case Mode.CORRECT:
            from agentops.cli.drifting.correcting import correct

            return 0 if await correct(planned, wish) else EXIT_PROBLEMS
        case Mode.ADOPT:
            from agentops.cli.drifting.adopting import adopt

            return 0 if await adopt(planned, wish) else EXIT_CHANGES
    from agentops.cli.drifting.reporting import report, said_of_drift

    document = await report(planned, wish)
    if document["steps"]:
        return EXIT_CHANGES
    return EXIT_PROBLEMS if said_of_drift(planned).has_errors else 0
