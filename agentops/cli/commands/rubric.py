"""`agentops rubric`: what rubrics say, what artifacts come to under them, and what graders found so far."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agentops.base.errors import EXIT_PROBLEMS
from agentops.cli.models import ModelFlags, model_options
from agentops.cli.output import output_option, stdout_paint, write_json, write_lines
from agentops.cli.planning import load_valid, target_option

if TYPE_CHECKING:
    from agentops.cli.rubrics.bench import Wish
    from agentops.cli.rubrics.judging import Judgement

_checks_only = click.option("--checks-only", is_flag=True, help="Ask no model: grade what code settles, and say so.")
_model = click.option("--model", metavar="ID", help="The model that grades. Default: the rubric's own.")
_task = click.option("--task", metavar="TEXT", help="What was asked for; a grader reads it beside the rubric.")


@click.group()
def rubric() -> None:
    """Grade artifacts, try rubrics out, and see what graders found so far.

    RUBRIC is the name of a Rubric in the manifests at hand.
    """


@rubric.command(short_help="Print the text that graders are given.")
@click.argument("name", metavar="RUBRIC")
@output_option
def show(name: str, output: str) -> None:
    """Print the text of RUBRIC as every target is sent it; -o json prints what the manifest says."""
    from agentops.cli.rubrics import finding

    found = finding.the(load_valid(Path()), name)
    if output == "json":
        said = {"name": found.name, "title": found.title, "digest": found.digest, "spec": found.document.data}
        write_json({"format_version": 1, "rubric": {**said, "text": found.text}})
    else:
        write_lines(found.text.splitlines())


@rubric.command(short_help="Grade a file or a folder without a session.")
@click.argument("name", metavar="RUBRIC")
@click.argument("path", type=click.Path(path_type=Path, exists=True), metavar="PATH")
@_task
@_checks_only
@_model
@model_options
@output_option
@click.pass_context
def grade(
    ctx: click.Context,
    /,
    name: str,
    path: Path,
    task: str | None,
    checks_only: bool,
    model: str | None,
    output: str,
    **flags: Any,
) -> None:
    """Grade PATH by RUBRIC, as if a session had left it in /mnt/session/outputs.

    A copy lies in a sandbox without a network that is thrown away; checks run there, and a model judges what they do
    not settle: that of ANTHROPIC_API_KEY or AGENTOPS_MODEL_BASE_URL. With --checks-only nothing is satisfied that
    nobody judged.

    Exits with 0 when PATH satisfies the rubric, with 1 when it does not.
    """
    from agentops.cli.rubrics import working

    found = asyncio.run(working.graded(name, path, model, _wish(flags, task, checks_only=checks_only)))
    _tell(found, output)
    if found.result != "satisfied":
        ctx.exit(EXIT_PROBLEMS)


@rubric.command(short_help="Try rubrics on the labelled artifacts beside them.")
@click.argument("names", nargs=-1, metavar="[RUBRIC]…")
@click.option("--repeats", type=click.IntRange(1, 20), default=1, show_default=True, help="How often to grade each.")
@_checks_only
@_model
@model_options
@output_option
@click.pass_context
def test(
    ctx: click.Context,
    /,
    names: tuple[str, ...],
    repeats: int,
    checks_only: bool,
    model: str | None,
    output: str,
    **flags: Any,
) -> None:
    """Try each RUBRIC, or every one that has some, on its labelled artifacts.

    They lie beside its manifest: NAME.cases/good holds files and folders that should pass, NAME.cases/bad those that
    should not. NAME.cases/cases.yaml may say more: `task: …`, and which criteria an artifact does not meet:
    `misses: {bad/no-sources: [sources]}`.

    Exits with 1 when a verdict, or a criterion that is spoken of, is another one.
    """
    from agentops.cli.rubrics import views, working

    order = working.Order(names, repeats, model, _wish(flags, None, checks_only=checks_only))
    found = asyncio.run(working.tried(order, is_text=output == "text"))
    if output == "json":
        write_json({"format_version": 1, "rubrics": [views.agreement_json(each) for each in found]})
    if not all(each.is_complete for each in found):
        ctx.exit(EXIT_PROBLEMS)


@rubric.command(short_help="Show what graders found so far.")
@click.argument("name", metavar="RUBRIC")
@click.option("--by", type=click.Choice(["agent", "model"]), help="Compare versions of agents, or models.")
@click.option("--since", metavar="WHEN", help="Begin there: 10m, 2h, 3d ago, or a date and time.")
@click.option("--session", "session_id", metavar="SESSION", help="Of this session only.")
@target_option
@output_option
def history(name: str, by: Any, since: str | None, session_id: str | None, target: str | None, output: str) -> None:
    """Show what graders found by RUBRIC on the target, newest first: an engine of ours keeps it."""
    from agentops.cli.rubrics import told, working

    found = asyncio.run(working.remembered(name, target, since, session_id))
    if output == "json":
        write_json(told.as_json(found.records, by))
    elif by:
        write_lines(told.comparison(found.records, by, found.names, stdout_paint()))
    else:
        write_lines(told.rows(found.records, found.rubric.digest, found.names, stdout_paint()))


@rubric.command(short_help="Run a rubric's checks over the outputs of a session.")
@click.argument("session_id", metavar="SESSION")
@click.option("--rubric", "name", metavar="RUBRIC", required=True, help="The rubric whose checks to run.")
@click.option("--send", is_flag=True, help="Tell the session's agent what its outputs miss.")
@click.option(
    "--unsafe-local-tools",
    is_flag=True,
    help="Run checks without a sandbox: what the outputs hold can then do all that you can.",
)
@target_option
@output_option
@click.pass_context
def check(
    ctx: click.Context,
    /,
    session_id: str,
    name: str,
    send: bool,
    unsafe_local_tools: bool,
    target: str | None,
    output: str,
) -> None:
    """Download what SESSION wrote and run the checks of a rubric over it, in a sandbox on this machine.

    For targets that do not run checks themselves: all that is asked of one is the API. With --send the criteria that
    are not met go to the agent as a message, once for the same files.

    Exits with 1 when a check is not met.
    """
    from agentops.cli.rubrics import working

    wish = _wish({"unsafe_local_tools": unsafe_local_tools}, None, checks_only=True)
    found = asyncio.run(working.checked(session_id, name, target, wish, is_sent=send))
    _tell(found, output)
    if found.missed:
        ctx.exit(EXIT_PROBLEMS)


def _wish(flags: dict[str, Any], task: str | None, *, checks_only: bool) -> "Wish":
    from agentops.cli.rubrics.bench import Wish

    return Wish(ModelFlags(**flags), task or "", checks_only)


def _tell(found: "Judgement", output: str) -> None:
    from agentops.cli.rubrics import views

    if output == "json":
        write_json({"format_version": 1, **found.as_json()})
    else:
        write_lines(views.judgement(found, stdout_paint()))
