"""Commands run in this process, and what they print."""

import json
from dataclasses import dataclass
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

    def __call__(self, *arguments: str, status: int = 0) -> Said:
        code = run(cli, list(arguments))
        printed = self._capsys.readouterr()
        assert code == status, printed.err
        return Said(printed.out, printed.err)
