"""How results reach people and programs: text or JSON on standard output, everything else on standard error."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from typing import IO, Any, TypeVar

import click

from agentops.base.diagnostics import Report, SourceLine
from agentops.base.paint import Paint
from agentops.cli.aiming import aimed, target_of
from agentops.cli.letters import has_all_letters

STDOUT = "standard output"
_PIPE_WIDTH = 160

F = TypeVar("F", bound=Callable[..., Any])

_target: ContextVar[str] = ContextVar("target", default="")
"""What `--target` said, if anything: hints name it."""


def output_option(function: F) -> F:
    """Add `-o text|json` to a command."""
    choice = click.Choice(["text", "json"])
    return click.option("-o", "--output", type=choice, default="text", show_default=True, help="What to print.")(
        function
    )


def aim(arguments: Sequence[str]) -> None:
    """Let hints name the target that the arguments of this command name."""
    _target.set(target_of(arguments))


def stdout_paint() -> Paint:
    """Return colours for standard output, if it is a terminal that wants them."""
    return Paint(_wants_colour(sys.stdout))


def stdout_width() -> int:
    """Return how long a line on standard output may be: a pipe's may be longer than what a terminal shows at once.

    Units: characters.
    """
    import shutil

    return shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns


def stderr_paint() -> Paint:
    """Return colours for standard error, if it is a terminal that wants them."""
    return Paint(_wants_colour(sys.stderr))


class Unheard(OSError):
    """Standard output takes no more."""


def open_streams() -> None:
    """See that all three streams are there: a file that took the number of a missing one would be printed into."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is the missing one
            setattr(sys, name, open(nowhere, mode, encoding="utf-8", closefd=nowhere != number))  # noqa: SIM115 - as long as we live


def hush(stream: IO[str]) -> None:
    """Let a stream go nowhere that takes no more: what Python still flushes on leaving would fail once more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write_json(value: Any) -> None:
    """Print one JSON document."""
    write_lines([json.dumps(value, ensure_ascii=not has_all_letters(sys.stdout), indent=2)])


def write_lines(lines: Iterable[str]) -> None:
    """Print lines of text, at once: where both streams go to one log, what is said later must not overtake them."""
    try:
        for line in lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unheard(error.errno, error.strerror, STDOUT) from error


def say(text: str = "") -> None:
    """Print progress or a hint, on standard error; a log that takes no more ends nothing that is under way."""
    try:
        print(aimed(text, _target.get()), file=sys.stderr, flush=True)
    except OSError:
        hush(sys.stderr)


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
