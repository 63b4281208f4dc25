"""The sides of a comparison: processes that ask the same model and take a turn when they are told to.

Each runs in the environment that holds its framework, and meets nothing of the caller's.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_PEERS = _ROOT / "build" / "peers"
_SAID = "said.txt"


class CannotRun(Exception):
    """A side broke; the text is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A side as it is started."""

    name: str
    words: tuple[str, ...]
    """A module of `tests.benchmarks.agents` and its arguments."""

    peer: str = ""
    """The folder of the environment that it runs in; empty for our own."""


@dataclass(frozen=True, slots=True)
class Side:
    """A process that takes turns."""

    name: str
    folder: Path
    """Where it keeps what it keeps."""

    process: "subprocess.Popen[str]"

    def answer(self) -> dict[str, Any]:
        """Return the next line that it writes.

        Raises:
            CannotRun: there is none.
        """
        assert self.process.stdout is not None
        if not (line := self.process.stdout.readline()):
            said = (self.folder / _SAID).read_text().split("\n")
            raise CannotRun(next(filter(None, reversed(said)), f"it ended with {self.process.wait()}"))
        found: dict[str, Any] = json.loads(line)
        return found

    def turn(self, steps: int) -> dict[str, float]:
        """Return what a turn of so many steps costs, as the side says it: `wall_s` and `cpu_s`.

        Raises:
            CannotRun: it broke.
        """
        assert self.process.stdin is not None
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return self.answer()


def started(stack: ExitStack, kind: Kind, url: str, folder: Path) -> Side:
    """Return a side that starts; its first answer says that it has.

    Raises:
        CannotRun: it is not installed.
    """
    python = _PEERS / kind.peer / "bin" / "python" if kind.peer else Path(sys.executable)
    if not python.exists():
        raise CannotRun("not installed (`make bench-peers` installs it)")
    module, *arguments = kind.words
    home = folder / "-".join(kind.words)
    home.mkdir()
    command = [str(python), "-m", f"tests.benchmarks.agents.{module}", url, str(home), *arguments]
    # Nothing of the caller's environment: tracing, keys and proxies would be measured too.
    settings = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    with (home / _SAID).open("w") as said:
        process = subprocess.Popen(
            command, cwd=_ROOT, env=settings, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
        )
    stack.callback(_end, process)
    return Side(kind.name, home, process)


def _end(process: "subprocess.Popen[str]") -> None:
    """Let a side find no more to do; one that goes on is killed."""
    try:
        process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


@contextmanager
def instant_model() -> Iterator[int]:
    """Yield the port of a model that answers at once."""
    command = [sys.executable, "-m", "tests.benchmarks.instant"]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def load() -> str:
    """Say how busy the machine is."""
    return f"load {os.getloadavg()[0]:.1f}"
