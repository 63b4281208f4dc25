"""Our own commands, run as a person runs them: a process, one JSON document, an exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentops.base.errors import EXIT_USAGE, AgentopsError, UsageError

_ANSWER_BYTES = 256 << 20


class NoDocument(AgentopsError):
    """The command did not say what came of it."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended."""

    status: int
    document: Mapping[str, Any]


def ran(*arguments: str) -> Ran:
    """Run `agentops … -o json`; what it says to people goes to the log.

    Raises:
        NoDocument: it printed none.
    """
    # -P: the folder of the checkout is not searched for modules, so that no file there is run.
    command: Sequence[str] = [sys.executable, "-P", "-m", "agentops", *arguments, "-o", "json"]
    environment = os.environ | {"PYTHONSAFEPATH": "1"}
    done = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment, check=False)  # noqa: S603 - this program, and words of the command line
    try:
        document = json.loads(done.stdout) if len(done.stdout) <= _ANSWER_BYTES else None
    except (ValueError, RecursionError):
        document = None
    if done.returncode == EXIT_USAGE and document is None:
        raise UsageError(f"`agentops {arguments[0]}` was not called rightly", hint="what it said stands above")
    if not isinstance(document, dict):
        hint = f"it ended with {done.returncode}; what it said stands above"
        raise NoDocument(f"`agentops {arguments[0]}` printed no JSON document", hint=hint)
    return Ran(done.returncode, document)
