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
from agentops.engine.core.runs.decide import Decision, Heard, decide
from agentops.engine.core.runs.effects import AskModel, Cancel, Effect, RunTool, Summarise, Wait
from agentops.engine.core.runs.fold import fold
from agentops.engine.core.runs.grants import Grants
from agentops.engine.core.runs.happenings import Happening, Ran, Replied, RequestFailed, Resumed, Sent
from agentops.engine.core.runs.session_state import SessionState
from agentops.engine.core.runs.setting import Bounds, Setting
from agentops.engine.core.runs.state import State

AT_ONCE = ("user.custom_tool_result", "user.tool_result", "session.updated")
SMALL = Bounds(requests=8, attempts=2, compactions=2, context_tokens=1_000)

ALLOW, ASK, AUTO = ({"type": each} for each in ("always_allow", "always_ask", "auto"))


def _config(name: str, policy: Json, *, enabled: bool = True) -> Json:
    return {"name": name, "enabled": enabled, "permission_policy": policy}


TOOLS: list[Json] = [
    {
        "type": "agent_toolset_20260401",
        "default_config": {"enabled": True, "permission_policy": ALLOW},
        "configs": [_config("write", ASK), _config("edit", AUTO), _config("glob", ALLOW, enabled=False)],
    },
    {"type": "custom", "name": "lookup", "description": "Looks up.", "input_schema": {"type": "object"}},
    {
        "type": "mcp_toolset",
        "mcp_server_name": "tickets",
        "default_config": {"enabled": True, "permission_policy": ASK},
        "configs": [],
    },
]
"""`bash` runs, `read` too and is harmless, `write` asks, `edit` is judged and asks, `glob` is disabled."""


def setting(*, is_self_hosted: bool = False, budget: int | None = None, bounds: Bounds = SMALL) -> Setting:
    return Setting(
        thread_id="sthr_1",
        agent_name="Reviewer",
        grants=Grants(TOOLS, is_self_hosted=is_self_hosted),
        cost_cents=lambda usage, _searches, _seconds: usage.output_tokens / 10,
        budget={"type": "limit", "max_list_cost": {"amount": str(budget), "currency": "USD"}} if budget else None,
        bounds=bounds,
    )


def say(words: str) -> Json:
    return {"type": "text", "text": words}


@dataclass
class Desk:
    """One session, its log, and everything that is under way."""

    setting: Setting = field(default_factory=setting)
    session: SessionState = field(default_factory=SessionState)
    log: list[Entry] = field(default_factory=list)
    """As it lies in the database: what waited stands where it took effect."""

    shown: list[Entry] = field(default_factory=list)
    """Everything in the order in which watchers saw it, apart from the first sight of what waited."""

    unheard: list[Entry] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    summaries: int = 0
    waits: list[float] = field(default_factory=list)
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

    def interrupt(self) -> str:
        return self.send({"type": "user.interrupt"})[0]

    def confirm(self, call_id: str, result: str = "allow", **more: str) -> str:
        return self.send({"type": "user.tool_confirmation", "tool_use_id": call_id, "result": result, **more})[0]

    def answer(self, call_id: str, words: str = "42") -> str:
        """Send the result of a custom tool."""
        return self.send({"type": "user.custom_tool_result", "custom_tool_use_id": call_id, "content": [say(words)]})[0]

    def worked(self, call_id: str, words: str = "done") -> str:
        """Send the result of a worker's tool."""
        return self.send({"type": "user.tool_result", "tool_use_id": call_id, "content": [say(words)]})[0]

    def _received(self, event: Json) -> Entry:
        at = timestamp(self.now) if event["type"] in AT_ONCE else None
        return Entry(self.ids.new("sevt"), event["type"], at, {k: v for k, v in event.items() if k != "type"})

    def update(self, changed: Setting) -> None:
        """Change the session's settings, as an update does."""
        self.setting = changed
        self.send({"type": "session.updated"})

    # --- from the runner ----------------------------------------------------------------------------------------------

    def hear(self) -> None:
        if self.unheard:
            heard, self.unheard = tuple(self.unheard), []
            self.take(Sent(heard))

    def take(self, happening: Happening) -> None:
        """Decide, commit, act, and hear what came in meanwhile, as a run does."""
        self.last = decide(self.session, [Heard(happening)], self.settings, self.ids, timestamp(self.now))
        for entry in self.last.entries:
            self.log = [each for each in self.log if each.id != entry.id]
            self.log.append(entry)
        self.shown += self.last.entries
        self.session = self.last.session
        for task in self.last.tasks:
            self._perform(task.effect)
        if self.last.entries:
            self.hear()

    def _perform(self, effect: Effect) -> None:
        match effect:
            case AskModel(request_id):
                self.asks.append(request_id)
            case RunTool(call):
                self.tools.append(call.id)
                self.ran[call.id] += 1
            case Summarise():
                self.summaries += 1
            case Wait(seconds):
                self.waits.append(seconds)
            case Cancel():
                self._drop()

    def _drop(self) -> None:
        self.asks, self.tools, self.summaries, self.waits = [], [], 0, []

    def reply(self, *content: Json | str, stop_reason: str | None = None, tokens: int = 10, **more: Any) -> None:
        """Let the model answer: texts, and calls as `{"bash": {…}}`."""
        blocks = tuple(self._block(each) for each in content)
        calls = any(each["type"] == "tool_use" for each in blocks)
        reason = stop_reason or ("tool_use" if calls else "end_turn")
        self.asks.pop()
        self.take(Replied(Reply(blocks, reason, Usage(tokens, 10), more.get("stop_details"))))

    def _block(self, content: Json | str) -> Json:
        if isinstance(content, str):
            return say(content)
        if "type" in content:
            return content
        ((name, tool_input),) = content.items()
        return {"type": "tool_use", "id": self.ids.new("toolu"), "name": name, "input": tool_input}

    def fail(self, **fields: Any) -> None:
        self.asks.pop()
        self.take(RequestFailed("model_overloaded_error", "Too busy.", **fields))

    def end(self, call_id: str, words: str = "ok") -> None:
        """Let a tool come to its end."""
        self.tools.remove(call_id)
        self.take(Ran(call_id, (say(words),)))

    def crash(self) -> None:
        """Lose everything but the log, and have another process take the session up."""
        self._drop()
        self.unheard = []
        self.session = fold(self.log, self.settings)
        self.take(Resumed())

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def bound(self, **bounds: int) -> None:
        self.setting = replace(self.setting, bounds=replace(self.setting.bounds, **bounds))

    def settings(self, thread_id: str | None, agent: Json | None) -> Setting:
        """Return the surroundings of a thread; here there is one."""
        del thread_id, agent
        return self.setting

    # --- what tests look at -------------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """Return the state of the primary thread."""
        return self.session.primary

    @property
    def types(self) -> list[str]:
        """Return the types of what was shown, short."""
        return [each.type for each in self.shown]

    @property
    def said(self) -> list[str]:
        """Return the types of what the last decision logged."""
        return [each.type for each in self.last.entries]

    @property
    def calls(self) -> list[str]:
        """Return the ids of the open calls."""
        return [each.id for each in self.state.open_calls]

    @property
    def conversation(self) -> list[Json]:
        return [json.loads(each) for each in self.state.conversation]

    @property
    def last_user_blocks(self) -> list[Json]:
        """Return what the model was told last."""
        blocks: list[Json] = next(each for each in reversed(self.conversation) if each["role"] == "user")["content"]
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
        return {each.id for each in self.state.queue}


def tool_results(blocks: Iterable[Json]) -> list[Json]:
    return [each for each in blocks if each["type"] == "tool_result"]
