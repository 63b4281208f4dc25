"""`agentops destroy`: remove everything that a project owns."""

from pathlib import Path

import click

from agentops.base.errors import EXIT_PROBLEMS, UsageError
from agentops.cli.applying import carry_out, confirmed
from agentops.cli.commands.apply import check
from agentops.cli.commands.plan import show
from agentops.cli.output import output_option, say, write_json
from agentops.cli.planning import Planned, target_option, tree_argument, with_plan


@click.command()
@tree_argument
@target_option
@output_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def destroy(ctx: click.Context, path: Path, target: str | None, output: str, yes: bool) -> None:
    """Remove every object on the target that bears this project's mark, and nothing else.

    Agents are archived, for the API has no way to delete them. Environments and memory stores are deleted.
    """
    from agentops.reconcile.planner import PlanOptions
    from agentops.reconcile.removal import RemovalRules

    async def use(planned: Planned) -> bool:
        if output == "text":
            show(planned, output)
        check(planned, expect=None)
        if planned.plan.is_empty:
            return True
        if output == "json" and not yes:
            raise UsageError("destroy -o json does not ask", hint="add --yes")
        if not yes and not confirmed(planned, "Remove all of this? It is final."):
            say("Nothing was changed.")
            return True
        outcome = await carry_out(planned)
        if output == "json":
            write_json(outcome)
        return bool(outcome["is_complete"])

    options = PlanOptions(removal=RemovalRules(destroy=True))
    if not with_plan(path, target, options, use, nothing=True):
        ctx.exit(EXIT_PROBLEMS)
