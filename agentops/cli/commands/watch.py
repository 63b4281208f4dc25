"""`agentops watch`: a plan after every save."""

import os
import signal
from pathlib import Path

import click

from agentops.base.errors import UsageError
from agentops.cli.context import EMBEDDED, cache_folder, chosen_target
from agentops.cli.options import tree_argument
from agentops.cli.planning import target_option


@click.command()
@tree_argument
@click.option("--apply", "applies", is_flag=True, help="Apply on the embedded engine what nobody has to look at.")
@target_option
def watch(path: Path, applies: bool, target: str | None) -> None:
    """Check and plan the manifests in PATH whenever a file is saved, and whenever the target changes.

    Nothing is applied, unless the target says `watch: apply` in the Project: then plans are applied as they come, but
    for removals, conflicts, what others changed, and risks of high severity. Those wait for `agentops apply`.
    """
    import asyncio

    choice = chosen_target(target, os.environ)
    if applies and choice.name != EMBEDDED:
        hint = "say `watch: apply` beside the target's url in the Project"
        raise UsageError("--apply is for the engine inside this process", hint=hint)
    name = choice.name or f"the target of {choice.reason}"
    asyncio.run(_watch(path, target, f"{path if path != Path() else 'this tree'} → {name}", applies=applies))


async def _watch(path: Path, target: str | None, what: str, *, applies: bool) -> None:
    import asyncio

    from agentops.base.clock import SystemClock
    from agentops.cli.watching.rounds import Rounds, Wish
    from agentops.cli.watching.screens import screen
    from agentops.cli.watching.watch import Pace, Watch

    loop = asyncio.get_running_loop()
    shown = screen(what, SystemClock())

    def ctrl_c_stops() -> None:
        loop.add_signal_handler(signal.SIGINT, watching.stop)

    wish = Wish(path, target, applies_embedded=applies)
    # While something is applied, Ctrl-C is the apply's own.
    rounds = Rounds(wish, shown.tell, cache_folder(os.environ), written=ctrl_c_stops)
    watching = Watch(wish, rounds, Pace(), shown.begun)
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, watching.stop)
    try:
        await watching.run()
    finally:
        shown.close()
