"""The real `agentops` in a process of its own that knows nothing of this machine's settings."""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from .nursery import born

BIN = Path(sys.executable).parent
AGENTOPS = BIN / "agentops"
PATIENCE_S = 50
"""How long one command may take before the test is over: far more than it needs on a busy machine."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command that has ended left behind."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """Return standard output, which has to be one JSON document and nothing else."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Command:
    """`agentops` in a folder, with the settings that it finds in its environment."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str | Path, status: int | None = 0, **settings: str) -> Ran:
        """Run it to its end; a status of None is whatever it is. Nobody ever sees a stack trace or a key."""
        environment = bare_environment(self.folder) | self.settings | settings
        with Path(os.devnull).open() as nothing, TemporaryFile("w+") as out, TemporaryFile("w+") as err:
            streams = [each.fileno() for each in (nothing, out, err)]
            process = born(["agentops", *map(str, arguments)], self.folder, environment, streams)
            ran = Ran(process.wait(PATIENCE_S), _content(out), _content(err))
        assert "Traceback" not in ran.err, ran.err
        assert environment.get("ANTHROPIC_API_KEY", "no key") not in ran.out + ran.err
        assert status in {None, ran.status}, f"{arguments} ended with {ran.status}\n{ran.out}{ran.err}"
        return ran

    def at(self, folder: Path) -> "Command":
        """Return the same command in another folder."""
        return Command(folder, self.settings)


class Process(Protocol):
    """A process that runs."""

    pid: int

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it is known to have ended."""

    def wait(self, timeout: float) -> int:
        """Return its status when it has ended, negative for a signal."""


Start = Callable[[Sequence[str], Path, Mapping[str, str], Sequence[int]], Process]
"""Starts a program in a folder, with an environment and with its standard input, output and error."""


def started(argv: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Sequence[int]) -> Process:
    """Start a program as a person does, who pays for loading it; `born` is for everybody else."""
    stdin, stdout, stderr = streams
    command = [BIN / argv[0], *argv[1:]]
    return Popen(command, cwd=folder, env=environment, stdin=stdin, stdout=stdout, stderr=stderr)


def _content(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def bare_environment(home: Path) -> dict[str, str]:
    """Return what a process needs to start, and no setting of ours or of the SDK."""
    return {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8"}
