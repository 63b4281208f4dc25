"""`agentops test`: whether agents do what the tests beside their manifests expect."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.errors import EXIT_PROBLEMS, UsageError
from agentops.base.files import write_whole
from agentops.cli.output import output_option, stdout_paint, write_json, write_lines
from agentops.cli.planning import load_valid

if TYPE_CHECKING:
    from agentops.cli.testing.reading import Case
    from agentops.cli.testing.stage import Verdict
    from agentops.manifests.document import Tree


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True), metavar="[PATH]…")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write JUnit XML too.")
@click.option(
    "--unsafe-local-tools",
    is_flag=True,
    help="Run tools without a sandbox: what a test's script calls can then do all that you can.",
)
@output_option
@click.pass_context
def test(
    ctx: click.Context, /, paths: tuple[Path, ...], junit: Path | None, unsafe_local_tools: bool, output: str
) -> None:
    """Run the tests (*.test.yaml) that PATHs name or hold: those beside the manifests, when none is given.

    Each runs in an engine of its own, with a scripted or recorded model and a real sandbox: no key, no network. Exits
    with 1 when a test fails.
    """
    from agentops.cli.testing import gathering, report

    tree = load_valid(_project(paths))
    cases = gathering.cases(paths, tree)
    verdicts = asyncio.run(_played(cases, tree, is_text=output == "text", has_walls=not unsafe_local_tools))
    if junit:
        write_whole(junit, report.junit(verdicts).encode())
    if output == "json":
        write_json(report.as_json(verdicts))
    else:
        write_lines(["", report.summary(verdicts)])
    if any(each.failures for each in verdicts):
        ctx.exit(EXIT_PROBLEMS)


def _project(paths: Sequence[Path]) -> Path:
    """Return the one project that the paths are of."""
    from agentops.manifests.source import project_of

    found = {project_of(each) for each in paths} - {None}
    if len(found) > 1:
        raise UsageError(f"these are {len(found)} projects: {', '.join(sorted(map(str, found)))}", hint="name one")
    project = next(iter(found), None)
    here = Path.cwd()
    return project.relative_to(here) if project and project.is_relative_to(here) else project or Path()


async def _played(cases: "Sequence[Case]", tree: "Tree", *, is_text: bool, has_walls: bool) -> "list[Verdict]":
    from agentops.cli.testing import gathering, report
    from agentops.cli.testing.stage import stage

    paint = stdout_paint()
    if has_walls:
        await gathering.refuse_without_walls(cases)
    verdicts = []
    needed = {each for case in cases for each in (case.agent, case.environment)}
    async with stage(tree, needed, has_walls=has_walls) as scene:
        for case in cases:
            verdicts.append(await scene.play(case))
            if is_text:
                write_lines([report.line(verdicts[-1], paint), *report.explanations(verdicts[-1], paint)])
    return verdicts
