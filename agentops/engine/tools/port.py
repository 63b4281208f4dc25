"""A tool call as the runner sees it: one call in, one result out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from agentops.engine.core.json import Json


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call that may run: it is permitted, and recorded as started."""

    id: str
    """The event id of the `agent.tool_use` or `agent.mcp_tool_use`."""

    name: str
    input: object
    """What the model sent; tools check it themselves, it may be anything."""

    mcp_server_name: str | None = None
    """None for built-in tools."""

    thread_id: str = ""
    """Whose call it is: each thread has a shell of its own."""

    agent: Json | None = None
    """Who runs the thread, where that is not the agent of the session: its servers and its rules for the web count."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the model is told of a call."""

    content: tuple[Json, ...]
    """Blocks of the event's `content`: text, image, document. Empty for nothing to say."""

    is_error: bool = False
    troubles: tuple[Mapping[str, str], ...] = ()
    """The `session.error` of each thing that the session goes on without; not told to the model."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the agent's MCP servers offer at the moment."""

    tools: Mapping[str, Sequence[Json]] = field(default_factory=dict)
    """By the name of the server, each as `{name, description, input_schema}`."""

    troubles: tuple[Json, ...] = ()
    """The `session.error` of each server that cannot be used."""


@dataclass(frozen=True, slots=True)
class CheckRun:
    """What came of a command that code ran to find something out."""

    exit_status: int | None
    """None when it was stopped; 128 and the number of the signal when one ended it, as shells count."""

    output: str
    """What it printed on both of its outputs, in part when it is long."""

    is_timed_out: bool = False


@dataclass(frozen=True, slots=True)
class SandboxFile:
    """A file in the sandbox."""

    path: str
    """Relative to the folder that was listed."""

    size_bytes: int


class FileRefused(Exception):
    """There is no such file, or it cannot be read. The text says why, in the words of the tools."""


class Inspection(Protocol):
    """A look at what a session made, by code or by a grader: past the agent, its shells and what it is told.

    Every method raises `ToolsUnavailable` when the machine failed.
    """

    async def check(self, command: str, timeout_s: float) -> CheckRun:
        """Return what came of a command in a new shell of its own; all else in the sandbox stands still meanwhile.

        Raises:
            ToolsUnavailable: no sandbox can be had, or it died.
        """

    async def content(self, path: str, limit_bytes: int) -> tuple[bytes, bool]:
        """Return the first bytes of a file, and whether there are more.

        Raises:
            FileRefused: it cannot be read.
            ToolsUnavailable: no sandbox can be had, or it died.
        """

    async def kind(self, path: str) -> Literal["file", "folder", "other"] | None:
        """Return what is at a path, links followed; None when there is nothing.

        Raises:
            ToolsUnavailable: no sandbox can be had, or it died.
        """

    async def files(self, folder: str) -> tuple[tuple[SandboxFile, ...], bool]:
        """Return the files below a folder, none when there is no such folder, and whether there are more.

        Raises:
            ToolsUnavailable: no sandbox can be had, or it died.
        """

    async def look(self, name: str, sent: object) -> Outcome:
        """Return what came of a call of `read`, `glob` or `grep`; of another name, that it is not offered.

        Raises:
            ToolsUnavailable: no sandbox can be had, or it died.
        """


class Toolbox(Protocol):
    """The tools of one running session. A call never raises for what the model or its input did."""

    async def offer(self, agent: Json, thread_id: str) -> Offer:
        """Return what the servers of a thread's agent, as it is by now, offer: asked at the start of a turn."""

    async def run(self, invocation: Invocation) -> Outcome:
        """Return what came of the call; cancelling stops what it started.

        Raises:
            ToolsUnavailable: the machine, not the call, failed; the outcome says so in the engine's own words.
        """

    def inspection(self) -> Inspection:
        """Return what looks at the session's files for those who judge them."""

    async def close(self) -> None:
        """Let go of the sandbox and of every connection; what was written stays."""


class ToolsUnavailable(Exception):
    """Tools cannot run now: no sandbox could be had, or it died. The text names the way out for an operator."""


def text(words: str, *, is_error: bool = False) -> Outcome:
    """Return an outcome of one text."""
    return Outcome(({"type": "text", "text": words},), is_error)
