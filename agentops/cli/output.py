"""How results reach people and programs: text or JSON on standard output, everything else on standard error."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from typing import IO, Any, TypeVar

import click

from agentops.base.diagnostics import Report, SourceLine
from agentops.base.paint import Paint
from agentops.cli.letters import has_all_letters

_PIPE_WIDTH = 160

F = TypeVar("F", bound=Callable[..., Any])


def output_option(function: F) -> F:
    """Add `-o text|json` to a command."""
    choice = click.Choice(["text", "json"])
    return click.option("-o", "--output", type=choice, default="text", show_default=True, help="What to print.")(
        function
    )


def stdout_paint() -> Paint:
    """Return colours for standard output, if it is a terminal that wants them."""
    return Paint(_wants_colour(sys.stdout))


def stdout_width() -> int:
    """Return how long a line on standard output may be: a pipe's may be longer than what a terminal shows at once.

    Units: characters.
    """
    return shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns


def stderr_paint() -> Paint:
    """Return colours for standard error, if it is a terminal that wants them."""
    return Paint(_wants_colour(sys.stderr))


def write_json(value: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(value, ensure_ascii=not has_all_letters(sys.stdout), indent=2), flush=True)


def write_lines(lines: Iterable[str]) -> None:
    """Print lines of text, at once: where both streams go to one log, what is said later must not overtake them."""
    for line in lines:
        print(line)
    sys.stdout.flush()


def say(text: str = "") -> None:
    """Print progress or a hint, on standard error."""
    print(text, file=sys.stderr, flush=True)


def write_report(report: Report, source_line: SourceLine) -> None:
    """Print diagnostics on standard error."""
    if report.diagnostics:
        from agentops.base.views.json import report_json
        from agentops.base.views.text import report_text

        say(report_text(report_json(report, source_line), colour=_wants_colour(sys.stderr)))


def _wants_colour(stream: IO[str]) -> bool:
    """Tell whether to colour. Source: no-color.org; FORCE_COLOR and TERM=dumb as other tools read them."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
