"""`agentops import` from end to end: what was begun is finished first, then what is asked for is done."""

import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from agentops.base.errors import RefusedPlan, UsageError
from agentops.base.wording import counted
from agentops.cli.applying import carry_out, ended_by_ctrl_c
from agentops.cli.context import HOME, Choice, chosen_target, opened
from agentops.cli.folding import write_folded
from agentops.cli.importing import told
from agentops.cli.importing.binding import binding, difference
from agentops.cli.importing.staging import Journal, Staging
from agentops.cli.importing.wish import Wish, chosen
from agentops.cli.importing.working import Drafting, Drafts, Left, Place, looked, place_of, root_of
from agentops.cli.output import say, stdout_paint, write_json, write_report
from agentops.cli.planning import Asked, Planned, load_valid, wanted_of
from agentops.reconcile.observed import World, observe
from agentops.reconcile.planner import PlanOptions
from agentops.reconcile.resource import Desired
from agentops.reconcile.strangers import with_memories
from agentops.targets.live import LiveTarget

Source = Callable[[Place, LiveTarget], Awaitable[Drafts]]
"""Makes the drafts of what is asked for."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run goes about it."""

    target: str | None
    output: str
    is_agreed: bool
    """`--yes`."""

    is_dry: bool


def imported(path: Path, wish: Wish, manner: Manner, source: Source | None = None) -> bool:
    """Import what is wished for, and tell whether all of it was."""
    import asyncio

    (place, begun), results = entered(path, is_dry=manner.is_dry), list[bool]()

    async def run() -> None:
        choice = chosen_target(manner.target, os.environ)
        async with opened(choice, place.tree, place.root / HOME) as target:
            doing = Run(place, wish, manner, target, choice)
            results.append(await (doing.finish(begun) if begun else doing.run(source)))

    try:
        asyncio.run(run())
    finally:
        if Staging(place.root, place.root / HOME).is_begun:
            say("note: this import is not finished: the next `agentops import` goes on with it")
    return results[0]


def entered(path: Path, *, is_dry: bool = False) -> tuple[Place, Journal | None]:
    """Return where the tree is, and what an earlier run decided and did not finish; its files are there by now.

    Raises:
        UsageError: there is something to finish, and nothing may be done.
    """
    root = root_of(path)
    staging = Staging(root, root / HOME)
    begun = staging.begun()
    if begun and is_dry:
        raise UsageError("an import was interrupted and is not finished", hint="run it again without --dry-run")
    if begun:
        say(f"Finishing an import of {counted(len(begun.taken), 'object')} that was interrupted.")
        staging.place(begun.files)
    return place_of(path), begun


class Run:
    """One run against a target that is open."""

    def __init__(self, place: Place, wish: Wish, manner: Manner, target: LiveTarget, choice: Choice) -> None:
        """Take where the tree is, what is wanted of which target, and how."""
        self._place = place
        self._wish = wish
        self._manner = manner
        self._target = target
        self._choice = choice
        self._staging = Staging(place.root, place.root / HOME)

    async def run(self, source: Source | None = None) -> bool:
        """Do it, and tell whether all that was asked for was imported."""
        drafts = await (source or self._chosen)(self._place, self._target)
        is_text = self._manner.output == "text"
        if is_text:
            write_folded(told.lines(drafts, stdout_paint()))
        outcome = None
        if self._manner.is_dry:
            self._staging.check(drafts.files)
        if drafts.drafts and not self._manner.is_dry:
            if not self._is_agreed(drafts):
                say("Nothing was changed.")
                return True
            outcome = await self._do(drafts)
        if is_text and drafts.drafts and not self._manner.is_dry:
            write_folded(told.afterwards(drafts, is_bound=self._wish.binds))
        elif not is_text:
            write_json(told.document(drafts, outcome))
        return (outcome is None or bool(outcome["is_complete"])) and not _has_failed(drafts)

    async def _chosen(self, place: Place, target: LiveTarget) -> Drafts:
        world, found = await looked(place, target)
        asked, alone = chosen(self._wish, found)
        drafts = await Drafting(place, self._wish, target).drafts(world, found, asked)
        return replace(drafts, left=(*drafts.left, *(Left(each, each.reason) for each in alone)))

    def _is_agreed(self, drafts: Drafts) -> bool:
        """Ask, unless the person has answered beforehand.

        Raises:
            UsageError: nobody is there to ask.
        """
        if self._manner.is_agreed:
            return True
        marks = f" and write our marks on {counted(len(drafts.taken), 'object')}" if self._wish.binds else ""
        question = f"Write {counted(len(drafts.files), 'file')}{marks}?"
        if self._manner.output == "json" or not sys.stdin.isatty():
            raise UsageError(f"{question} Nobody is there to answer", hint="add --yes, or --dry-run to look only")
        with ended_by_ctrl_c():
            return click.confirm(f"{question} (target: {self._target.label})", default=False, err=True)

    async def _do(self, drafts: Drafts) -> dict[str, Any] | None:
        files = drafts.files
        journal = Journal(self._target.label, tuple(files), drafts.taken, self._wish.binds)
        programs = (path for each in drafts.drafts for path in each.programs)
        self._staging.prepare(files, programs, journal)
        return await self._carried_out(journal, drafts.world)

    async def finish(self, journal: Journal) -> bool:
        """Finish what an earlier run decided: what is asked for now comes after it, in a run of its own.

        Raises:
            UsageError: it was about another target.
        """
        if journal.target != self._target.label:
            raise UsageError(
                f"an import from {journal.target} was interrupted, and this is {self._target.label}",
                hint="finish that one first, with the same --target",
            )
        outcome = await self._carried_out(journal, None)
        if self._manner.output == "json":
            write_json({"format_version": 1, "target": self._target.label, "finished": True, "outcome": outcome})
        else:
            say("That import is finished. Run the command again for what you asked now.")
        return outcome is None or bool(outcome["is_complete"])

    async def _carried_out(self, journal: Journal, world: World | None) -> dict[str, Any] | None:
        self._staging.place(journal.files)
        _write_schemas(self._place)
        outcome = await self._bind(journal, world) if journal.is_bound else None
        if outcome is None or outcome["is_complete"]:
            self._staging.end()
        if outcome and outcome["is_interrupted"]:
            raise click.Abort
        return outcome

    async def _bind(self, journal: Journal, world: World | None) -> dict[str, Any] | None:
        planned = await self._planned(journal, world)
        told_of = [each for each in map(difference, planned.plan.steps) if each]
        if planned.plan.report.has_errors or told_of:
            write_report(planned.plan.report, planned.tree.source_line)
            self._staging.end()
            raise RefusedPlan(
                "; ".join(told_of[:3]) or "the objects cannot be marked",
                hint="the manifests are written; look at them with `agentops plan`",
            )
        return None if planned.plan.is_empty else await carry_out(planned)

    async def _planned(self, journal: Journal, world: World | None) -> Planned:
        wanted = wanted_of(load_valid(self._place.shown), Asked.ALL_BUT_SECRETS)
        world = world or await self._observed(wanted.desired, journal)
        plan = binding(wanted.desired, world, self._target.label, journal.taken)

        async def again() -> Planned:
            return await self._planned(journal, None)

        return Planned(wanted.tree, wanted.desired, world, plan, self._target, self._choice, again)

    async def _observed(self, desired: Desired, journal: Journal) -> World:
        world = await observe(self._target, desired, removes=True)
        return await with_memories(world, self._target, desired, PlanOptions(take=journal.taken))


def _has_failed(drafts: Drafts) -> bool:
    """Tell whether something could not be imported that could have been: not what is somebody else's."""
    return not drafts.is_whole or any(not each.found.reason for each in drafts.left)


def _write_schemas(place: Place) -> None:
    """Write the schemas that the first lines of manifests name, unless the tree keeps its own."""
    own = place.root / HOME / "schema"
    if not (place.root / "schema" / "Agent.json").is_file() and not own.is_dir():
        from agentops.manifests.jsonschema import write_schemas

        write_schemas(own)
