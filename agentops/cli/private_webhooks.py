"""Which private networks `agentops serve` may deliver webhooks to, and whose certificates it trusts there."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
Network = IPv4Network | IPv6Network

_META = "agentops.private_webhooks"
_META_CA = "agentops.webhook_ca"


def private_webhooks_option(command: F) -> F:
    """Add the flags."""
    trust = click.option(
        "--webhook-ca",
        metavar="FILE",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        envvar="AGENTOPS_WEBHOOK_CA",
        show_envvar=True,
        expose_value=False,
        callback=_trusted,
        help="Trust receivers of webhooks whose certificates come from the authorities in this PEM file too.",
    )
    networks = click.option(
        "--allow-private-webhooks",
        metavar="CIDR",
        multiple=True,
        envvar="AGENTOPS_ALLOW_PRIVATE_WEBHOOKS",
        show_envvar=True,
        expose_value=False,
        callback=_noted,
        help="Deliver webhooks to this private network too, such as 10.20.0.0/16; may be repeated. [default: none]",
    )
    return networks(trust(command))


def private_webhooks() -> tuple[Network, ...]:
    """Return what the flags of the running command say."""
    found: tuple[Network, ...] = click.get_current_context().meta.get(_META, ())
    return found


def webhook_ca() -> Path | None:
    """Return the file that the running command is to trust."""
    found: Path | None = click.get_current_context().meta.get(_META_CA)
    return found


def _trusted(ctx: click.Context, parameter: click.Parameter, file: Path | None) -> None:
    del parameter
    ctx.meta[_META_CA] = file


def _noted(ctx: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> None:
    ctx.meta[_META] = tuple(_network(each, parameter, ctx) for each in texts)


def _network(text: str, parameter: click.Parameter, ctx: click.Context) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}: write a network as 10.20.0.0/16", ctx=ctx, param=parameter) from None
