"""The log of a job, in which GitHub looks for commands: nothing that manifests or targets say may be one.

A prompt with a line `::error::` or `::add-mask::` is a text, wherever it is printed. So commands are off but for those
that we give, by a token that nobody can know. Both streams become one: GitHub reads two in no order.
Source: GitHub Docs, "Workflow commands for GitHub Actions", "Stopping and starting workflow commands".
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from agentops.cli.ci.pipeline import Pipeline


@contextmanager
def muted(run: Pipeline) -> Iterator[None]:
    """Keep commands off until the end of the block."""
    if run.forge != "github":
        yield
        return
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(sys.stdout.fileno(), sys.stderr.fileno())
    _write(f"::stop-commands::{run.mute}")
    try:
        yield
    finally:
        _write(f"::{run.mute}::")


def command(run: Pipeline, lines: Iterable[str]) -> None:
    """Give commands, one a line."""
    _write(f"::{run.mute}::")
    for each in lines:
        _write(each)
    _write(f"::stop-commands::{run.mute}")


def _write(line: str) -> None:
    sys.stderr.flush()
    print(line, flush=True)
