"""`agentops controller`: follow git repositories, and answer what they wait for."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.errors import EXIT_CHANGES, EXIT_PROBLEMS, UsageError
from agentops.base.paint import printable
from agentops.cli.environment import data_option, database_option
from agentops.cli.following import setting_of, with_register
from agentops.cli.logs import log_options_from
from agentops.cli.output import output_option, say, stdout_paint, stdout_width, write_json, write_lines

if TYPE_CHECKING:
    import socket

    from agentops.controller.controller import Controller
    from agentops.controller.register import Register
    from agentops.controller.running import Setting
    from agentops.controller.state import State

_COMMIT = click.argument("commit")


@click.group(invoke_without_command=True, subcommand_metavar="[accept|approve|forget] …")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="The operator's file: what to follow.")
@click.option("--once", is_flag=True, help="Look at each repository once; exit with 0, 1 or 3.")
@click.option("--listen", metavar="HOST:PORT", help="Take push webhooks here: POST /v1/x-agentops/pushes/NAME.")
@database_option
@data_option
@output_option
@log_options_from("info")
@click.pass_context
def controller(
    ctx: click.Context,
    config: Path | None,
    once: bool,
    listen: str | None,
    database: str | None,
    data: Path,
    output: str,
) -> None:
    """Follow git repositories: what is merged there is what runs, within what the operator's file allows.

    Runs until it is stopped. Several controllers on one --database are one: one acts, another takes over when it dies.
    With --once it exits with 0 when everything is in sync, 3 when something waits, is out of sync or has drifted,
    1 when something was refused or failed. `agentops status` tells how each repository stands.
    """
    if ctx.invoked_subcommand is not None:
        return
    if config is None:
        raise UsageError("say what to follow: --config FILE", hint="docs/controller.md has a file to begin with")
    setting = setting_of(config, database, data)
    if once:
        ctx.exit(asyncio.run(_once(setting, output)))
    asyncio.run(_followed(setting, _address(listen) if listen else None))


@controller.command(short_help="Take a commit though it replaces history.")
@click.argument("name")
@_COMMIT
@database_option
@data_option
def accept(name: str, commit: str, database: str | None, data: Path) -> None:
    """Take COMMIT of the repository NAME though it replaces history: the one that `agentops status` names."""

    def accepted(state: "State") -> "State":
        if len(commit) < 7 or not state.seen.startswith(commit):
            hint = f"its newest commit is {state.seen}" if state.seen else "nothing of it was seen yet"
            raise UsageError(f"{printable(commit)} is not what {name} waits with", hint=hint)
        return replace(state, accepted=state.seen)

    _change(name, database, data, accepted)
    say(f"{name}: {commit[:12]} is taken, whatever history says. `agentops status {name}` tells what comes of it.")


@controller.command(short_help="Let a plan that waits be applied.")
@click.argument("name")
@click.argument("plan")
@database_option
@data_option
def approve(name: str, plan: str, database: str | None, data: Path) -> None:
    """Let the repository NAME apply the PLAN that it waits with, and exactly that one."""

    def approved(state: "State") -> "State":
        if not plan or state.plan_id != plan:
            hint = f"it waits with {state.plan_id}: look at that one first" if state.plan_id else "it waits with none"
            raise UsageError(f"{name} does not wait with plan {printable(plan)}", hint=hint)
        return replace(state, approved=plan)

    _change(name, database, data, approved)
    say(f"{name}: plan {plan} may be applied. `agentops status {name}` tells what comes of it.")


@controller.command(short_help="Forget a repository that is followed no more.")
@click.argument("name")
@database_option
@data_option
def forget(name: str, database: str | None, data: Path) -> None:
    """Forget the repository NAME, which is followed no more: what runs stays, and `agentops status` omits it."""

    async def forgotten(register: "Register") -> None:
        await _followed_one(register, name)
        await register.forget(name)

    with_register(database, data, forgotten)
    say(f"{name} is forgotten. If a controller still follows it, it begins as if it had never been seen.")


async def _followed_one(register: "Register", name: str) -> None:
    if name not in await register.states():
        raise UsageError(f"no repository `{printable(name)}` is followed", hint="`agentops status` lists them")


def _change(name: str, database: str | None, data: Path, change: "Callable[[State], State]") -> None:
    async def changed(register: "Register") -> None:
        await _followed_one(register, name)
        await register.change(name, lambda state: replace(change(state), poked_at=register.now()))

    with_register(database, data, changed)


async def _once(setting: "Setting", output: str) -> int:
    from agentops.base.clock import SystemClock
    from agentops.controller import standing
    from agentops.controller.running import opened
    from agentops.controller.state import Phase

    clock = SystemClock()
    async with opened(setting, clock) as found:
        states = await found.once()
    if states is None:
        hint = "`agentops status` tells which; it stops at Ctrl-C, and others take over within seconds"
        raise UsageError("another controller acts on this database", hint=hint)
    document = standing.standing({each.name: each for each in states}, "this one, once", clock.now())
    if output == "json":
        write_json(document)
    else:
        write_lines(standing.lines(document, stdout_paint(), stdout_width()))
    if any(each.phase in {Phase.REFUSED, Phase.FAILED} or each.asides for each in states):
        return EXIT_PROBLEMS
    return 0 if standing.is_settled(document) else EXIT_CHANGES


async def _followed(setting: "Setting", address: tuple[str, int] | None) -> None:
    from agentops.base.clock import SystemClock
    from agentops.controller.running import opened
    from agentops.engine.listener import bound

    try:
        door = bound(*address) if address else None
    except UsageError as error:
        raise UsageError(error.message, hint="name another --listen, or stop what uses this one") from None
    async with opened(setting, SystemClock()) as found:
        task = asyncio.create_task(found.run())
        listening = asyncio.create_task(_listened(setting, found, door)) if door else None
        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, task.cancel)
        names = ", ".join(each.name for each in found.followers)
        say(f"agentops controller follows {names} (Ctrl-C stops it). `agentops status` tells how they stand.")
        await asyncio.wait([task])
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        if not task.cancelled():
            task.result()


async def _listened(setting: "Setting", found: "Controller", door: "socket.socket") -> None:
    """Take push webhooks until cancelled."""
    import uvicorn

    from agentops.controller.doors import Doors
    from agentops.engine.listener import configured

    repositories = {each.name: each for each in setting.config.repositories}
    host, port = door.getsockname()[:2]
    say(f"push webhooks are taken at {host}:{port}")
    server = uvicorn.Server(configured(Doors(repositories, setting.secrets, found.push)))
    # Signals are the controller's.
    await server._serve([door])  # noqa: SLF001 - `serve` without its own signal handlers


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise UsageError(f"--listen {text}: not an address", hint="write HOST:PORT, for example 127.0.0.1:8701")
    return host.strip("[]"), int(port)
