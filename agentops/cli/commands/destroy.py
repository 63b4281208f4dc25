"""`agentops destroy`: remove everything that a project owns."""

from pathlib import Path

import click

from agentops.base.errors import EXIT_PROBLEMS
from agentops.cli.applying import Consent, decide
from agentops.cli.leasing import lock_options
from agentops.cli.options import tree_argument
from agentops.cli.output import output_option
from agentops.cli.planning import Asked, target_option, with_plan
from agentops.cli.removing import cascade_option


@click.command()
@tree_argument
@target_option
@output_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--expect", metavar="PLAN", help="Remove only if the plan still is this one.")
@lock_options
@cascade_option
@click.pass_context
def destroy(
    ctx: click.Context,
    path: Path,
    target: str | None,
    output: str,
    yes: bool,
    expect: str | None,
    cascade: tuple[str, ...],
) -> None:
    """Remove every object on the target that bears this project's mark, and nothing else.

    What the API has no way to delete, as agents, is archived. All else is deleted.
    """
    from agentops.reconcile.planner import PlanOptions
    from agentops.reconcile.removal import RemovalRules

    consent = Consent("Remove all of this? It is final.", is_given=yes, to_plan=expect)
    options = PlanOptions(removal=RemovalRules(destroy=True, cascade=frozenset(cascade)))
    if not with_plan(path, target, options, lambda planned: decide(planned, consent, output), Asked.NOTHING):
        ctx.exit(EXIT_PROBLEMS)
