"""One round of a watch: the tree read, planned for the target, and applied where that may be; told as values."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from agentops.base.errors import AgentopsError, InvalidManifests
from agentops.base.threads import in_thread
from agentops.cli.applying import carry_out
from agentops.cli.context import EMBEDDED, chosen_target, opened
from agentops.cli.planning import Asked, Planned, home_of, planned_on, wanted_of
from agentops.cli.watching.leave import is_marked, objections
from agentops.manifests.document import Tree
from agentops.manifests.load import load
from agentops.reconcile.planner import PlanOptions


@dataclass(frozen=True, slots=True)
class Broken:
    """The tree has errors."""

    tree: Tree
    error: InvalidManifests


@dataclass(frozen=True, slots=True)
class Failed:
    """The target could not be asked, or not be written to."""

    error: AgentopsError


@dataclass(frozen=True, slots=True)
class Fresh:
    """A plan, and why it waits for a person; nothing where it was applied, is empty, or nobody asked for that."""

    planned: Planned
    objections: tuple[str, ...]
    applies: bool
    """Whether it is about to be applied."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A plan was carried out."""

    planned: Planned
    is_complete: bool
    was_interrupted: bool


Told = Broken | Failed | Fresh | Applied
Tell = Callable[[Told], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is watched for which target."""

    path: Path
    target: str | None = None
    applies_embedded: bool = False
    """`--apply`: the engine inside this process is nobody else's, and is marked by hand."""


class Rounds:
    """Makes rounds, one at a time, and remembers what was told."""

    def __init__(self, wish: Wish, tell: Tell, caches: Path | None, written: Callable[[], None] = lambda: None) -> None:
        """Take what is watched, who is told, where caches are, and what to do after each apply, however it ended."""
        self.is_writing = False
        """Whether something is being applied: nothing may end that but itself."""

        self.was_interrupted = False
        self.tree: Tree | None = None
        self._wish = wish
        self._tell = tell
        self._caches = caches
        self._written = written
        # One thread: a tree is never read twice at a time, though whoever wanted the first one has gone.
        self._reader = ThreadPoolExecutor(1)
        self._last: object = None

    def close(self) -> None:
        """End the thread that reads."""
        self._reader.shutdown(cancel_futures=True)

    async def make(self, *, is_look: bool = False) -> None:
        """Read, plan, tell, apply; a mere look is told only if it sees something else than the last round."""
        try:
            await self._make(is_look=is_look)
        except InvalidManifests as error:
            assert self.tree
            self._say(Broken(self.tree, error), [each.message for each in error.report.diagnostics], is_look=is_look)
        except AgentopsError as error:
            self._say(Failed(error), str(error), is_look=is_look)

    async def _make(self, *, is_look: bool) -> None:
        self.tree = tree = await in_thread(load, self._wish.path, self._caches, executor=self._reader)
        if tree.report.has_errors:
            raise InvalidManifests(tree.report, tree.source_line)
        choice = chosen_target(self._wish.target, os.environ)
        may_apply = is_marked(tree, choice.name) or (self._wish.applies_embedded and choice.name == EMBEDDED)
        wanted = await in_thread(
            wanted_of, tree, Asked.ALL if may_apply else Asked.ALL_BUT_SECRETS, executor=self._reader
        )
        async with opened(choice, tree, home_of(self._wish.path)) as target:
            planned = await planned_on(target, choice, wanted, PlanOptions())
            against = tuple(objections(planned.plan)) if may_apply and not planned.plan.is_empty else ()
            applies = may_apply and not against and not planned.plan.is_empty
            report = [each.message for each in planned.report.diagnostics]
            self._say(Fresh(planned, against, applies), [planned.plan.id, report], is_look=is_look)
            if applies:
                await self._apply(planned)

    async def _apply(self, planned: Planned) -> None:
        self.is_writing = True
        try:
            outcome = await carry_out(planned)
        finally:
            self.is_writing = False
            self._written()
        self.was_interrupted = bool(outcome["is_interrupted"])
        self._last = None  # the next look tells how it stands now
        self._tell(Applied(planned, bool(outcome["is_complete"]), self.was_interrupted))

    def _say(self, told: Told, essence: object, *, is_look: bool) -> None:
        if is_look and essence == self._last:
            return
        self._last = essence
        self._tell(told)


async def ended(task: "asyncio.Task[None] | None", rounds: Rounds) -> None:
    """Return when a round is over: at once, for a newer one takes its place, unless it is writing."""
    if task is None:
        return
    if not rounds.is_writing:
        task.cancel()
    await asyncio.wait([task])
    if not task.cancelled() and (error := task.exception()):
        raise error
