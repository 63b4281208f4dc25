"""How long `agentops serve` keeps what is over: a flag or a variable for each kind of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from agentops.engine.core.retention import Retention

F = TypeVar("F", bound=Callable[..., Any])

_META = "agentops.keep"

_KINDS = {
    "sessions": "Archived and terminated sessions, with their events and files.",
    "deployment-runs": "Records of deployments' runs.",
    "deliveries": "The log of webhook deliveries.",
    "dream-operations": "What ended dreams proposed, line by line.",
}


def keeping_options(command: F) -> F:
    """Add the flags."""
    for kind, said in reversed(_KINDS.items()):
        command = click.option(
            f"--keep-{kind}",
            metavar="DAYS",
            type=click.IntRange(1, 36_500),
            envvar=f"AGENTOPS_KEEP_{kind.replace('-', '_').upper()}",
            show_envvar=True,
            expose_value=False,
            callback=_noted,
            help=said,
        )(command)
    return command


def retention() -> "Retention":
    """Return what the flags of the running command say."""
    from agentops.engine.core.retention import Retention

    return Retention(**click.get_current_context().meta.get(_META, {}))


def _noted(ctx: click.Context, parameter: click.Parameter, days: int | None) -> None:
    if days is not None and parameter.name:
        ctx.meta.setdefault(_META, {})[parameter.name.removeprefix("keep_")] = timedelta(days=days)
