"""Delegation as lines: whom the lead asks and why, whom it waits for, what comes back; pure, and safe to print."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from agentops.base.paint import Paint, printable
from agentops.cli.sessions import words

Event = Mapping[str, Any]

SEND: Final = "send_to_agent"
WAIT: Final = "wait_for_agents"
LIST: Final = "list_agents"
"""The documented names of a lead's tools. Source: documented, managed-agents page multiagent-orchestration."""

_MESSAGE_LINES: Final = 3
_REPORT_LINES: Final = 8
_INDENT_MAX: Final = 16
_DONE: Final = ("end_turn", "requires_action")
"""How a thread rests without anything to tell: its report says it, or the call that waits."""


class Teamwork:
    """Remembers who is who, who was asked what and why, and who is at work."""

    def __init__(self, paint: Paint, width: int) -> None:
        """Begin with nobody known."""
        self._paint = paint
        self._width = width
        self.agents: dict[str, str] = {}
        """Names by thread."""

        self._primary_id = ""
        self._children: set[str] = set()
        self._addressed: set[str] = set()
        self._working: dict[str, None] = {}
        self._calls: dict[str, Event] = {}
        """Calls of the team's tools whose results are still to come."""

        self._asked: list[Event] = []
        """Calls whose messages are still to come."""

    @property
    def count(self) -> int:
        """Return how many threads there are beside the session's own."""
        return len(self._children)

    @property
    def at_work(self) -> list[str]:
        """Return the names of those that work for the lead now."""
        return [self.name(each) for each in self._working]

    def name(self, thread_id: str) -> str:
        """Return who runs a thread."""
        return printable(self.agents.get(thread_id, thread_id))

    def meet(self, threads: Iterable[Event]) -> None:
        """Learn who runs which thread."""
        for each in threads:
            if each["parent_thread_id"] is None:
                self._primary_id = each["id"]
            if "name" in each["agent"]:
                self.agents[each["id"]] = each["agent"]["name"]

    def note(self, event: Event) -> None:
        """Learn from an event who is there, and who works."""
        thread_id = event.get("session_thread_id")
        if not self._primary_id and event["type"].startswith("session.thread_status_"):
            # The first to stand anywhere is the session's own: only that is there when it begins.
            self._primary_id = thread_id or ""
        if thread_id and "agent_name" in event:
            self.agents[thread_id] = event["agent_name"]
        match event["type"]:
            case "session.thread_created":
                self._children.add(thread_id or "")
            case "session.thread_status_running" if thread_id in self._children:
                self._working[thread_id or ""] = None
            case "session.thread_status_idle" | "session.thread_status_terminated":
                self._working.pop(thread_id or "", None)

    def called(self, event: Event) -> list[str] | None:
        """Return the lines of a call of the team's tools; None for any other call."""
        sent = event.get("input")
        if event["type"] != "agent.tool_use" or event.get("session_thread_id") or not isinstance(sent, Mapping):
            return None
        name = event["name"]
        if name not in (SEND, WAIT, LIST) or (name == SEND and not isinstance(sent.get("message"), str)):
            return None
        self._calls[event["id"]] = event
        if name == SEND:
            self._asked.append(event)
            return []
        told = f"waits for {self._awaited(sent.get('threads'))}" if name == WAIT else "looks up whom it can ask"
        return [self._paint("dim", f"· {told}")]

    def came(self, event: Event) -> list[str] | None:
        """Return the lines of the result of such a call, told in full only where it failed; None for any other."""
        call = self._calls.pop(str(event.get("tool_use_id")), None)
        if call is None:
            return None
        self._asked = [each for each in self._asked if each["id"] != call["id"]]
        if not event.get("is_error"):
            return []
        whom = f" to {words.shortened(str(call['input'].get('agent') or 'nobody'), 64)}" if call["name"] == SEND else ""
        why = words.shortened(words.text_of(event.get("content")))
        return [self._paint("red", f"✗ {call['name']}{whom}: {why}")]

    def sent(self, event: Event) -> Iterator[str]:
        """Yield the lines of a message to another agent: what it is asked, and why."""
        thread_id, text = event["to_session_thread_id"], words.text_of(event["content"])
        again = ", again" if thread_id in self._addressed else ""
        self._addressed.add(thread_id)
        name = printable(event.get("to_agent_name") or self.name(thread_id))
        yield from self._told("magenta", f"⇢ {name}{again}", text, _MESSAGE_LINES)
        if reason := self._reason(text):
            yield from self._told("cyan", "  why", reason, _MESSAGE_LINES)

    def received(self, event: Event) -> Iterator[str]:
        """Yield the first lines of what an agent says to the lead."""
        thread_id = event["from_session_thread_id"]
        name = printable(event.get("from_agent_name") or self.name(thread_id))
        text = words.text_of(event["content"]).strip()
        if "\n" not in text:
            yield from self._told("magenta", f"⇠ {name}", text, _REPORT_LINES)
            return
        yield self._paint("magenta", f"⇠ {name} reports")
        lines = [part for line in text.splitlines() for part in self._folded(line)]
        yield from (f"  │ {line}".rstrip() for line in words.result("\n".join(lines), _REPORT_LINES))

    def left(self, event: Event) -> Iterator[str]:
        """Yield that a thread has ended; the session's own ends with the session, which says so itself."""
        if event["session_thread_id"] != self._primary_id:
            yield self._paint("dim", f"■ {printable(event['agent_name'])} has ended")

    def rested(self, event: Event) -> Iterator[str]:
        """Yield why a thread rests, unless it is done or waits for an answer."""
        stop = str(event["stop_reason"]["type"])
        if event["session_thread_id"] in self._children and stop not in _DONE:
            name = self.name(event["session_thread_id"])
            yield self._paint("yellow", f"! {name} rests: {printable(stop).replace('_', ' ')}")

    def _folded(self, line: str) -> list[str]:
        """Return a line of a report in lines that fit, further in than it is itself."""
        indent = line[: len(line) - len(line.lstrip())].expandtabs(4)[:_INDENT_MAX]
        return words.wrapped(indent + line.strip(), self._width - 4, f"{indent}  ", _REPORT_LINES)

    def _told(self, colour: str, head: str, text: str, most: int) -> Iterator[str]:
        flat = " ".join(text.split())
        for number, line in enumerate(words.wrapped(f"{head}: {flat}", self._width, "    ", most)):
            is_first = number == 0 and line.startswith(f"{head}:")
            yield self._paint(colour, head) + line[len(head) :] if is_first else line

    def _reason(self, text: str) -> str:
        """Return why a message was sent, as the call says that holds its words."""
        call = next((each for each in self._asked if each["input"]["message"] == text), None)
        if call is None:
            return ""
        self._asked.remove(call)
        reason = call["input"].get("reason")
        return reason if isinstance(reason, str) else ""

    def _awaited(self, threads: object) -> str:
        named: Sequence[Any] = threads if isinstance(threads, list) and threads else list(self._working)
        names = [self.name(str(each)) for each in named]
        if not names:
            return "its agents"
        *others, last = names
        return f"{', '.join(others)} and {last}" if others else last
