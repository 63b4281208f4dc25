"""How far an apply has come: a bar on a terminal, and a line for each step that ended wherever it goes."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from agentops.base.names import Address
from agentops.cli.output import say, stderr_paint

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.table import Column

    from agentops.reconcile.apply import Progress
    from agentops.reconcile.plan import Plan

_NAMED = 2
"""So many steps that are under way are named, the others are counted."""
_LONG_WAIT_S = 5.0
_REFRESHES_PER_S = 8


class Lines:
    """Prints a line for each step that ended: in pipes and CI, where nothing can be taken back."""

    def __init__(self, plan: "Plan") -> None:
        """Print to standard error."""
        self._paint = stderr_paint()
        self._width = max((len(str(each.address)) for each in plan.steps), default=0)

    def tell(self, progress: "Progress") -> None:
        """Tell of a step that moved on."""
        from agentops.reconcile.views.progress import progress_line

        if progress.state.value != "started":
            say(progress_line(progress, self._paint, self._width))

    async def sleep(self, seconds: float) -> None:
        """Wait before a request is tried again, and say so where that takes long."""
        if seconds >= _LONG_WAIT_S:
            say(f"  the target is busy: trying again in {seconds:.0f}s")
        await asyncio.sleep(seconds)


class Bar(Lines):
    """Shows below these lines how many steps are done, what is under way and for how long."""

    def __init__(self, plan: "Plan", bar: "RichProgress") -> None:
        """Take what draws on the terminal."""
        super().__init__(plan)
        self._bar = bar
        self._under_way: dict[Address, None] = {}
        self._waiting = 0
        self._task = bar.add_task("", total=len(plan.steps), doing="")

    def tell(self, progress: "Progress") -> None:
        """Tell of a step that moved on."""
        super().tell(progress)
        if progress.state.value == "started":
            self._under_way[progress.step.address] = None
        else:
            self._under_way.pop(progress.step.address, None)
            self._bar.advance(self._task)
        self._show()

    async def sleep(self, seconds: float) -> None:
        """Wait before a request is tried again, and show it."""
        self._waiting += 1
        self._show()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._waiting -= 1
            self._show()

    def _show(self) -> None:
        names = [str(each) for each in self._under_way]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        throttled = "the target is busy, waiting; " if self._waiting else ""
        self._bar.update(self._task, doing=throttled + ", ".join(names[:_NAMED]) + more)


@contextmanager
def progress(plan: "Plan") -> Iterator[Lines]:
    """Return what tells of a plan's steps, until they are done."""
    if not _is_live() or len(plan.steps) < _NAMED:
        yield Lines(plan)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn(" "),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[doing]}", markup=False, table_column=_one_line()),
    )
    # What is said meanwhile goes above the bar; standard output may be a pipe and is left alone.
    console = Console(stderr=True, highlight=False)
    drawn = Progress(
        *columns, console=console, transient=True, redirect_stdout=False, refresh_per_second=_REFRESHES_PER_S
    )
    with drawn as bar:
        yield Bar(plan, bar)


def _one_line() -> "Column":
    from rich.table import Column

    return Column(no_wrap=True, overflow="ellipsis", ratio=1)


def _is_live() -> bool:
    """Tell whether lines can be drawn over: on a terminal that a person looks at."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")
