"""A session's events as lines for a person; pure, so that a terminal, a pipe and a test see the same words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from agentops.base.paint import Paint, printable
from agentops.base.wording import counted
from agentops.cli.sessions import verdicts, words
from agentops.cli.sessions.teamwork import Teamwork

_RESULT_LINES = 8
"""How much of a result is shown: enough to follow, too little to drown what the agent says."""

_ASKED_LINES = 8
_WHOLE = 1_000_000
_NAMED_AGAIN = 80
"""How much of a call stands before its result when something came in between. Units: characters."""

_ASKED = ("user.message", "system.message")
_CALLS = ("agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use")
_RESULTS = ("agent.tool_result", "agent.mcp_tool_result", "user.tool_result", "user.custom_tool_result")
_NOTES = {
    "agent.thinking": ("dim", "· thinking"),
    "agent.thread_context_compacted": ("dim", "· the conversation was summarised to make room"),
    "session.status_rescheduled": ("dim", "· waiting, then trying again"),
    "session.status_terminated": ("red", "■ the session is over for good"),
    "session.deleted": ("red", "■ the session was deleted"),
}
_GROUPS = {**dict.fromkeys((*_ASKED, "user.define_outcome"), "asked"), "agent.message": "said"}
"""What belongs together without a blank line; everything else does."""

Event = Mapping[str, Any]
Lines = Iterator[str]


class Transcript:
    """Tells events one after the other, and remembers what later ones refer to."""

    def __init__(self, paint: Paint, width: int = words.WIDTH) -> None:
        """Begin with nothing told; what is wrapped keeps to the width."""
        self.paint = paint
        self.width = min(width, words.WIDTH)
        self.team = Teamwork(paint, self.width)
        self._runs: dict[str, str] = {}
        self._calls: dict[str, str] = {}
        self._last_call = ""
        self._last_error = ""
        self._group = ""
        self._shown: set[str] = set()
        self.is_continued = False
        """Whether the session began before what is told: what it took is more than this."""

        self.requests = 0
        self.usage: Mapping[str, Any] = {}
        self._tellers: Mapping[str, Callable[[Event], Lines]] = {
            **dict.fromkeys(_ASKED, self._asked),
            "user.define_outcome": self._given,
            "user.tool_confirmation": self._confirmed,
            "user.interrupt": self._interrupted,
            "agent.message": self._said,
            **dict.fromkeys(_CALLS, self._called),
            **dict.fromkeys(_RESULTS, self._came),
            "agent.thread_message_sent": self.team.sent,
            "agent.thread_message_received": self.team.received,
            "session.thread_status_idle": self.team.rested,
            "session.thread_status_terminated": self.team.left,
            "workflow_run.created": self._planned,
            "workflow_run.status_ended": self._carried_out,
            "session.error": self._failed,
            "session.updated": self._changed,
            "span.outcome_evaluation_start": lambda event: verdicts.begun(event, paint),
            "span.outcome_evaluation_end": lambda event: verdicts.lines(event, paint, self.width),
            **dict.fromkeys(_NOTES, self._noted),
        }

    def know(self, calls: Iterable[Event]) -> None:
        """Learn of calls that were made before."""
        for each in calls:
            self._calls[each["id"]] = self.said(each)

    def tell(self, event: Event) -> list[str]:
        """Return the lines that tell an event, a blank one before what is of another sort than the last."""
        kind = event["type"]
        self.team.note(event)
        if kind == "span.model_request_start":
            self.requests += 1
        elif kind == "session.usage":
            self.usage = event["usage"]
        tell = self._tellers.get(kind)
        return self.grouped(_GROUPS.get(kind, "done"), list(tell(event))) if tell else []

    def grouped(self, group: str, lines: list[str]) -> list[str]:
        """Return the lines with a blank one before them where a new group begins."""
        if not lines:
            return []
        blank = [""] if self._group not in ("", group) else []
        self._group = group
        return [*blank, *lines]

    def summary(self, stop: str) -> str:
        """Return the last line: how it ended, and what it took."""
        others = f" of its own, {counted(self.team.count, 'thread')}" if self.team.count else ""
        asked = [counted(self.requests, "request") + others] if self.requests else []
        parts = [stop.replace("_", " "), *asked]
        so_far = "session so far: " if self.is_continued else ""
        return " · ".join([*parts, *([so_far + words.tokens(self.usage)] if self.usage else [])])

    def _is_told(self, event: Event) -> bool:
        """Tell whether the event came in before: what waits is told then, not again when it takes effect."""
        is_told = event["id"] in self._shown
        self._shown.add(event["id"])
        return is_told

    def _said(self, event: Event) -> Lines:
        yield from printable(words.text_of(event["content"])).splitlines()

    def _asked(self, event: Event) -> Lines:
        if self._is_told(event):
            return
        for line in self._quoted(words.text_of(event["content"])):
            yield self.paint("bold", f"> {line}")

    def _quoted(self, text: str) -> Lines:
        """Yield what a person wrote, who knows it: a list of many files is cut."""
        yield from words.result(text, _ASKED_LINES, _WHOLE)

    def _called(self, event: Event) -> Lines:
        told = self.team.called(event)
        if told is not None:
            yield from told
            return
        said = self.said(event)
        self._calls[event["id"]] = said
        self._last_call = event["id"]
        match event.get("evaluated_permission"):
            case "ask":
                yield self.paint("yellow", f"? {said}")
            case "deny":
                yield self.paint("red", f"✗ {said}  (not permitted)")
            case _:
                yield self.paint("cyan", f"→ {said}")

    def said(self, call: Event) -> str:
        """Return a call on one line, with whose it is unless it is the session's own agent's."""
        server = f"{call['mcp_server_name']}." if call.get("mcp_server_name") else ""
        return self._whose(call) + words.call(printable(f"{server}{call['name']}"), call.get("input") or {})

    def _came(self, event: Event) -> Lines:
        told = self.team.came(event)
        if told is not None:
            yield from told
            return
        call_id = event.get("tool_use_id") or event.get("mcp_tool_use_id") or event.get("custom_tool_use_id") or ""
        if call_id != self._last_call:
            yield self.paint("cyan", f"← {words.shortened(self._calls.get(call_id, 'a call'), _NAMED_AGAIN)}")
        self._last_call = ""
        lines = words.result(words.text_of(event.get("content")) or "(nothing)", _RESULT_LINES)
        if event.get("is_error"):
            yield self.paint("red", f"  ✗ {lines[0]}")
            lines = lines[1:]
        for line in lines:
            yield self.paint("dim", f"  │ {line}".rstrip())

    def _failed(self, event: Event) -> Lines:
        told = words.error(event["error"])
        yield self.paint("red", "! the same again" if told == self._last_error else f"! {told}")
        self._last_error = told

    def _noted(self, event: Event) -> Lines:
        colour, text = _NOTES[event["type"]]
        yield self.paint(colour, text)

    def _given(self, event: Event) -> Lines:
        if self._is_told(event):
            return
        for line in self._quoted(event["description"]):
            yield self.paint("bold", f"> {line}")
        yield self.paint("bold", f"> to satisfy: {_rubric(event)}")

    def _confirmed(self, event: Event) -> Lines:
        if self._is_told(event):
            return
        said = self._calls.get(event["tool_use_id"], event["tool_use_id"])
        if event["result"] == "allow":
            yield self.paint("green", f"✓ allowed: {said}")
        else:
            why = f"  ({words.shortened(event['deny_message'])})" if event.get("deny_message") else ""
            yield self.paint("yellow", f"✗ denied: {said}{why}")

    def _interrupted(self, event: Event) -> Lines:
        if not self._is_told(event):
            whose = self._whose(event).removesuffix(": ")
            yield self.paint("yellow", f"■ {whose} interrupted" if whose else "■ interrupted")

    def _planned(self, event: Event) -> Lines:
        self._runs[event["workflow_run_id"]] = event["name"]
        yield self.paint("magenta", f"⚙ {words.shortened(event['name'])}: a workflow run begins")

    def _carried_out(self, event: Event) -> Lines:
        run_id = str(event["workflow_run_id"])
        name = self._runs.get(run_id, run_id)
        error = event["result"].get("error") or {}
        why = f": {words.shortened(error['message'])}" if error.get("message") else ""
        yield self.paint("magenta", f"⚙ {words.shortened(name)}: {printable(event['result']['type'])}{why}")

    def _whose(self, event: Event) -> str:
        """Return whose doing an event is, unless it is that of the session's own agent: `logs: `."""
        thread_id = str(event.get("session_thread_id") or "")
        return f"{self.team.name(thread_id)}: " if thread_id else ""

    def _changed(self, event: Event) -> Lines:
        fields = ", ".join(each for each in event if each not in ("id", "type", "processed_at"))
        yield self.paint("dim", f"· the session was changed: {printable(fields)}")


def _rubric(event: Event) -> str:
    """Return by what an outcome is graded, and how often."""
    rubric = event["rubric"]
    first = str(rubric.get("content") or "").strip().partition("\n")[0]
    name = first.removeprefix("# ") if first.startswith("# ") else "a rubric"
    most = event.get("max_iterations")
    return words.shortened(name) + (f", graded at most {counted(most, 'time')}" if most else "")
