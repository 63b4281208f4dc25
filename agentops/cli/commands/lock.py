"""`agentops lock`: who is applying to a target, and how to take the lease from a run that is dead."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.errors import TargetConflict, UsageError
from agentops.cli.options import tree_argument
from agentops.cli.output import output_option, say, stdout_paint, write_json, write_lines
from agentops.cli.planning import load_valid, target_option

if TYPE_CHECKING:
    from agentops.reconcile.lease import Held
    from agentops.targets.leases import Leases


@dataclass(frozen=True, slots=True)
class _Seen:
    """The lease of a tree's project on a target."""

    owner: str
    label: str
    leases: "Leases"
    held: "Held | None"
    now: datetime


@click.group(invoke_without_command=True)
@click.pass_context
def lock(ctx: click.Context) -> None:
    """Show who is applying to a target, or take the lease away from a run that is dead.

    A lease expires by itself when its holder is silent: `break` is for those who cannot wait.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(show)


@lock.command()
@tree_argument
@target_option
@output_option
def show(path: Path = Path(), target: str | None = None, output: str = "text") -> None:
    """Show who holds the lease, since when and until when."""
    _look(path, target, lambda seen: _show(seen, output))


@lock.command(name="break")
@tree_argument
@target_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def break_(path: Path, target: str | None, yes: bool) -> None:
    """Take the lease away. A run that still lives stops before its next step."""
    _look(path, target, lambda seen: _break(seen, is_sure=yes))


def _look(path: Path, flag: str | None, use: Callable[[_Seen], Awaitable[None]]) -> None:
    import asyncio
    import os

    from agentops.cli.context import chosen_target, opened
    from agentops.cli.planning import home_of
    from agentops.reconcile.lease import locks_of
    from agentops.reconcile.lowering import owner_of
    from agentops.reconcile.objects import ObjectKind
    from agentops.targets.leases import Leases

    async def run() -> None:
        tree = load_valid(path)
        async with opened(chosen_target(flag, os.environ), tree, home_of(path)) as target:
            owner = owner_of(tree)
            stores = await target.list(ObjectKind.MEMORY_STORE) or ()
            leases = Leases(target, owner, locks_of(stores, owner))
            held = await leases.holder()
            await use(_Seen(owner, target.label, leases, held, target.pages.time.now()))

    asyncio.run(run())


async def _show(seen: _Seen, output: str) -> None:
    from agentops.reconcile.views.lease import lease_json, lease_text

    if output == "json":
        write_json(lease_json(seen.owner, seen.label, seen.held, seen.now))
    else:
        write_lines(lease_text(seen.owner, seen.label, seen.held, seen.now, stdout_paint()))


async def _break(seen: _Seen, *, is_sure: bool) -> None:
    from agentops.reconcile.views.lease import lease_text

    held = seen.held
    write_lines(lease_text(seen.owner, seen.label, held, seen.now, stdout_paint()))
    if held is None:
        return
    if not is_sure:
        if not sys.stdin.isatty():
            raise UsageError("Take the lease away? Nobody is there to answer", hint="add --yes")
        if not click.confirm("Take the lease away? Two runs at once get into each other's way.", err=True):
            say("Nothing was changed.")
            return
    if not await seen.leases.take_away(held):
        raise TargetConflict("the lease is another run's by now; it was left alone", hint="look again: agentops lock")
    say("The lease is free.")
