"""A session run by hand: a log in memory, effects that wait until a test lets them end, and crashes at any commit."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from agentops.base.clock import timestamp
from agentops.base.ids import CountingIds
from agentops.engine.core.conversation import Reply, Usage
from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json
from agentops.engine.core.outcomes.verdict import Result
from agentops.engine.core.runs.decide import Decision, Heard, decide
from agentops.engine.core.runs.effects import AskModel, Cancel, Effect, Evaluate, RunTool, Summarise, Wait
from agentops.engine.core.runs.fold import fold
from agentops.engine.core.runs.happenings import (
    Due,
    Evaluated,
    Evaluating,
    Happening,
    Ran,
    Replied,
    RequestFailed,
    Resumed,
    Sent,
    Summarised,
)
from agentops.engine.core.runs.session_state import SessionState
from agentops.engine.core.runs.setting import Setting
from agentops.engine.core.runs.state import State

from .agents import setting, setting_of

AT_ONCE = (
    "user.custom_tool_result",
    "user.tool_result",
    "user.define_outcome",
    "session.updated",
    "session.thread_status_terminated",
)


def say(words: str) -> Json:
    return {"type": "text", "text": words}


@dataclass
class Deeds:
    """What is under way for one thread."""

    asks: list[str] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    summaries: int = 0
    waits: list[float] = field(default_factory=list)
    evaluations: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.asks) + len(self.tools) + self.summaries + len(self.waits) + len(self.evaluations)


@dataclass
class Desk:
    """One session, its log, and everything that is under way."""

    setting: Setting = field(default_factory=setting)
    """Of the primary thread; the others' follow from it."""

    session: SessionState = field(default_factory=SessionState)
    log: list[Entry] = field(default_factory=list)
    """As it lies in the database: what waited stands where it took effect."""

    shown: list[Entry] = field(default_factory=list)
    """Everything in the order in which watchers saw it, apart from the first sight of what waited."""

    unheard: list[Entry] = field(default_factory=list)
    under_way: dict[str | None, Deeds] = field(default_factory=dict)
    ran: Counter[str] = field(default_factory=Counter)
    """How often each call was started."""

    ids: CountingIds = field(default_factory=CountingIds)
    now: datetime = datetime(2026, 11, 21, tzinfo=UTC)
    last: Decision = field(default_factory=lambda: Decision(SessionState()))

    # --- from outside -------------------------------------------------------------------------------------------------

    def send(self, *events: Json, is_heard: bool = True) -> list[str]:
        """Put events in the log, and let the runner hear of them."""
        entries = [self._received(each) for each in events]
        self.log += entries
        self.shown += [each for each in entries if each.at is not None]
        self.unheard += entries
        if is_heard:
            self.hear()
        return [each.id for each in entries]

    def message(self, words: str = "go", *, is_heard: bool = True) -> str:
        return self.send({"type": "user.message", "content": [say(words)]}, is_heard=is_heard)[0]

    def interrupt(self, thread: str | None = None) -> str:
        """Stop everything, or a thread by its id."""
        named = {} if thread is None else {"session_thread_id": thread}
        return self.send({"type": "user.interrupt", **named})[0]

    def confirm(self, call_id: str, result: str = "allow", **more: str) -> str:
        return self.send({"type": "user.tool_confirmation", "tool_use_id": call_id, "result": result, **more})[0]

    def answer(self, call_id: str, words: str = "42") -> str:
        """Send the result of a custom tool."""
        return self.send({"type": "user.custom_tool_result", "custom_tool_use_id": call_id, "content": [say(words)]})[0]

    def worked(self, call_id: str, words: str = "done") -> str:
        """Send the result of a worker's tool."""
        return self.send({"type": "user.tool_result", "tool_use_id": call_id, "content": [say(words)]})[0]

    def define(self, max_iterations: int = 3, *, words: str = "Write a note.", is_heard: bool = True) -> str:
        """Send an outcome, and return its id."""
        outcome_id = self.ids.new("outc")
        rubric = {"type": "text", "content": "It is short."}
        wanted = {"outcome_id": outcome_id, "description": words, "rubric": rubric, "max_iterations": max_iterations}
        self.send({"type": "user.define_outcome", **wanted}, is_heard=is_heard)
        return outcome_id

    def archive(self, thread: str, *, is_heard: bool = True) -> None:
        """End a thread that rests, as the API does."""
        named = {"session_thread_id": thread, "agent_name": self.session.threads[thread].name}
        self.send({"type": "session.thread_status_terminated", **named}, is_heard=is_heard)

    def _received(self, event: Json) -> Entry:
        at = timestamp(self.now) if event["type"] in AT_ONCE else None
        body = {key: value for key, value in event.items() if key != "type"}
        thread = self._addressee(event)
        return Entry(self.ids.new("sevt"), event["type"], at, body, None, thread, thread is not None)

    def _addressee(self, event: Json) -> str | None:
        """Return the thread that an event is for, as the API finds it."""
        if (named := event.get("session_thread_id")) is not None:
            return None if named == self.setting.thread_id else str(named)
        call_id = event.get("tool_use_id") or event.get("custom_tool_use_id")
        return next((each.thread_id for each in self.log if each.id == call_id), None)

    def update(self, changed: Setting) -> None:
        """Change the session's settings, as an update does."""
        self.setting = changed
        self.send({"type": "session.updated"})

    # --- from the runner ----------------------------------------------------------------------------------------------

    def hear(self) -> None:
        if self.unheard:
            heard, self.unheard = tuple(self.unheard), []
            self.take(Sent(heard))

    def take(self, happening: Happening, thread: str | None = None) -> None:
        """Decide, commit, act, and hear what came in meanwhile, as a run does."""
        self.take_all(Heard(happening, thread))

    def take_all(self, *heard: Heard) -> None:
        """Take what happened at one moment in one commit."""
        self.last = decide(self.session, heard, self.settings, self.ids, timestamp(self.now))
        written = {each.id for each in self.last.entries}
        self.log = [each for each in self.log if each.id not in written] + list(self.last.entries)
        self.shown += self.last.entries
        self.session = self.last.session
        for task in self.last.tasks:
            self._perform(task.thread_id, task.effect)
        if self.last.entries:
            self.hear()

    def _perform(self, thread: str | None, effect: Effect) -> None:
        deeds = self.at(thread)
        match effect:
            case AskModel(request_id):
                deeds.asks.append(request_id)
            case RunTool(call):
                deeds.tools.append(call.id)
                self.ran[call.id] += 1
            case Summarise():
                deeds.summaries += 1
            case Wait(seconds):
                deeds.waits.append(seconds)
            case Evaluate(start_id):
                deeds.evaluations.append(start_id)
            case Cancel():
                del self.under_way[thread]

    def reply(
        self,
        *content: Json | str,
        thread: str | None = None,
        stop_reason: str | None = None,
        tokens: int = 10,
        **more: Any,
    ) -> None:
        """Let the model answer: texts, and calls as `{"bash": {…}}`."""
        self.at(thread).asks.pop()
        self.take(self.replied(*content, stop_reason=stop_reason, tokens=tokens, **more), thread)

    def replied(self, *content: Json | str, stop_reason: str | None = None, tokens: int = 10, **more: Any) -> Replied:
        blocks = tuple(self._block(each) for each in content)
        calls = any(each["type"] == "tool_use" for each in blocks)
        reason = stop_reason or ("tool_use" if calls else "end_turn")
        return Replied(Reply(blocks, reason, Usage(tokens, 10), more.get("stop_details")))

    def _block(self, content: Json | str) -> Json:
        if isinstance(content, str):
            return say(content)
        if "type" in content:
            return content
        ((name, tool_input),) = content.items()
        return {"type": "tool_use", "id": self.ids.new("toolu"), "name": name, "input": tool_input}

    def fail(self, thread: str | None = None, **fields: Any) -> None:
        self.at(thread).asks.pop()
        self.take(RequestFailed("model_overloaded_error", "Too busy.", **fields), thread)

    def end(self, call_id: str, words: str = "ok", thread: str | None = None) -> None:
        """Let a tool come to its end."""
        self.at(thread).tools.remove(call_id)
        self.take(Ran(call_id, (say(words),)), thread)

    def sum_up(self, words: str = "They said go.", thread: str | None = None) -> None:
        """Let a summary come to its end."""
        self.at(thread).summaries -= 1
        self.take(Summarised(words, Usage(5, 5)), thread)

    def pause_ends(self, thread: str | None = None) -> None:
        self.at(thread).waits.pop()
        self.take(Due(), thread)

    def beat(self) -> None:
        """Let the evaluation under way say that it goes on."""
        self.take(Evaluating(self.at(None).evaluations[-1]))

    def grade(self, result: Result = "satisfied", explanation: str = "All is there.", cents: float = 0) -> None:
        """Let the evaluation under way come to its end."""
        start_id = self.at(None).evaluations.pop()
        self.take(Evaluated(start_id, result, explanation, Usage(100, 20), cents))

    def crash(self) -> None:
        """Lose everything but the log, and have another process take the session up."""
        self.under_way, self.unheard = {}, []
        self.session = fold(self.log, self.settings)
        self.take(Resumed())

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def bound(self, **bounds: int) -> None:
        self.setting = replace(self.setting, bounds=replace(self.setting.bounds, **bounds))

    def settings(self, thread_id: str | None, agent: Json | None) -> Setting:
        """Return the surroundings of a thread."""
        return self.setting if thread_id is None else setting_of(thread_id, agent or {}, self.setting)

    # --- what tests look at -------------------------------------------------------------------------------------------

    def at(self, thread: str | None) -> Deeds:
        """Return what is under way for a thread."""
        return self.under_way.setdefault(thread, Deeds())

    @property
    def asks(self) -> list[str]:
        """Return the requests of the primary thread in flight."""
        return self.at(None).asks

    @property
    def tools(self) -> list[str]:
        return self.at(None).tools

    @property
    def summaries(self) -> int:
        return self.at(None).summaries

    @property
    def waits(self) -> list[float]:
        return self.at(None).waits

    @property
    def evaluations(self) -> list[str]:
        return self.at(None).evaluations

    @property
    def is_at_work(self) -> bool:
        """Tell whether anything is under way for any thread."""
        return any(map(len, self.under_way.values()))

    @property
    def state(self) -> State:
        """Return the state of the primary thread."""
        return self.session.primary

    def state_of(self, thread: str | None) -> State:
        return self.session.threads[thread].state

    @property
    def children(self) -> list[str]:
        """Return the ids of the threads beside the primary one, oldest first."""
        return [each for each in self.session.threads if each is not None]

    @property
    def types(self) -> list[str]:
        """Return the types of what was shown."""
        return [each.type for each in self.shown]

    @property
    def said(self) -> list[str]:
        """Return the types of what the last decision logged."""
        return [each.type for each in self.last.entries]

    def feed(self, thread: str | None = None, *, since: int = 0) -> list[str]:
        """Return what the session's feed shows, or a thread's own, behind a place in `shown`.

        The types, and who is meant where that is another thread: `1` is the first one that was begun.
        """
        return [
            _told(each, self.children) if thread is None else each.type
            for each in self.shown[since:]
            if each.thread_id == thread or (thread is None and each.is_crossposted)
        ]

    @property
    def mark(self) -> int:
        """Return the place behind everything that was shown so far."""
        return len(self.shown)

    @property
    def calls(self) -> list[str]:
        """Return the ids of the primary thread's open calls."""
        return self.calls_of(None)

    def calls_of(self, thread: str | None) -> list[str]:
        return [each.id for each in self.state_of(thread).open_calls]

    @property
    def conversation(self) -> list[Json]:
        return self.conversation_of(None)

    def conversation_of(self, thread: str | None) -> list[Json]:
        return [json.loads(each) for each in self.state_of(thread).conversation]

    @property
    def last_user_blocks(self) -> list[Json]:
        """Return what the primary thread's model was told last."""
        return self.told_last(None)

    def told_last(self, thread: str | None) -> list[Json]:
        conversation = self.conversation_of(thread)
        blocks: list[Json] = next(each for each in reversed(conversation) if each["role"] == "user")["content"]
        return blocks

    def body(self, event_type: str) -> Json:
        """Return the newest event of the type."""
        return next(each for each in reversed(self.shown) if each.type == event_type).body

    @property
    def stop(self) -> Json:
        found: Json = self.body("session.status_idle")["stop_reason"]
        return found

    @property
    def waiting_ids(self) -> set[str]:
        return {each.id for thread in self.session.threads.values() for each in thread.state.queue}


def _told(entry: Entry, children: list[str]) -> str:
    body = entry.body
    whom = [entry.thread_id, *[body.get(f"{each}session_thread_id") for each in ("", "to_", "from_")]]
    named = [children.index(each) + 1 for each in whom if each in children]
    return f"{entry.type} {named[0]}" if named else entry.type


def tool_results(blocks: Iterable[Json]) -> list[Json]:
    return [each for each in blocks if each["type"] == "tool_result"]
