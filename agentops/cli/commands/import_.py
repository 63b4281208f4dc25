"""`agentops import`: what exists becomes manifests, and ours."""

from pathlib import Path

import click

from agentops.base.errors import EXIT_PROBLEMS, UsageError
from agentops.cli.leasing import lock_options
from agentops.cli.options import tree_argument
from agentops.cli.output import output_option
from agentops.cli.planning import target_option


@click.command("import")
@tree_argument
@click.option("--all", "everything", is_flag=True, help="Everything that nobody manages.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Everything of a kind: Agent, Environment, …")
@click.option("--id", "ids", multiple=True, metavar="ID", help="The object with this id.")
@click.option("--name", "names", multiple=True, metavar="ID=NAME", help="Call an object so, not after its own name.")
@click.option("--from-ant", type=click.Path(path_type=Path, exists=True), metavar="DIR", help="What `ant apply` made.")
@click.option("--memories", is_flag=True, help="Bring what memory stores hold as their first memories.")
@click.option("--no-bind", is_flag=True, help="Write files only; `agentops apply --adopt` takes the objects over.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@lock_options
@target_option
@output_option
@click.pass_context
def import_(
    ctx: click.Context,
    path: Path,
    everything: bool,
    kinds: tuple[str, ...],
    ids: tuple[str, ...],
    names: tuple[str, ...],
    from_ant: Path | None,
    memories: bool,
    no_bind: bool,
    dry_run: bool,
    yes: bool,
    target: str | None,
    output: str,
) -> None:
    """Write manifests for what exists on the target into the tree at PATH, and take the objects over as they are.

    The plan is empty afterwards: nothing but our marks is written on an object. What belongs to others is left alone.
    """
    from agentops.cli.importing.running import Manner, imported
    from agentops.cli.importing.wish import Wish, kind_of, names_of

    wish = Wish(everything, frozenset(map(kind_of, kinds)), ids, names_of(names), memories, binds=not no_bind)
    manner = Manner(target, output, is_agreed=yes, is_dry=dry_run)
    if from_ant is None and not wish.is_said:
        raise UsageError("nothing is asked for", hint="say --all, --kind Agent, --id ID, or --from-ant DIR")
    source = None
    if from_ant is not None:
        from agentops.cli.importing.ant.taking import Ant

        source = Ant(from_ant, wish).drafts
    if not imported(path, wish, manner, source):
        ctx.exit(EXIT_PROBLEMS)
