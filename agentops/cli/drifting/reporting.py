"""What drifted, on the screen."""

from typing import TYPE_CHECKING, Any

from agentops.cli.drifting import with_background
from agentops.cli.drifting.choices import only_of
from agentops.cli.folding import write_folded
from agentops.cli.output import stdout_paint, write_json, write_report
from agentops.cli.planning import Planned
from agentops.cli.showing import with_behind

if TYPE_CHECKING:
    from agentops.base.diagnostics import Report
    from agentops.cli.drifting.choices import Wish


async def report(planned: Planned, wish: "Wish") -> dict[str, Any]:
    """Show what drifted, and return it in its JSON shape."""
    from agentops.base.views.json import report_json
    from agentops.reconcile.views.drift import drift_text

    document, said = await drift_document(planned, wish), said_of_drift(planned)
    if wish.output == "json":
        write_json(document | {"diagnostics": report_json(said, planned.tree.source_line)["diagnostics"]})
    else:
        write_report(said, planned.tree.source_line)
        write_folded(drift_text(document, stdout_paint()))
    return document


async def drift_document(planned: Planned, wish: "Wish") -> dict[str, Any]:
    """Return what drifted in its JSON shape, with what lies behind it; of all objects, or of those that were named."""
    from agentops.reconcile.views.drift import drift_json, named

    document = with_behind(await with_background(planned), drift_json(planned.plan))
    only = only_of(wish.only, planned.desired)
    return named(document, only) if only else document


def said_of_drift(planned: Planned) -> "Report":
    """Return what there is to say, without what judges a plan that would be applied as a whole."""
    from agentops.base.diagnostics import Report
    from agentops.reconcile.correcting import OF_THE_WHOLE

    return Report.of(each for each in planned.report.diagnostics if each.code not in OF_THE_WHOLE)
