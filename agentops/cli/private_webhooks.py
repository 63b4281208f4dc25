"""Which private networks `agentops serve` may deliver webhooks to: a flag, or a variable with several in it."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
Network = IPv4Network | IPv6Network

_META = "agentops.private_webhooks"


def private_webhooks_option(command: F) -> F:
    """Add the flag."""
    return click.option(
        "--allow-private-webhooks",
        metavar="CIDR",
        multiple=True,
        envvar="AGENTOPS_ALLOW_PRIVATE_WEBHOOKS",
        expose_value=False,
        callback=_noted,
        help="Deliver webhooks to this private network too, such as 10.20.0.0/16; may be repeated. [default: none]",
    )(command)


def private_webhooks() -> tuple[Network, ...]:
    """Return what the flags of the running command say."""
    found: tuple[Network, ...] = click.get_current_context().meta.get(_META, ())
    return found


def _noted(ctx: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> None:
    ctx.meta[_META] = tuple(_network(each, parameter, ctx) for each in texts)


def _network(text: str, parameter: click.Parameter, ctx: click.Context) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}: write a network as 10.20.0.0/16", ctx=ctx, param=parameter) from None
