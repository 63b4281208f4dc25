"""Whatever happens in whatever order, with a crash after any commit: the laws of a session hold."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase as Stage
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.engine.core.json import Json
from agentops.engine.core.runs.happenings import Due, RequestFailed, Summarised, Troubled
from agentops.engine.core.runs.state import Phase
from agentops.engine.core.sending import Situation, problems

from . import laws
from .desk import Desk, say, setting

TOOLS = ("bash", "bash", "read", "write", "edit", "glob", "web_fetch", "lookup", "mcp__tickets__close", "unheard_of")
THINKING: Json = {"type": "thinking", "thinking": "", "signature": "s"}
REASONS = (None,) * 8 + ("refusal", "pause_turn", "max_tokens", "model_context_window_exceeded")


class Chances:
    """Something that happens to a session, whichever number comes."""

    def __init__(self, *, is_self_hosted: bool, budget: int | None) -> None:
        self.is_self_hosted = is_self_hosted
        self.desk = Desk(setting(is_self_hosted=is_self_hosted, budget=budget))
        self.sent: list[str] = []
        self._chance = random.Random(0)

    def happen(self, number: int) -> None:
        self._chance = random.Random(number)
        HAPPENINGS[number % len(HAPPENINGS)](self)

    def _maybe(self, *anything: Any) -> Any:
        return self._chance.choice(anything)

    def _send(self, *events: Json, is_checked: bool = True) -> None:
        """Send what the API would let in; the runner hears of it at once, or later.

        Answers that it would not let in do no harm either, which is a wall behind the wall.
        """
        state = self.desk.state
        waits_for = {} if self.desk.unheard else {each.id: str(each.awaits) for each in state.waits_for}
        rests_for = self.desk.session.rests_for
        situation = Situation(
            "sesn_1",
            "sthr_1",
            waits_for,
            rests_for,
            rests_for == "budget_reached",
            self.is_self_hosted,
            "claude-opus-5-5",
        )
        if not is_checked or not list(problems(events, situation)):
            self.sent += self.desk.send(*events, is_heard=self._maybe(True, True, False))

    def a_message_comes(self) -> None:
        instructions = {"type": "system.message", "content": [say("Be brief.")]}
        self._send({"type": "user.message", "content": [say("go")]}, *self._maybe([], [instructions]))

    def an_interrupt_comes(self) -> None:
        message = {"type": "user.message", "content": [say("rather this")]}
        self._send({"type": "user.interrupt"}, *self._maybe([], [message]))

    def a_person_decides(self) -> None:
        if call := self._a_call():
            result = self._maybe("allow", "allow", "deny")
            event = {"type": "user.tool_confirmation", "tool_use_id": call.id, "result": result}
            self._send(*[event] * self._maybe(1, 1, 1, 2), is_checked=self._maybe(True, False))

    def a_client_answers(self) -> None:
        if call := self._a_call():
            is_custom = call.type == "agent.custom_tool_use"
            kind = "user.custom_tool_result" if is_custom else "user.tool_result"
            content = self._maybe({}, {"content": [say("42")]})
            message = {"type": "user.message", "content": [say("and")]}
            event = {"type": kind, "custom_tool_use_id" if is_custom else "tool_use_id": call.id, **content}
            self._send(event, *self._maybe([], [message]))

    def _a_call(self) -> Any:
        """Return an open call, or any of the last."""
        calls = [each for each in self.desk.log if each.type.endswith("tool_use")][-6:]
        open_calls = [each for each in calls if each.id in self.desk.calls]
        return self._maybe(*open_calls * 4, *calls) if calls else None

    def the_runner_looks(self) -> None:
        self.desk.hear()

    def the_model_answers(self) -> None:
        if self.desk.asks:
            content = [self._content() for _ in range(self._maybe(0, 1, 1, 2, 3, 4))]
            self.desk.reply(*content, stop_reason=self._maybe(*REASONS), tokens=self._maybe(10, 10, 10, 2_000))

    def _content(self) -> Json | str:
        call = {self._maybe(*TOOLS): self._maybe({"a": 1}, {"a": 1}, {"a": 1}, '{"a')}
        content: Json | str = self._maybe("Done.", "", " ", THINKING, call, call, call, call)
        return content

    def the_model_fails(self) -> None:
        if self.desk.asks:
            self.desk.fail(may_pass=self._maybe(True, True, False), is_too_long=self._maybe(True, False, False))

    def a_tool_ends(self) -> None:
        if self.desk.tools:
            self.desk.end(self._maybe(*self.desk.tools))

    def a_summary_ends(self) -> None:
        if self.desk.summaries:
            self.desk.summaries = 0
            failure = RequestFailed("model_overloaded_error", "Too busy.", may_pass=self._maybe(True, False))
            self.desk.take(self._maybe(failure, Summarised("They want it done."), Summarised("All is well.")))

    def a_pause_ends(self) -> None:
        if self.desk.waits:
            self.desk.waits = []
            self.desk.take(Due())

    def something_beside_fails(self) -> None:
        if self.desk.state.phase is Phase.RUNNING:
            self.desk.take(Troubled({"type": "mcp_connection_failed_error", "mcp_server_name": "t", "message": "no"}))

    def time_passes(self) -> None:
        self.desk.pass_time(self._maybe(0.5, 60.0))

    def the_budget_changes(self) -> None:
        self.desk.update(setting(is_self_hosted=self.is_self_hosted, budget=self._maybe(None, 6, 10_000)))

    def the_server_dies(self) -> None:
        self.desk.crash()


HAPPENINGS: tuple[Callable[[Chances], None], ...] = (
    *[Chances.the_model_answers] * 6,
    *[Chances.a_tool_ends] * 5,
    *[Chances.a_client_answers] * 3,
    *[Chances.a_person_decides] * 3,
    *[Chances.a_message_comes] * 3,
    *[Chances.a_summary_ends] * 2,
    *[Chances.a_pause_ends] * 2,
    *[Chances.the_server_dies] * 2,
    *[Chances.the_runner_looks] * 2,
    Chances.an_interrupt_comes,
    Chances.the_model_fails,
    Chances.something_beside_fails,
    Chances.time_passes,
    Chances.the_budget_changes,
)


@pytest.mark.parametrize("is_self_hosted", [False, True], ids=["cloud", "self-hosted"])
@settings(max_examples=60, phases=(Stage.generate, Stage.shrink))
@given(
    numbers=st.lists(st.integers(0, 100_000), min_size=10, max_size=50), budget=st.sampled_from([None, None, None, 6])
)
def test_the_laws_hold_whatever_happens(is_self_hosted: bool, numbers: list[int], budget: int | None) -> None:
    chances = Chances(is_self_hosted=is_self_hosted, budget=budget)
    chances.a_message_comes()
    for number in numbers:
        chances.happen(number)
        for law in laws.ALWAYS:
            law(chances.desk)
        laws.nothing_sent_is_lost(chances.desk, chances.sent)
