"""How a plan is carried out from the command line: asked for, shown, interruptible."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

import agentops
from agentops.base.errors import RefusedPlan, StalePlan, UsageError
from agentops.base.paint import printable
from agentops.cli.leasing import Hold, leased
from agentops.cli.output import say, write_json, write_report
from agentops.cli.planning import Planned, home_of
from agentops.cli.showing import plan_document, show

if TYPE_CHECKING:
    from agentops.base.names import Address
    from agentops.reconcile.apply import Progress
    from agentops.reconcile.pacing import Pace
    from agentops.reconcile.values import Known


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
    if consent.to_plan not in {None, planned.plan.id}:
        await _name_moves(planned, str(consent.to_plan))
    _check(planned, consent, is_told=output == "text")
    outcome = None
    if not planned.plan.is_empty:
        if not (consent.is_given or consent.to_plan) and not _confirmed(planned, consent, output):
            say("Nothing was changed.")
            return True
        async with leased(planned, _accepting(consent, output)) as hold:
            planned, outcome = hold.planned, await _carried_out(hold)
    if output == "json":
        write_json({"format_version": 1, "plan": plan_document(planned), "outcome": outcome})
    if outcome and outcome["is_interrupted"]:
        raise click.Abort
    return outcome is None or bool(outcome["is_complete"])


def _tell_of_the_last(planned: Planned, home: Path) -> None:
    """Say how the last run from here ended, if it left something undone."""
    from agentops.cli.journal import last_run

    run = last_run(home, planned.plan.owner, planned.plan.target)
    if run and run.sentence:
        say(printable(run.sentence))


async def _name_moves(planned: Planned, approved: str) -> None:
    """Say what moved since a plan was approved, where it was begun from here: an id alone tells nothing."""
    from agentops.cli.comparing import compared_with, tell_moves
    from agentops.cli.journal import plan_of

    steps = plan_of(home_of(planned.tree.root), planned.plan.owner, planned.plan.target, approved)
    if steps is None:
        return
    comparison = await compared_with(steps, planned)
    say(f"plan {approved} was begun from here; {len(comparison.done)} of {len(steps)} steps are in place")
    tell_moves(comparison)


def _check(planned: Planned, consent: Consent, *, is_told: bool = False) -> None:
    if planned.plan.report.has_errors:
        if not is_told:
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
    with ended_by_ctrl_c():
        return click.confirm(f"{consent.question} (target: {planned.plan.target})", default=False, err=True)


@contextmanager
def ended_by_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C end the wait for an answer: asyncio's handler would cancel a task that is not run before it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _accepting(consent: Consent, output: str) -> Callable[[Planned], None] | None:
    """Return what is asked about another plan than the one that was shown: `--yes` takes any that has no errors."""
    if not consent.is_given or consent.to_plan:
        return None

    def accept(planned: Planned) -> None:
        if output == "text":
            show(planned, output)
        _check(planned, consent)

    return accept


async def carry_out(planned: Planned) -> dict[str, Any]:
    """Apply the plan under a lease, telling of each step, and return the outcome in its JSON shape.

    Raises:
        TargetLocked: another run holds the lease.
        StalePlan: another run changed what the plan is about, before the lease was ours.
    """
    async with leased(planned) as hold:
        return await _carried_out(hold)


async def _carried_out(hold: Hold) -> dict[str, Any]:
    from agentops.base.clock import SystemClock
    from agentops.base.ids import RandomIds
    from agentops.cli.journal import Journal
    from agentops.cli.progress import progress
    from agentops.reconcile.apply import Applier
    from agentops.reconcile.bodies import Stamp
    from agentops.reconcile.delivery import Delivery
    from agentops.reconcile.pacing import Paced
    from agentops.reconcile.saving.description import steps
    from agentops.reconcile.views.progress import outcome_json, outcome_line

    planned = hold.planned
    home = home_of(planned.tree.root)
    _tell_of_the_last(planned, home)
    stamp = Stamp(planned.plan.owner, hold.commit, agentops.__version__)
    say()
    with progress(planned.plan) as shown, Journal(home, SystemClock(), say) as journal:

        def tell(each: "Progress") -> None:
            journal.note(each)
            shown.tell(each)

        target = Paced(planned.target, await _pace(planned))
        applier = Applier(target, Delivery(target, shown.sleep), stamp, RandomIds(), tell)
        with _Interruptible(applier.stop) as interruptible:
            hold.when_lost(applier.stop)
            journal.begin(planned.plan, steps(planned.plan, planned.world))
            outcome = await applier.run(planned.plan, _known(planned))
        journal.end(outcome)
    hold.is_over = outcome.is_complete and not planned.desired.resources
    if outcome.results:
        say()
    say(outcome_line(outcome))
    return outcome_json(outcome) | {"is_interrupted": interruptible.was_interrupted and not outcome.is_complete}


async def _pace(planned: Planned) -> "Pace":
    """Return how fast the target is asked: only one that is not an engine of ours is known to count requests."""
    from agentops.reconcile.pacing import WRITES, Pace

    writes = sum(1 + len(each.memories) for each in planned.plan.steps)
    # What goes at once anyhow is not worth the question.
    is_counted = writes > WRITES.at_once and await planned.target.capabilities() is None
    return Pace(asyncio.get_running_loop().time, asyncio.sleep, say, writes=writes, is_counted=is_counted)


def _known(planned: Planned) -> "dict[Address, Known]":
    """Return what the names of existing objects stand for."""
    from agentops.reconcile.observed import known

    return known(planned.world, planned.desired.owner)


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
