"""How a plan is carried out from the command line: asked for, shown, interruptible."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

import agentops
from agentops.base.errors import RefusedPlan, StalePlan, UsageError
from agentops.cli.output import say, stderr_paint, write_json, write_report
from agentops.cli.planning import Planned
from agentops.cli.showing import plan_document, show

if TYPE_CHECKING:
    from agentops.base.names import Address
    from agentops.reconcile.apply import Progress
    from agentops.reconcile.values import Known

COMMIT_VARIABLE = "AGENTOPS_COMMIT"
_GIT_TIMEOUT_S = 5


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person said beforehand, and what to ask if that is not enough."""

    question: str
    is_given: bool
    """`--yes`."""

    to_plan: str | None
    """`--expect`: consent to exactly this plan."""


async def decide(planned: Planned, consent: Consent, output: str) -> bool:
    """Show the plan, see that it may be applied, carry it out, and tell whether all of it was done.

    Raises:
        RefusedPlan: the plan has errors.
        StalePlan: another plan was approved.
        UsageError: nobody is there to ask.
        Abort: Ctrl-C left steps undone.
    """
    if output == "text":
        show(planned, output)
    _check(planned, consent)
    outcome = None
    if not planned.plan.is_empty:
        if not (consent.is_given or consent.to_plan) and not _confirmed(planned, consent, output):
            say("Nothing was changed.")
            return True
        outcome = await carry_out(planned)
    if output == "json":
        write_json({"format_version": 1, "plan": plan_document(planned), "outcome": outcome})
    if outcome and outcome["is_interrupted"]:
        raise click.Abort
    return outcome is None or bool(outcome["is_complete"])


def _check(planned: Planned, consent: Consent) -> None:
    if planned.plan.report.has_errors:
        write_report(planned.report, planned.tree.source_line)
        raise RefusedPlan("the plan is blocked by what is said above; nothing was changed")
    if consent.to_plan and planned.plan.id != consent.to_plan:
        raise StalePlan(
            f"plan {consent.to_plan} was approved, but the plan is now {planned.plan.id}; nothing was changed",
            hint="the tree or the target moved: review the new plan, then apply with --expect and its id",
        )


def _confirmed(planned: Planned, consent: Consent, output: str) -> bool:
    if output == "json" or not sys.stdin.isatty():
        raise UsageError(
            f"{consent.question} Nobody is there to answer",
            hint="add --yes, or --expect with the id of a reviewed plan",
        )
    with _ended_by_ctrl_c():
        return click.confirm(f"{consent.question} (target: {planned.plan.target})", default=False, err=True)


@contextmanager
def _ended_by_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C end the wait for an answer: asyncio's handler would cancel a task that is not run before it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


async def carry_out(planned: Planned) -> dict[str, Any]:
    """Apply the plan, telling of each step, and return the outcome in its JSON shape."""
    from agentops.base.ids import RandomIds
    from agentops.reconcile.apply import Applier
    from agentops.reconcile.bodies import Stamp
    from agentops.reconcile.delivery import Delivery
    from agentops.reconcile.views.progress import outcome_json, outcome_line, progress_line

    paint = stderr_paint()
    width = max((len(str(each.address)) for each in planned.plan.steps), default=0)

    def tell(progress: "Progress") -> None:
        if progress.state.value != "started":
            say(progress_line(progress, paint, width))

    stamp = Stamp(planned.plan.owner, _commit(planned.tree.root), agentops.__version__)
    applier = Applier(planned.target, Delivery(planned.target, asyncio.sleep), stamp, RandomIds(), tell)
    say()
    with _Interruptible(applier.stop) as interruptible:
        outcome = await applier.run(planned.plan, _known(planned))
    say()
    say(outcome_line(outcome))
    return outcome_json(outcome) | {"is_interrupted": interruptible.was_interrupted and not outcome.is_complete}


def _known(planned: Planned) -> "dict[Address, Known]":
    """Return what the names of existing objects stand for."""
    from agentops.reconcile.observed import known

    return known(planned.world, planned.desired.owner)


def _commit(root: Path) -> str:
    """Return the commit that the tree stands at, or nothing outside git: then marks name the file alone.

    Whoever took the tree out of git himself says which commit it is of.
    """
    if told := os.environ.get(COMMIT_VARIABLE):
        return told
    command = ["git", "-C", str(root if root.is_dir() else root.parent), "rev-parse", "HEAD"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=_GIT_TIMEOUT_S, check=False)  # noqa: S603 - fixed words and a path
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""


class _Interruptible:
    """Turns the first Ctrl-C into `stop`; the second one is a Ctrl-C again."""

    def __init__(self, stop: Any) -> None:
        self._stop = stop
        self._loop = asyncio.get_running_loop()
        self.was_interrupted = False

    def __enter__(self) -> Self:
        self._loop.add_signal_handler(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.remove_signal_handler(signal.SIGINT)

    def _interrupt(self) -> None:
        say("interrupted: finishing what is under way; press Ctrl-C again to stop at once")
        self._loop.remove_signal_handler(signal.SIGINT)
        self.was_interrupted = True
        self._stop()
