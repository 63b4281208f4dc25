"""`agentops run`: one task for one agent, from the first message to the last."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agentops.base.errors import UsageError
from agentops.base.paint import printable
from agentops.cli.models import ModelFlags, model_options
from agentops.cli.options import iterations_option, rubric_option
from agentops.cli.output import output_option, say
from agentops.cli.planning import target_option

if TYPE_CHECKING:
    from agentops.cli.sessions.beginning import Begun, Order
    from agentops.cli.sessions.ground import Ground


@click.command()
@click.argument("agent")
@click.argument("task")
@target_option
@click.option("--environment", metavar="NAME", help="Where its tools run. Default: the only one there is.")
@click.option("--title", metavar="TEXT", help="What the session is called in lists.")
@click.option("--vault", "vaults", metavar="NAME", multiple=True, help="Credentials it may use; may be repeated.")
@click.option(
    "--memory", "memories", metavar="STORE[:ro]", multiple=True, help="A memory store to mount; may be repeated."
)
@click.option(
    "--file",
    "files",
    metavar="PATH",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A file, or a folder without what is hidden in it, to put under /mnt/session/uploads; may be repeated.",
)
@rubric_option
@iterations_option
@click.option("--budget", metavar="CENTS", type=click.IntRange(min=1), help="The most it may cost, in US cents.")
@click.option("--keep/--no-keep", default=True, help="Whether to keep the session afterwards.  [default: keep]")
@model_options
@output_option
@click.pass_context
def run(
    ctx: click.Context, /, agent: str, task: str, target: str | None, keep: bool, output: str, **options: Any
) -> None:
    """Give AGENT a TASK and show what it does until it rests.

    AGENT is a manifest's name (reviewer, Agent/reviewer, Team/incident) that was applied, or an id of the target
    (agent_…). A TASK of - is read from standard input. With --rubric the work is graded and revised until it satisfies
    that rubric of the manifests at hand.

    Calls of tools that need a confirmation are asked about at the terminal. Ctrl-C interrupts the agent and waits until
    it rests; a second one leaves it. On the embedded target the model is that of ANTHROPIC_API_KEY or
    AGENTOPS_MODEL_BASE_URL, and tools run in a sandbox on this machine.

    Exits with 0 when the agent came to its end, and satisfied the rubric if there is one; with 1 when it did not, with
    130 when it was interrupted.
    """
    from agentops.cli.rubrics.outcomes import first_event
    from agentops.cli.sessions import conducting
    from agentops.cli.sessions.beginning import Order

    model = ModelFlags(**{each: options.pop(each) for each in ModelFlags.__slots__})
    words = sys.stdin.read() if task == "-" else task
    if not words.strip():
        raise UsageError("the task is empty", hint='say what to do: agentops run reviewer "Review the last commit"')
    first = first_event(words, options.pop("rubric"), options.pop("max_iterations"))
    ctx.exit(conducting.run(_run(Order(agent, **options), first, (target, model, keep, output))))


async def _run(order: "Order", first: dict[str, Any], how: tuple[str | None, ModelFlags, bool, str]) -> int:
    from agentops.cli.rubrics.outcomes import with_files
    from agentops.cli.sessions import conducting
    from agentops.cli.sessions.beginning import begin
    from agentops.cli.sessions.ground import running_ground

    target, model, is_kept, output = how
    async with running_ground(target, model, needs_tree=True) as ground:
        begun = await begin(ground, order)
        session_id = begun.session["id"]
        if output == "text":
            say(_heading(ground, begun))
        code = await conducting.conduct(ground, session_id, [with_files(first, begun.mounted)], output, is_new=True)
        if not is_kept:
            await _forget(ground, session_id)
        return code


async def _forget(ground: "Ground", session_id: str) -> None:
    """Delete the session, unless it still runs."""
    if (await ground.sessions.read(session_id))["status"] in ("idle", "terminated"):
        await ground.sessions.delete(session_id)
    else:
        say(f"{session_id} still runs and is kept")


def _heading(ground: "Ground", begun: "Begun") -> str:
    agent = begun.session["agent"]
    who = printable(f"{agent['name']} version {agent['version']}, {agent['model']['id']}")
    return f"session {begun.session['id']} on {ground.target.label}: {who}, in {printable(begun.environment)}"
