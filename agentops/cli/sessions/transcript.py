"""A session's events as lines for a person; pure, so that a terminal, a pipe and a test see the same words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from agentops.base.paint import Paint, printable
from agentops.cli.sessions import words

_RESULT_LINES = 8
"""How much of a result is shown: enough to follow, too little to drown what the agent says."""

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

    def __init__(self, paint: Paint) -> None:
        """Begin with nothing told."""
        self.paint = paint
        self._agents: dict[str, str] = {}
        self._runs: dict[str, str] = {}
        self._calls: dict[str, str] = {}
        self._last_call = ""
        self._last_error = ""
        self._group = ""
        self._shown: set[str] = set()
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
            "agent.thread_message_sent": self._sent_on,
            "agent.thread_message_received": self._reported,
            "session.thread_status_terminated": self._left,
            "workflow_run.created": self._planned,
            "workflow_run.status_ended": self._carried_out,
            "session.error": self._failed,
            "session.updated": self._changed,
            "span.outcome_evaluation_end": self._graded,
            **dict.fromkeys(_NOTES, self._noted),
        }

    def know(self, calls: Iterable[Event]) -> None:
        """Learn of calls that were made before."""
        for each in calls:
            self._calls[each["id"]] = words.call(printable(each["name"]), each.get("input") or {})

    def meet(self, threads: Iterable[Event]) -> None:
        """Learn who runs which thread."""
        self._agents |= {each["id"]: each["agent"]["name"] for each in threads if "name" in each["agent"]}

    def tell(self, event: Event) -> list[str]:
        """Return the lines that tell an event, a blank one before what is of another sort than the last."""
        kind = event["type"]
        if "agent_name" in event:
            self._agents[event["session_thread_id"]] = event["agent_name"]
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
        asked = [words.counted(self.requests, "request")] if self.requests else []
        parts = [stop.replace("_", " "), *asked]
        return " · ".join([*parts, *([words.tokens(self.usage)] if self.usage else [])])

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
        for line in printable(words.text_of(event["content"])).splitlines():
            yield self.paint("bold", f"> {line}")

    def _called(self, event: Event) -> Lines:
        server = f"{event['mcp_server_name']}." if event.get("mcp_server_name") else ""
        said = self._whose(event) + words.call(printable(f"{server}{event['name']}"), event["input"])
        self._calls[event["id"]] = said
        self._last_call = event["id"]
        match event.get("evaluated_permission"):
            case "ask":
                yield self.paint("yellow", f"? {said}")
            case "deny":
                yield self.paint("red", f"✗ {said}  (not permitted)")
            case _:
                yield self.paint("cyan", f"→ {said}")

    def _came(self, event: Event) -> Lines:
        call_id = event.get("tool_use_id") or event.get("mcp_tool_use_id") or event.get("custom_tool_use_id") or ""
        if call_id != self._last_call:
            yield self.paint("cyan", f"← {self._calls.get(call_id, 'a call')}")
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
        yield self.paint("bold", f"> outcome: {words.shortened(event['description'])}")

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

    def _sent_on(self, event: Event) -> Lines:
        name = printable(event.get("to_agent_name") or event["to_session_thread_id"])
        yield self.paint("magenta", f"⇢ {name}: {words.shortened(words.text_of(event['content']))}")

    def _reported(self, event: Event) -> Lines:
        name = printable(event.get("from_agent_name") or event["from_session_thread_id"])
        yield self.paint("magenta", f"⇠ {name}: {words.shortened(words.text_of(event['content']))}")

    def _left(self, event: Event) -> Lines:
        yield self.paint("dim", f"■ {printable(event['agent_name'])} has ended")

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
        return f"{printable(self._agents.get(thread_id, thread_id))}: " if thread_id else ""

    def _graded(self, event: Event) -> Lines:
        said = words.shortened(event.get("explanation") or "")
        yield self.paint("blue", f"☑ outcome: {printable(event['result'])}{f': {said}' if said else ''}")

    def _changed(self, event: Event) -> Lines:
        fields = ", ".join(each for each in event if each not in ("id", "type", "processed_at"))
        yield self.paint("dim", f"· the session was changed: {printable(fields)}")
