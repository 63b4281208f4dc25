"""`agentops rollback`: an old version written back into the manifests, and what applying that would do."""

from pathlib import Path

import click

from agentops.base.errors import EXIT_PROBLEMS, UsageError
from agentops.base.names import Address
from agentops.cli.output import output_option
from agentops.cli.planning import Asked, Meeting, home_of, target_option, wanted_in, with_plan_of


@click.command()
@click.argument("address", metavar="ADDRESS")
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--to", metavar="VERSION|COMMIT", help="What to go back to.  [default: the last one before what is live]")
@click.option("--field", "fields", multiple=True, metavar="FIELD", help="Bring only this field back: `system`.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--branch", metavar="NAME", help="Commit it on a new branch; nothing here changes.")
@click.option("--patch", type=click.Path(path_type=Path, dir_okay=False), help="Write it to a patch file instead.")
@click.option("--apply", "applies", is_flag=True, help="Then ask, and apply the plan of the whole tree.")
@target_option
@output_option
@click.pass_context
def rollback(
    ctx: click.Context,
    address: str,
    path: Path,
    to: str | None,
    fields: tuple[str, ...],
    dry_run: bool,
    branch: str | None,
    patch: Path | None,
    applies: bool,
    target: str | None,
    output: str,
) -> None:
    """Write what ADDRESS was before back into its manifest, comments kept, and show the plan.

    Agents and teams go back to a version that the target keeps, everything else to a commit. The target changes with
    the next `apply`, not by this.
    """
    from agentops.cli.history.delivering import Destination
    from agentops.cli.past.rollback import Wish
    from agentops.cli.past.rolling import Order, rolled
    from agentops.reconcile.planner import PlanOptions

    found = Address.parse(address)
    if found is None:
        raise UsageError(f"{address} is not an address", hint="write Kind/name, for example Agent/reviewer")
    if bool(branch) + bool(patch) + dry_run + applies > 1:
        raise UsageError("--dry-run, --branch, --patch and --apply exclude each other", hint="choose one of them")
    order = Order(Wish(found, to, fields), Destination(branch, patch, is_dry=dry_run), path, output, applies=applies)
    wanted = wanted_in(path, Asked.ALL if applies else Asked.ALL_BUT_SECRETS)
    meeting = Meeting(target, home_of(path))
    if not with_plan_of(wanted, meeting, PlanOptions(), lambda planned: rolled(planned, order)):
        ctx.exit(EXIT_PROBLEMS)
