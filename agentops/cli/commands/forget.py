"""`agentops forget`: stop managing an object, and leave it alive."""

from pathlib import Path

import click

from agentops.base.errors import EXIT_PROBLEMS, UsageError
from agentops.cli.applying import Consent, decide
from agentops.cli.leasing import lock_options
from agentops.cli.output import output_option
from agentops.cli.planning import Asked, target_option, with_plan
from agentops.cli.removing import addresses


@click.command()
@click.argument("names", nargs=-1, metavar="[ADDRESS]...")
@click.option("--id", "ids", multiple=True, metavar="ID", help="This one object, where two bear one name.")
@click.option("--path", type=click.Path(path_type=Path), default=Path(), help="The tree. Default: this folder.")
@target_option
@output_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--expect", metavar="PLAN", help="Do it only if the plan still is this one.")
@lock_options
@click.pass_context
def forget(
    ctx: click.Context,
    names: tuple[str, ...],
    ids: tuple[str, ...],
    path: Path,
    target: str | None,
    output: str,
    yes: bool,
    expect: str | None,
) -> None:
    """Take our marks off objects that no manifest declares any more. They stay as they are, and nobody manages them.

    What a retirement had paused runs again. `removed:` in the Project does the same on every target.
    """
    from agentops.reconcile.options import Forgetting, PlanOptions

    if not (names or ids):
        raise UsageError("nothing is named", hint="name addresses (Agent/reviewer), or single objects: --id agent_01…")
    options = PlanOptions(forget=Forgetting(addresses(names, "forget"), frozenset(ids)))
    consent = Consent("Let go of these?", is_given=yes, to_plan=expect)
    if not with_plan(path, target, options, lambda planned: decide(planned, consent, output), Asked.ALL_BUT_SECRETS):
        ctx.exit(EXIT_PROBLEMS)
