"""`agentops graph`: who names whom; needs no server."""

from pathlib import Path
from typing import Any

import click

from agentops.base.errors import UsageError
from agentops.cli.options import tree_argument
from agentops.cli.output import stdout_paint, write_json, write_lines
from agentops.cli.planning import Asked, load_valid, only, target_option, with_plan

_FORMATS = ("text", "dot", "mermaid", "json")


@click.command()
@tree_argument
@click.option(
    "-o",
    "--output",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="How to draw it: for people, Graphviz, Mermaid (in Markdown), or programs.",
)
@click.option("--plan", "is_planned", is_flag=True, help="Show what a plan would do to each; this reads the target.")
@target_option
def graph(path: Path, output: str, is_planned: bool, target: str | None) -> None:
    """Show which manifest in PATH names which: agents, teams, deployments, stores, rubrics."""
    if target and not is_planned:
        raise UsageError("a graph without --plan asks no target", hint="add --plan, or leave --target out")
    found = _planned(path, target) if is_planned else _graph(path)
    match output:
        case "json":
            write_json(found)
        case "dot":
            from agentops.reconcile.graph.dot import graph_dot

            write_lines(graph_dot(found))
        case "mermaid":
            from agentops.reconcile.graph.mermaid import graph_mermaid

            write_lines(graph_mermaid(found))
        case _:
            from agentops.reconcile.graph.text import graph_text

            write_lines(graph_text(found, stdout_paint()))


def _graph(path: Path) -> dict[str, Any]:
    from agentops.reconcile.graph.graph import graph_json

    return graph_json(load_valid(path))


def _planned(path: Path, target: str | None) -> dict[str, Any]:
    from agentops.reconcile.graph.graph import graph_json
    from agentops.reconcile.planner import PlanOptions
    from agentops.reconcile.views.json import plan_json

    planned = with_plan(path, target, PlanOptions(), only, Asked.ALL_BUT_SECRETS)
    return graph_json(planned.tree, plan_json(planned.plan)["steps"])
