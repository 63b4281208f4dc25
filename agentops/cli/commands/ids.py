"""`agentops ids`: the live id behind each name in the manifests, for programs that call the API."""

from pathlib import Path

import click

from agentops.base.errors import PlanError, UsageError
from agentops.cli.options import tree_argument
from agentops.cli.output import say, write_json, write_lines
from agentops.cli.planning import Asked, Planned, only, target_option, with_plan

_FORMS = click.Choice(["text", "json", "env"])


@click.command()
@tree_argument
@target_option
@click.option(
    "-o",
    "--output",
    type=_FORMS,
    default="text",
    show_default=True,
    help="What to print; `env`: lines such as AGENT_REVIEWER_ID=agent_01….",
)
def ids(path: Path, target: str | None, output: str) -> None:
    """Print the live id of each object that bears this project's mark, by its name in the manifests.

    Names stay when ids do not: read them where your program starts, or write `-o env` to a file on each deploy.
    """
    from agentops.reconcile.planner import PlanOptions
    from agentops.reconcile.views.ids import clashes, ids_env, ids_json, ids_text, named

    planned = with_plan(path, target, PlanOptions(), only, Asked.ALL_BUT_SECRETS)
    found, claimed = named(planned.world, planned.desired.owner)
    if claimed:
        name, several = next(iter(claimed.items()))
        raise PlanError(
            f"{name} is claimed by {len(several)} live objects: {', '.join(several)}",
            hint="`agentops plan` tells more; archive the one that is too many",
        )
    if output == "json":
        write_json(ids_json(found))
    elif output == "text":
        write_lines(ids_text(found))
    else:
        for variable, addresses in clashes(found):
            names = " and ".join(map(str, addresses))
            raise UsageError(f"{names} would both be {variable}", hint="use -o json, or rename one of them")
        write_lines(ids_env(found))
    _tell_missing(planned, {each.address for each in found})


def _tell_missing(planned: Planned, there: set[object]) -> None:
    missing = [str(each.address) for each in planned.desired.resources if each.address not in there]
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        say(f"note: not on {planned.target.label} yet: {', '.join(missing[:5])}{more}; `agentops apply` makes them")
