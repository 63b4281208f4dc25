"""Where a transcript goes: lines to a pipe; to a terminal text as it comes, and a sign that something is being done."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agentops.base.paint import printable
from agentops.cli.output import stdout_paint, stdout_width
from agentops.cli.sessions import words
from agentops.cli.sessions.following import PREVIEWS
from agentops.cli.sessions.teamwork import LIST, SEND, WAIT
from agentops.cli.sessions.transcript import Transcript

if TYPE_CHECKING:
    from rich.status import Status

Event = Mapping[str, Any]

_CUTS = ("span.model_request_end", "user.interrupt")
"""After these no more of a message comes."""


class Screen:
    """Prints whole lines, nothing before an event is complete."""

    previews: tuple[str, ...] = ()
    """Which events it wants to see parts of."""

    def __init__(self) -> None:
        """Print to standard output."""
        self.transcript = Transcript(stdout_paint(), stdout_width())

    def tell(self, event: Event) -> None:
        """Print what an event says."""
        self.print(self.transcript.tell(event))

    def print(self, lines: list[str]) -> None:
        """Print lines, at once."""
        for line in lines:
            print(line)
        sys.stdout.flush()

    def rest(self) -> None:
        """Be still: nothing is being done, or a person is asked."""


class JsonScreen(Screen):
    """Prints one event a line, as the API has it, for programs."""

    def tell(self, event: Event) -> None:
        """Print an event."""
        self.transcript.tell(event)
        print(json.dumps(event, ensure_ascii=False), flush=True)


class LiveScreen(Screen):
    """Prints text as it comes, and shows what the session is at meanwhile."""

    previews = ("agent.message", "agent.thinking")

    def __init__(self) -> None:
        """Take the terminal."""
        super().__init__()
        from rich.console import Console

        self._console = Console(highlight=False)
        self._status: Status | None = None
        self._coming = ""
        """The id of the message that is being printed."""

        self._printed = ""
        self._index = 0
        self._thought = ""
        """The id of the thinking that was told of when it began."""

    def tell(self, event: Event) -> None:
        """Print what an event says, or the part of it that came in."""
        if event["type"] in PREVIEWS:
            self._preview(event)
        elif event["type"] == "agent.message" and event["id"] == self._coming:
            self._complete(printable(words.text_of(event["content"])))
        elif event.get("id") != self._thought:
            if event["type"] in _CUTS and self._coming:
                self._end(self.transcript.paint("dim", " (cut off)"))
            self._whole(event)

    def rest(self) -> None:
        """Take the sign away."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _whole(self, event: Event) -> None:
        lines = self.transcript.tell(event)
        if lines:
            self.rest()
            if self._coming:  # somebody else's word in the middle: the message comes again, whole
                self._end("…")
            self.print(lines)
        if doing := _doing(event, self.transcript.team.at_work):
            self._show(doing)
        elif event["type"].startswith("session.status_"):
            self.rest()

    def _show(self, doing: str) -> None:
        if self._status is None:
            self._status = self._console.status(doing, spinner="dots")
            self._status.start()
        else:
            self._status.update(doing)

    def _preview(self, event: Event) -> None:
        if event["type"] == "event_start":
            begun = event["event"]
            if begun["type"] == "agent.message":
                self.rest()
                self.print(self.transcript.grouped("said", [""])[:-1])
                self._coming, self._printed, self._index = begun["id"], "", 0
            else:
                self._thought = begun["id"]
                self._whole(begun)
                self._show("thinking")
        elif event["event_id"] == self._coming:
            delta = event["delta"]
            new_line = "\n" if delta.get("index", 0) > self._index else ""
            self._index = delta.get("index", 0)
            self._write(new_line + printable(delta["content"]["text"]))

    def _write(self, text: str) -> None:
        self._printed += text
        print(text, end="", flush=True)

    def _complete(self, whole: str) -> None:
        """Print what is missing of a message; where the parts do not fit, the whole of it."""
        if whole.startswith(self._printed):
            self._end(whole.removeprefix(self._printed))
        else:
            self._end("")
            self.print(whole.splitlines())

    def _end(self, text: str) -> None:
        print(text, flush=True)
        self._coming, self._printed = "", ""


def screen(output: str) -> Screen:
    """Return what fits the format and where it goes."""
    if output == "json":
        return JsonScreen()
    is_live = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return LiveScreen() if is_live else Screen()


def _doing(event: Event, at_work: Sequence[str]) -> str:
    match event["type"]:
        case "agent.tool_use" | "session.thread_status_running" | "session.thread_status_idle" if at_work:
            return f"{', '.join(at_work)} at work".replace("[", "\\[")
        case "agent.tool_use" if event["name"] in (SEND, WAIT, LIST):
            return "asking its agents"
        case "span.outcome_evaluation_start":
            return "a grader looks at the work"
        case "span.model_request_start":
            return "waiting for the model"
        case "agent.tool_use" | "agent.mcp_tool_use" if event.get("evaluated_permission") == "allow":
            return f"running {printable(event['name'])}".replace("[", "\\[")
        case "user.tool_confirmation" if event["result"] == "allow":
            return "running it"
        case "session.status_rescheduled":
            return "waiting before the next try"
    return ""
