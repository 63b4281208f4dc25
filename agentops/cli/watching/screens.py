"""How a watch looks: plain lines in a pipe, a pane that is drawn anew on a terminal."""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, assert_never

from agentops.base.clock import Clock
from agentops.base.paint import Paint, printable
from agentops.base.views.json import report_json
from agentops.base.views.text import report_text
from agentops.cli.output import stdout_paint, write_lines
from agentops.cli.watching.rounds import Applied, Broken, Failed, Fresh, Told
from agentops.reconcile.views.json import plan_json
from agentops.reconcile.views.text import plan_text

if TYPE_CHECKING:
    from rich.live import Live

_MOST_NAMED = 3
_FRAME_LINES = 4


class Lines:
    """Prints every round below the last one."""

    def __init__(self, what: str, clock: Clock) -> None:
        """Say what is watched."""
        self._clock = clock
        self._paint = stdout_paint()
        write_lines([f"watching {printable(what)}; Ctrl-C ends it"])

    def begun(self, files: Sequence[str]) -> None:
        """Print what was saved."""
        write_lines(["", self._paint("bold", f"{self._now()} {changed(files)}")])

    def tell(self, told: Told) -> None:
        """Print what a round found."""
        write_lines(lines(told, self._paint))

    def close(self) -> None:
        """Say that it is over."""
        write_lines(["stopped watching"])

    def _now(self) -> str:
        return f"{self._clock.now():%H:%M:%S}Z"


class Pane:
    """Draws the newest round in place of the last one."""

    def __init__(self, what: str, clock: Clock) -> None:
        """Take the terminal as far down as there is something to show."""
        self._what = what
        self._clock = clock
        self._paint = stdout_paint()
        self._saved = ""
        self._body = ["planning …"]
        self._live = self._opened()

    def begun(self, files: Sequence[str]) -> None:
        """Show what was saved; the last plan stays until there is another."""
        self._saved = f"{self._clock.now():%H:%M:%S}Z {changed(files)}"
        self._draw()

    def tell(self, told: Told) -> None:
        """Show what a round found; what is applied prints below, line by line."""
        if isinstance(told, Applied):
            write_lines(lines(told, self._paint))
            self._body = [*lines(told, self._paint)]
            return
        self._body = [*lines(told, self._paint)]
        self._draw()
        if isinstance(told, Fresh) and told.applies:
            self._live.stop()

    def close(self) -> None:
        """Leave the last picture where it is."""
        self._live.stop()

    def _opened(self) -> "Live":
        from rich.live import Live

        live = Live(auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
        live.start()
        return live

    def _draw(self) -> None:
        from rich.text import Text

        if not self._live.is_started:  # something was applied since, and printed line by line
            self._live = self._opened()

        room = max(self._live.console.height - _FRAME_LINES, 1)
        shown = self._body[:room]
        hidden = len(self._body) - len(shown)
        more = [self._paint("dim", f"… {hidden} more lines: `agentops plan` shows all of it")] if hidden else []
        head = self._paint("bold", f"watching {printable(self._what)}") + self._paint("dim", "  Ctrl-C ends it")
        picture = "\n".join([head, self._paint("dim", self._saved), *shown, *more])
        self._live.update(Text.from_ansi(picture, no_wrap=True, overflow="ellipsis"), refresh=True)


def screen(what: str, clock: Clock) -> Lines | Pane:
    """Return a pane on a terminal, lines elsewhere."""
    return Pane(what, clock) if sys.stdout.isatty() else Lines(what, clock)


def lines(told: Told, paint: Paint) -> Iterator[str]:
    """Yield what a round found, line by line."""
    match told:
        case Broken(tree, error):
            yield from report_text(report_json(error.report, tree.source_line), colour=paint.is_on).splitlines()
            yield "nothing is planned until that is mended"
        case Failed(error):
            yield paint("red", "error") + f": {printable(error.message)}"
            if error.hint:
                yield f"  {printable(error.hint)}"
        case Fresh(planned, objections):
            if planned.report.diagnostics:
                found = report_json(planned.report, planned.tree.source_line)
                yield from report_text(found, colour=paint.is_on).splitlines()
            yield from plan_text(plan_json(planned.plan), paint)
            yield from _waiting(objections, paint)
        case Applied(_, is_complete):
            yield paint("green", "applied") if is_complete else paint("red", "not all of it was applied")
        case _:
            assert_never(told)


def _waiting(objections: Sequence[str], paint: Paint) -> Iterator[str]:
    if objections:
        yield paint("yellow", "Not applied: a person has to look, and run `agentops apply`.")
        yield from (f"  · {printable(each)}" for each in objections)


def changed(files: Sequence[str]) -> str:
    """Return which files were saved, the first few by name."""
    names = [printable(each.rpartition("/")[2]) for each in files]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"saved: {', '.join(names[:_MOST_NAMED])}{more}"
