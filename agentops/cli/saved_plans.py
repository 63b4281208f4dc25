"""Saved plans applied: only while they still are what was approved, or the part of them that is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import agentops
from agentops.base.errors import EXIT_DONE, EXIT_PROBLEMS, EXIT_STALE, StalePlan, UsageError
from agentops.base.wording import counted
from agentops.cli.applying import Consent, decide
from agentops.cli.comparing import compared_with, tell_moves
from agentops.cli.output import say
from agentops.cli.plan_files import read_plan
from agentops.cli.planning import Asked, Meeting, Planned, home_of, wanted_in, with_plan_of

if TYPE_CHECKING:
    from agentops.reconcile.planner import PlanOptions
    from agentops.reconcile.saving.moves import Comparison
    from agentops.reconcile.saving.shape import SavedPlan
    from agentops.targets.live import LiveTarget


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person says beside the file."""

    target: str | None
    output: str
    expected: str | None
    """`--expect`: the id that the plan in the file has to have."""

    takes_part: bool
    """`--partial-ok`: what stayed the same is applied, whatever moved."""


def apply_saved(file: Path, wish: Wish, options: "PlanOptions") -> int:
    """Apply the plan that a file holds if it still is the same, and return the exit code.

    Raises:
        UsageError: the file is no plan, or options were given that it has to hold itself.
        StalePlan: it is for another target or owner, or something moved.
    """
    from agentops.reconcile.planner import PlanOptions
    from agentops.reconcile.saving.options import restored, saved

    if saved(options):
        raise UsageError(
            f"{file} holds the options that it was made with; others would make another plan",
            hint="leave the options out, or plan again with them",
        )
    read = read_plan(file)
    if wish.expected not in {None, read.plan_id}:
        raise StalePlan(
            f"{file} holds plan {read.plan_id}, not {wish.expected}", hint="look for the file that was approved"
        )
    if wish.target not in {None, read.target.name}:
        raise StalePlan(
            f"{file} is a plan for {read.target.label}, not for {wish.target}", hint="leave --target out, or plan again"
        )
    path = Path(read.tree.path)
    if not path.exists():
        raise UsageError(f"{file} is a plan of the tree {path}, which is not here", hint="run it where it was made")
    allowed: PlanOptions = restored(read.options, options, str(file))
    asked = Asked.NOTHING if allowed.removal.destroy else Asked.ALL
    wanted = wanted_in(path, asked)
    _check_owner(file, read, wanted.desired.owner)
    meeting = Meeting(read.target.name or None, home_of(path), partial(_check_target, file, read))
    return with_plan_of(wanted, meeting, allowed, _Application(file, read, wish, allowed).run)


def _check_owner(file: Path, read: "SavedPlan", owner: str) -> None:
    if read.owner != owner:
        raise StalePlan(
            f"{file} is a plan of {read.owner}, but the tree is of {owner}; nothing was changed",
            hint="plan again in this tree",
        )


def _check_target(file: Path, read: "SavedPlan", target: "LiveTarget") -> None:
    if (read.target.label, read.target.url) != (target.label, target.url):
        raise StalePlan(
            f"{file} is a plan for {read.target.label}, but this run would meet {target.label}; nothing was changed",
            hint="set ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY as when it was made, or plan again",
        )


class _Application:
    """Compares a saved plan with the same plan made now, and carries out what is left of it."""

    def __init__(self, file: Path, read: "SavedPlan", wish: Wish, options: "PlanOptions") -> None:
        self._file = file
        self._read = read
        self._wish = wish
        self._options = options
        self._has_told = False

    async def run(self, planned: Planned) -> int:
        """Return the exit code.

        Raises:
            StalePlan: something moved, and nobody said that a part is enough.
        """
        self._check_identity(planned)
        if self._read.tool_version != agentops.__version__:
            say(f"note: {self._file} was made by agentops {self._read.tool_version}; this is {agentops.__version__}")
        part = await self._part(planned)
        consent = Consent("Apply this plan?", is_given=True, to_plan=part.planned.plan.id)
        is_done = await decide(part.planned, consent, self._wish.output)
        if not is_done:
            return EXIT_PROBLEMS
        return EXIT_STALE if part.moved else EXIT_DONE

    def _check_identity(self, planned: Planned) -> None:
        found, saved = planned.target.pages.identity, self._read.target
        if (found.organization, found.workspace) != (saved.organization, saved.workspace):
            one, other = (f"{each.workspace or '?'} of {each.organization or '?'}" for each in (saved, found))
            raise StalePlan(
                f"{self._file} is a plan for workspace {one}, but the credential is of {other}; nothing was changed",
                hint="use the credential of that workspace, or plan again",
            )

    async def _part(self, planned: Planned) -> "_Part":
        comparison = await compared_with(self._read.steps, planned)
        if comparison.moved or (planned.plan.id != self._read.plan_id and not comparison.done):
            self._tell(comparison)
            if not self._wish.takes_part:
                raise self._stale(comparison)
            planned = self._narrowed(planned, comparison)
        elif comparison.done and not self._has_told:
            self._has_told = True
            done, all_of_them = len(comparison.done), len(self._read.steps)
            rest = "going on with the rest" if done < all_of_them else "nothing is left to do"
            say(f"{done} of {all_of_them} steps are in place already; {rest}")
        return _Part(replace(planned, again=partial(self._again, planned.again)), bool(comparison.moved))

    async def _again(self, again: Callable[[], Awaitable[Planned]]) -> Planned:
        return (await self._part(await again())).planned

    def _tell(self, comparison: "Comparison") -> None:
        say(f"plan {self._read.plan_id} was saved {self._read.made_at[:19].replace('T', ' ')} UTC; since then:")
        tell_moves(comparison)

    def _stale(self, comparison: "Comparison") -> StalePlan:
        moved = counted(len(comparison.moved), "thing")
        target = f" --target {self._read.target.name}" if self._read.target.name else ""
        way = "; or apply what stayed the same with --partial-ok" if comparison.same else ""
        return StalePlan(
            f"{self._file} is not the plan any more: {moved} moved; nothing was changed",
            hint=f"look at the new plan: agentops plan {self._read.tree.path}{target} --out {self._file}{way}",
        )

    def _narrowed(self, planned: Planned, comparison: "Comparison") -> Planned:
        """Return the plan with the steps that are what was approved, and need nothing that is not."""
        from agentops.base.names import Address
        from agentops.reconcile.planner import plan
        from agentops.reconcile.saving.description import of_same

        # What moved may be in conflict by now. It is left out, so its conflicts stand in nobody's way.
        moved = {Address.parse(each.address) for each in comparison.moved}
        out = {each for each in planned.desired.by_address if each in moved}
        allowed = replace(self._options, overwrite=self._options.overwrite | out)
        full = plan(planned.desired, planned.world, planned.target.label, allowed)
        steps, left_out = of_same(full, comparison.same)
        for step in left_out:
            say(f"  left out: {step.address}")
        return replace(planned, plan=replace(full, steps=steps))


@dataclass(frozen=True, slots=True)
class _Part:
    """What of a saved plan is applied."""

    planned: Planned
    moved: bool
