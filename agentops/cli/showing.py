"""A plan on the screen: JSON, or text with what there is to say about it on standard error."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from agentops.base.clock import SystemClock
from agentops.base.paint import printable
from agentops.cli.folding import write_folded
from agentops.cli.output import say, stdout_paint, write_json, write_lines, write_report

if TYPE_CHECKING:
    from agentops.base.diagnostics import Report
    from agentops.manifests.document import Tree
    from agentops.reconcile.plan import Plan


class Shown(Protocol):
    """A plan with the tree that it was made of."""

    @property
    def tree(self) -> "Tree":
        """Return the tree."""

    @property
    def plan(self) -> "Plan":
        """Return the plan."""

    @property
    def report(self) -> "Report":
        """Return what there is to say about both."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What the reader of a plan has to know first, where it is not of the tree on disk for a target."""

    sentence: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)
    """The same for programs: fields beside the plan's."""


def show(planned: Shown, output: str, limit: int | None = None, remark: Remark = Remark()) -> None:
    """Print the plan; of Markdown at most so many characters."""
    from agentops.reconcile.views.text import plan_text

    if output == "json":
        write_json({**plan_document(planned), **remark.document})
        return
    if output == "markdown":
        write_lines(_markdown(planned, limit, remark).splitlines())
        return
    write_report(planned.report, planned.tree.source_line)
    if remark.sentence:
        say(printable(remark.sentence))
    write_folded(plan_text(_shape(planned), stdout_paint()))


def _markdown(planned: Shown, limit: int | None, remark: Remark) -> str:
    from agentops.reconcile.views.markdown import LIMIT, About, plan_markdown

    how = "" if remark.sentence else f"To apply exactly this: `agentops apply --expect {planned.plan.id}`"
    about = About(how_to_apply=how)
    return plan_markdown(plan_document(planned), about, limit or LIMIT)


def plan_document(planned: Shown) -> dict[str, Any]:
    """Return the plan's JSON shape with the diagnostics of tree and plan."""
    from agentops.base.views.json import report_json

    found = report_json(planned.report, planned.tree.source_line)
    return _shape(planned) | {"diagnostics": found["diagnostics"]}


def _shape(planned: Shown) -> dict[str, Any]:
    """Return the plan's JSON shape, with what lies behind what others changed, where that was looked up."""
    from agentops.reconcile.views.json import plan_json

    return with_behind(planned, plan_json(planned.plan))


def with_behind(planned: Shown, document: dict[str, Any]) -> dict[str, Any]:
    """Return a plan's or a drift's JSON shape with what lies behind what others changed."""
    found = getattr(planned, "background", None)
    if found is None:
        return document
    from agentops.reconcile.backgrounds import explained

    return explained(document, found, SystemClock().now())
