"""`agentops validate`: whether the manifests are right; needs no server."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agentops.base.diagnostics import Report
from agentops.base.errors import EXIT_PROBLEMS
from agentops.base.wording import counted
from agentops.cli.context import cache_folder
from agentops.cli.options import tree_argument
from agentops.cli.output import stdout_paint, write_json, write_lines

if TYPE_CHECKING:
    from agentops.manifests.document import Tree

_FORMATS = ("text", "json", "github", "sarif")


@click.command()
@tree_argument
@click.option(
    "-o",
    "--output",
    "--format",
    "output",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="How to say it: for people, programs, GitHub annotations, or code scanning.",
)
@click.pass_context
def validate(ctx: click.Context, path: Path, output: str) -> None:
    """Check the manifests in PATH. Finds every problem in one run; exits with 1 when there is an error."""
    from agentops.base.views.json import report_json

    tree = _loaded(path)
    document = report_json(tree.report, tree.source_line)
    document["checked"] = {"documents": len(tree.documents), "files": tree.files}
    _VIEWS[output](document, tree)
    if tree.report.has_errors:
        ctx.exit(EXIT_PROBLEMS)


def _loaded(path: Path) -> "Tree":
    """Return the tree; of a file of a project, the project's, as far as it is about this file."""
    from agentops.manifests.load import load
    from agentops.manifests.source import project_of

    project = project_of(path) if path.is_file() else None
    if project is None:
        return load(path, cache_folder(os.environ))
    tree = load(project, cache_folder(os.environ))
    shown = next((each for each in tree.texts if Path(each).samefile(path)), str(path))
    about = (each for each in tree.report.diagnostics if each.span is None or each.span.file == shown)
    documents = tuple(each for each in tree.documents if each.file == shown)
    return replace(tree, report=Report.of(about), documents=documents, files=1)


def _text(document: dict[str, Any], tree: "Tree") -> None:
    paint = stdout_paint()
    if document["diagnostics"]:
        from agentops.base.views.text import report_text

        write_lines([report_text(document, colour=paint.is_on)])
    else:
        write_lines(
            [f"{paint('green', 'ok')}: {counted(len(tree.documents), 'document')} in {counted(tree.files, 'file')}"]
        )


def _github(document: dict[str, Any], _tree: "Tree") -> None:
    from agentops.base.views.github import SHOWN, report_github
    from agentops.base.views.text import report_text

    if len(document["diagnostics"]) > SHOWN:
        write_lines([report_text(document)])
    if document["diagnostics"]:
        write_lines([report_github(document)])


def _sarif(document: dict[str, Any], _tree: "Tree") -> None:
    from agentops.base.views.sarif import report_sarif

    write_json(report_sarif(document))


def _json(document: dict[str, Any], _tree: "Tree") -> None:
    write_json(document)


_VIEWS: dict[str, Callable[[dict[str, Any], "Tree"], None]] = {
    "text": _text,
    "json": _json,
    "github": _github,
    "sarif": _sarif,
}
