"""A plan on the screen: JSON, or text with what there is to say about it on standard error."""

from typing import Any

from agentops.cli.output import stdout_paint, write_json, write_lines, write_report
from agentops.cli.planning import Planned


def show(planned: Planned, output: str, limit: int | None = None) -> None:
    """Print the plan; of Markdown at most so many characters."""
    from agentops.reconcile.views.json import plan_json
    from agentops.reconcile.views.text import plan_text

    if output == "json":
        write_json(plan_document(planned))
        return
    if output == "markdown":
        write_lines(_markdown(planned, limit).splitlines())
        return
    write_report(planned.report, planned.tree.source_line)
    write_lines(plan_text(plan_json(planned.plan), stdout_paint()))


def _markdown(planned: Planned, limit: int | None) -> str:
    from agentops.reconcile.views.markdown import LIMIT, About, plan_markdown

    about = About(how_to_apply=f"To apply exactly this: `agentops apply --expect {planned.plan.id}`")
    return plan_markdown(plan_document(planned), about, limit or LIMIT)


def plan_document(planned: Planned) -> dict[str, Any]:
    """Return the plan's JSON shape with the diagnostics of tree and plan."""
    from agentops.base.views.json import report_json
    from agentops.reconcile.views.json import plan_json

    found = report_json(planned.report, planned.tree.source_line)
    return plan_json(planned.plan) | {"diagnostics": found["diagnostics"]}
