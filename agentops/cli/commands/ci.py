"""`agentops ci`: what pipelines do, in GitHub Actions and GitLab CI."""

import asyncio
import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from agentops.cli.ci.pipeline import Pipeline

F = TypeVar("F", bound=Callable[..., Any])

_RESULTS = Path(".agentops") / "ci"


@click.group()
def ci() -> None:
    """Validate, plan, comment and apply in a pipeline: GitHub Actions, or GitLab CI.

    Each reads what the pipeline says of itself in its variables. docs/ci.md shows whole pipelines.
    """


def _in_pipeline(function: F) -> F:
    """Give the command the run that it is part of, and exit with what it returns."""

    @wraps(function)
    def command(*args: Any, **options: Any) -> None:
        from agentops.cli.ci.log import muted
        from agentops.cli.ci.pipeline import pipeline

        run = replace(pipeline(os.environ), mute=secrets.token_hex(16))
        with muted(run):
            status = function(run, *args, **options)
        click.get_current_context().exit(status)

    return command  # type: ignore[return-value]  # the run is no parameter of the command line


_path = click.argument("path", default=".")
_target = click.option("--target", metavar="NAME", default="", help="A target of the Project.")
_folder = click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    default=_RESULTS,
    show_default=True,
    help="The folder for the files that the next job wants.",
)
_more = click.argument("options", nargs=-1, type=click.UNPROCESSED)


@ci.command(short_help="Check the manifests, and show problems at their lines.")
@_path
@click.option("--base", metavar="COMMIT", default="", help="What the pull request goes onto: its files come first.")
@click.option("--sarif", type=click.Path(path_type=Path, dir_okay=False), help="Write all of it for code scanning.")
@_in_pipeline
def validate(run: "Pipeline", path: str, base: str, sarif: Path | None) -> int:
    """Check the manifests, and show problems at their lines of the pull request."""
    from agentops.cli.ci.validating import validate as validated

    return validated(run, path, base, sarif)


@ci.command(context_settings={"ignore_unknown_options": True}, short_help="Plan, and show it where reviewers look.")
@_path
@_target
@_folder
@click.option("--offline", is_flag=True, help="Compare with the manifests of the base: no target, no secret.")
@click.option("--base", metavar="COMMIT", default="", help="What it is compared with. Default: the pull request's.")
@click.option("--comment/--no-comment", default=True, help="Show the plan in one comment on the pull request.")
@_more
@_in_pipeline
def plan(run: "Pipeline", path: str, target: str, results: Path, **rest: Any) -> int:
    """Plan, and show it: in the log, on the page of the run, in one comment. OPTIONS are those of `agentops plan`.

    A pull request from a fork is planned offline, and not commented: its job has no secret and may write nothing.
    Exits with 1 when the plan is blocked, and with 0 whether or not there is something to do.
    """
    from agentops.cli.ci.commenting import comment_plan, helpfully
    from agentops.cli.ci.running import ran
    from agentops.cli.ci.telling import tell

    is_offline = rest["offline"] or run.is_fork
    base = rest["base"] or run.base or "HEAD"
    where = ["--offline"] if is_offline else ["--target", target] if target else []
    where += ["--base", base] if is_offline or base != "HEAD" else []
    found = ran("plan", path, *where, *rest["options"])
    status = tell(run, found, results, is_offline=is_offline)
    if rest["comment"] and run.number is not None and not is_offline and "error" not in found.document:
        asyncio.run(helpfully(run, lambda: comment_plan(run, found.document)))
    return status


@ci.command(short_help="Show the plan of a fork's run in a comment.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_in_pipeline
def comment(run: "Pipeline", file: Path) -> int:
    """Show a plan that the run of a fork left in FILE, in a comment on its pull request.

    The file is somebody's data: it is held against the schema of plans, and approves nothing.
    """
    from agentops.cli.ci.commenting import comment_foreign, helpfully

    asyncio.run(helpfully(run, lambda: comment_foreign(run, file)))
    return 0


@ci.command(context_settings={"ignore_unknown_options": True})
@_path
@_target
@click.option(
    "--expect", metavar="PLAN", default="", help="The approved plan. Default: the one that the comment shows."
)
@_more
@_in_pipeline
def apply(run: "Pipeline", path: str, target: str, expect: str, options: tuple[str, ...]) -> int:
    """Apply exactly the plan that the merged pull request showed. OPTIONS are those of `agentops plan`, as there.

    Exits with 4, and shows the plan as it is now, when that is another one.
    """
    from agentops.cli.ci.applying import apply_approved

    where = ["--target", target] if target else []
    return asyncio.run(apply_approved(run, [path, *where, *options], expect))


@ci.command(short_help="Keep one issue about what changed on the target.")
@_path
@_target
@_in_pipeline
def drift(run: "Pipeline", path: str, target: str) -> int:
    """Keep one issue about what changed on the target: opened, kept up to date, closed when all is well again."""
    from agentops.cli.ci.drifting import report

    return asyncio.run(report(run, path, target))
