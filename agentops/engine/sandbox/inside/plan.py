"""A plan's own process: the little language that it is written in, and its end, whatever that is.

What runs here was written by a model and may do to this process as it likes: the server judges every line it says.
"""

from __future__ import annotations

import json
import linecache
import os
import resource
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Callable

from .branches import Branches
from .fields import Json
from .lines import Line

_NAME = "plan"
_TEXT_MOST = 100_000
_LOG_MOST = 2_000
_TRACE_MOST = 4_000


class AgentFailed(Exception):
    """An agent did not come to a result."""

    __module__ = "__main__"  # so that it is called what a plan calls it


class Language:
    """The names that a plan is given."""

    def __init__(self, line: Line, facts: Json) -> None:
        """Know whom may be asked, and which phases there are."""
        self.reported: str | None = None
        self._line = line
        self._branches = Branches(line)
        self._phases: list[str] = facts["phases"]
        self._agents: list[str] = facts["agents"]
        self._tools: list[str] = facts["tools"]
        self._has_inline: bool = facts["has_inline"]

    def names(self) -> Json:
        """Return them as a plan's globals."""
        own = {"agent": self.agent, "parallel": self.parallel, "phase": self.phase, "log": self.log}
        return {
            "__name__": _NAME,
            "__builtins__": __builtins__,
            "AgentFailed": AgentFailed,
            "report": self.report,
            **own,
        }

    def agent(
        self,
        prompt: str,
        *,
        agent: str | None = None,
        name: str | None = None,
        system: str | None = None,
        tools: Iterable[str] | None = None,
    ) -> str:
        """Have one piece of work done and return the agent's last message."""
        _check("prompt", prompt)
        wanted = None if tools is None else [tools] if isinstance(tools, str) else list(tools)
        if agent is None:
            self._check_inline(wanted)
        elif agent not in self._agents:
            raise ValueError(f"there is no agent {agent!r} to ask; there are: {', '.join(self._agents) or 'none'}")
        elif not name is system is tools is None:
            raise ValueError(f"{agent} is as it is: name, system and tools are for agents that are made up")
        for each, value in (("name", name), ("system", system)):
            if value is not None:
                _check(each, value)
        answer = self._branches.ask(prompt=prompt, agent=agent, name=name, system=system, tools=wanted)
        if answer["is_error"]:
            raise AgentFailed(answer["text"])
        return str(answer["text"])

    def parallel(self, functions: Iterable[Callable[[], Any]]) -> list[Any]:
        """Call the functions at the same time and return their results in order."""
        calls = list(functions)
        if not all(callable(each) for each in calls):
            raise TypeError("parallel takes functions without arguments: parallel([lambda: agent('…'), …])")
        return self._branches.together(calls)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Be in a phase for as long as the block runs."""
        if name not in self._phases:
            raise ValueError(f"there is no phase {name!r}; declared are: {', '.join(self._phases) or 'none'}")
        number = self._line.number()
        self._line.say(op="begin", n=number, phase=name)
        try:
            yield
        finally:
            self._line.say(op="end", n=number)

    def log(self, *values: Any) -> None:
        """Note something."""
        self._line.say(op="log", text=" ".join(map(str, values))[:_LOG_MOST])

    def report(self, value: Any) -> None:
        """Say what the agent is to be told at the end."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        self.reported = text[:_TEXT_MOST]

    def _check_inline(self, tools: list[str] | None) -> None:
        if not self._has_inline:
            raise ValueError(f"agent must name one of: {', '.join(self._agents)}")
        unknown = [each for each in tools or () if each not in self._tools]
        if unknown:
            raise ValueError(f"there is no tool {unknown[0]!r}; there are: {', '.join(self._tools) or 'none'}")


def main(answers: int, requests: int) -> None:
    """Run the plan that the first line holds, and say how it ended."""
    line = Line(answers, requests)
    order = line.hear()
    for name, (soft, hard) in order["limits"].items():
        resource.setrlimit(getattr(resource, name), (soft, hard))
    # Not a place to find modules in: names in there are this program's.
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [each for each in sys.path if each != folder]
    language = Language(line, order["facts"])
    said = _run(order["program"], language)
    with suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    line.say(**said)
    os._exit(0)


def _run(program: str, language: Language) -> Json:
    linecache.cache[_NAME] = (len(program), None, program.splitlines(keepends=True), _NAME)
    try:
        exec(compile(program, _NAME, "exec"), language.names())  # noqa: S102 - running it is what this is for
    except SystemExit as end:
        if end.code not in (None, 0):
            return {"op": "failed", "trace": f"SystemExit: {end.code}"[:_TRACE_MOST]}
    except BaseException as error:  # noqa: BLE001 - whatever a plan raises, it is said
        return {"op": "failed", "trace": _trace(error)}
    return {"op": "done", "report": language.reported or ""}


def _trace(error: BaseException) -> str:
    try:
        told = traceback.TracebackException.from_exception(error)
        own = [each for each in told.stack if each.filename == _NAME]
        told.stack = traceback.StackSummary.from_list(own)
        return "".join(told.format(chain=False))[-_TRACE_MOST:]
    except BaseException:  # noqa: BLE001 - there may be no memory left for more words
        return type(error).__name__


def _check(name: str, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{name} must be a text, and not empty")
    if len(value) > _TEXT_MOST:
        raise ValueError(f"{name} has {len(value)} characters, at most {_TEXT_MOST} can be sent; put them into a file")
