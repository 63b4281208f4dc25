"""Commands run in this process, and what they print."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from agentops.cli.failure import run
from agentops.cli.table import cli


@dataclass(frozen=True)
class Said:
    """What a command printed."""

    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Shell:
    """Runs commands in a folder of their own, on the embedded engine there."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str, status: int | None = 0) -> Said:
        code = run(cli, list(arguments))
        printed = self._capsys.readouterr()
        assert status in {None, code}, printed.err
        return Said(printed.out, printed.err)


class Stages:
    """Projects as they are when several tests begin: to copy one costs less than to come there by commands."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def at(self, stage: str, come: Callable[[], object]) -> None:
        """Put a project into this empty folder; whoever is the first comes there by commands."""
        kept = self._folder / stage
        if kept.exists():
            copytree(kept, Path.cwd(), dirs_exist_ok=True)
            return
        come()
        copytree(Path.cwd(), kept)
