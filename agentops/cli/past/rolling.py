"""A rollback carried out: what goes back is shown and written, then planned, then applied if somebody asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentops.base.paint import on_one_line, printable
from agentops.cli.applying import Consent, decide
from agentops.cli.history.delivering import Destination, deliver, diff, refuse_secrets
from agentops.cli.output import say, stdout_paint, write_json, write_lines
from agentops.cli.past.rollback import Found, Wish, found
from agentops.cli.planning import Asked, Planned, planned_on, wanted_in
from agentops.cli.showing import plan_document, show
from agentops.manifests.editing import Edits, rewritten
from agentops.reconcile.planner import PlanOptions
from agentops.reconcile.rolling_back import Step
from agentops.reconcile.verdicts import ABSENT


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asked for."""

    wish: Wish
    destination: Destination
    path: Path
    output: str
    applies: bool = False


async def rolled(planned: Planned, order: Order) -> bool:
    """Write the old values back, show the plan, apply it where that was asked for, and tell whether all was done."""
    back = await found(planned, order.wish, order.path)
    edits = rewritten(planned.tree, {order.wish.address: [each.edit for each in back.rollback.steps]})
    refuse_secrets(edits, "--field names the fields that are to go back; the secret in the old text is best changed")
    written = deliver(edits, order.destination, f"Roll back {order.wish.address} to {back.sentence}")
    if order.output == "text":
        _show(order, back, edits, written)
    after = await _planned_again(planned, order) if order.destination.is_in_place else None
    if after and order.applies:
        return await decide(after, Consent("Apply this plan?", is_given=False, to_plan=None), order.output)
    if order.output == "json":
        write_json(_document(order, back, edits) | {"plan": plan_document(after) if after else None})
    elif after:
        show(after, order.output)
        say(_next(after))
    return not (after and after.plan.report.has_errors)


async def _planned_again(planned: Planned, order: Order) -> Planned:
    """Return the plan of the tree as it is written now."""
    wanted = wanted_in(order.path, Asked.ALL if order.applies else Asked.ALL_BUT_SECRETS)
    return await planned_on(planned.target, planned.choice, wanted, PlanOptions())


def _next(after: Planned) -> str:
    if after.plan.is_empty:
        return "The target is like this already."
    return "Nothing on the target changed yet: `agentops apply` does that."


def _show(order: Order, back: Found, edits: Edits, written: list[str]) -> None:
    paint = stdout_paint()
    lines = [paint("bold", f"{order.wish.address} → {on_one_line(back.sentence)}"), ""]
    if not back.rollback.steps:
        lines.append("Its manifest says that already.")
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for line in diff(edits).splitlines():
        shown = printable(line)
        lines.append(paint(colours[line[0]], shown) if line[:1] in colours else shown)
    if back.rollback.left:
        lines += ["", "What does not go back:", *(f"  · {on_one_line(each)}" for each in back.rollback.left)]
    lines += ["", *written] if written else []
    write_lines([*lines, ""])


def _document(order: Order, back: Found, edits: Edits) -> dict[str, Any]:
    return {
        "format_version": 1,
        "address": str(order.wish.address),
        "to": {"version": back.version, "commit": back.commit, "told": back.sentence},
        "changes": [_step(each) for each in back.rollback.steps],
        "left": [*back.rollback.left],
        "files": sorted(edits.after),
        "diff": diff(edits),
        "is_written": bool(edits.after) and not order.destination.is_dry,
    }


def _step(step: Step) -> Mapping[str, Any]:
    """Return a place that goes back; a value that is not declared is left out."""
    values = {"before": step.before, "after": step.after}
    return {"path": [*step.path], **{key: each for key, each in values.items() if each is not ABSENT}}
