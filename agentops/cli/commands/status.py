"""`agentops status`: how the followed repositories stand."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agentops.base.errors import EXIT_CHANGES, UsageError
from agentops.base.names import nearest
from agentops.cli.environment import data_option, database_option
from agentops.cli.following import with_register
from agentops.cli.output import output_option, stdout_paint, stdout_width, write_json, write_lines

if TYPE_CHECKING:
    from agentops.controller.register import Register


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@database_option
@data_option
@output_option
@click.option("--exit-code", is_flag=True, help="Exit with 3 when not every repository is in sync.")
@click.pass_context
def status(
    ctx: click.Context, names: tuple[str, ...], database: str | None, data: Path, output: str, exit_code: bool
) -> None:
    """Tell how each followed repository stands: which commit is live, which is the newest, why, and what to do."""
    from agentops.controller import standing

    async def look(register: "Register") -> dict[str, Any]:
        acting = await register.acting()
        states = await register.states()
        for name in names:
            if name not in states:
                near = nearest(name, list(states))
                known = f"followed are: {', '.join(states)}" if states else "none is: docs/controller.md tells how"
                hint = f"did you mean `{near}`?" if near else known
                raise UsageError(f"no repository `{name}` is followed", hint=hint)
        chosen = {name: each for name, each in states.items() if not names or name in names}
        return standing.standing(chosen, acting, register.now())

    document = with_register(database, data, look)
    if output == "json":
        write_json(document)
    else:
        write_lines(standing.lines(document, stdout_paint(), stdout_width()))
    if exit_code and not standing.is_settled(document):
        ctx.exit(EXIT_CHANGES)
