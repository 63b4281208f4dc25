"""How a server logs: the flags, and what they set up before anything else happens."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_FORMATS = ("text", "json")
_LEVELS = ("debug", "info", "warning", "error")
_LEVEL = "agentops.log_level"


def log_options(command: F) -> F:
    """Add the flags that say how is logged; the command itself need not know."""
    return log_options_from("warning")(command)


def log_options_from(least: str) -> Callable[[F], F]:
    """Return what adds the flags to a command that logs from this level on unless told otherwise."""
    return lambda command: _with_options(command, least)


def _with_options(command: F, least: str) -> F:
    level = click.option(
        "--log-level",
        type=click.Choice(_LEVELS),
        default=least,
        show_default=True,
        expose_value=False,
        is_eager=True,
        callback=_note,
        help="What is worth a line.",
    )
    kind = click.option(
        "--log-format",
        type=click.Choice(_FORMATS),
        default="text",
        show_default=True,
        expose_value=False,
        callback=_configure,
        help="How lines look on standard error. Secrets are taken out of both.",
    )
    return kind(level(command))


def _note(context: click.Context, _option: click.Parameter, level: str) -> None:
    context.meta[_LEVEL] = level


def _configure(context: click.Context, _option: click.Parameter, kind: str) -> None:
    from agentops.base.logs import configure

    configure("json" if kind == "json" else "text", context.meta[_LEVEL])
