"""Whatever can happen to a session, drawn by numbers."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from agentops.engine.core.json import Json
from agentops.engine.core.runs.decide import Heard
from agentops.engine.core.runs.happenings import Due, RequestFailed, Summarised, Troubled
from agentops.engine.core.runs.state import Phase
from agentops.engine.core.runs.team import Team
from agentops.engine.core.sending import Origin, Situation, problems

from .agents import setting
from .desk import Desk, say

TOOLS = ("bash", "bash", "read", "write", "edit", "glob", "web_fetch", "lookup", "mcp__tickets__close", "unheard_of")
THINKING: Json = {"type": "thinking", "thinking": "", "signature": "s"}
REASONS = (None,) * 10 + ("refusal", "pause_turn", "max_tokens", "model_context_window_exceeded")


class Chances:
    """Something that happens to a session, whichever number comes."""

    def __init__(self, team: Team, *, is_self_hosted: bool, budget: int | None) -> None:
        self.is_self_hosted = is_self_hosted
        self.team = team
        self.desk = Desk(setting(is_self_hosted=is_self_hosted, budget=budget, team=team))
        self.sent: list[str] = []
        self.words: list[str] = []
        """What was said to the session, each once."""

        self._chance = random.Random(0)

    def happen(self, number: int) -> None:
        self._chance = random.Random(number)
        HAPPENINGS[number % len(HAPPENINGS)](self)

    def _maybe(self, *anything: Any) -> Any:
        return self._chance.choice(anything)

    # --- from outside -------------------------------------------------------------------------------------------------

    def _send(self, *events: Json, is_checked: bool = True) -> bool:
        """Send what the API would let in; the runner hears of it at once, or later.

        Answers that it would not let in do no harm either, which is a wall behind the wall.
        """
        is_let_in = not is_checked or not list(problems(events, self._situation()))
        if is_let_in:
            self.sent += self.desk.send(*events, is_heard=self._maybe(True, True, False))
        return is_let_in

    def _situation(self) -> Situation:
        session, threads = self.desk.session, self.desk.session.threads
        waits_for = {} if self.desk.unheard else {call.id: str(call.awaits) for _, call in session.waits_for}
        return Situation(
            "sesn_1",
            "sthr_1",
            waits_for,
            session.rests_for,
            session.rests_for == "budget_reached",
            self.is_self_hosted,
            "claude-opus-5-5",
            waits_in={call.id: thread for thread, call in session.waits_for if thread},
            origins={each.id: Origin(each.type, each.thread_id) for each in self.desk.log},
            open_threads=frozenset(key for key, each in threads.items() if key and not each.is_over),
            outcome_id=self._open_outcome(),
        )

    def _open_outcome(self) -> str | None:
        known = {each["outcome_id"] for each in self.desk.session.evaluations if each["completed_at"]}
        defined = [each.body["outcome_id"] for each in self.desk.log if each.type == "user.define_outcome"]
        return next((each for each in defined if each not in known), None)

    def _new_words(self) -> str:
        return f"words-{len(self.desk.log)}-{self._chance.random()}"

    def a_message_comes(self) -> None:
        words = self._new_words()
        instructions = {"type": "system.message", "content": [say("Be brief.")]}
        if self._send({"type": "user.message", "content": [say(words)]}, *self._maybe([], [instructions])):
            self.words.append(words)

    def an_outcome_comes(self) -> None:
        words = self._new_words()
        wanted = {
            "outcome_id": self.desk.ids.new("outc"),
            "description": words,
            "rubric": {"type": "text", "content": "It is short."},
            "max_iterations": self._maybe(1, 2, 3),
        }
        if self._send({"type": "user.define_outcome", **wanted}):
            self.words.append(words)

    def an_interrupt_comes(self) -> None:
        message = {"type": "user.message", "content": [say("rather this")]}
        self._send({"type": "user.interrupt"}, *self._maybe([], [message]))

    def a_thread_is_interrupted(self) -> None:
        thread = self._maybe("sthr_1", *self.desk.children)
        self._send({"type": "user.interrupt", "session_thread_id": thread})

    def a_thread_is_archived(self) -> None:
        threads = self.desk.session.threads
        known = {each.thread_id for each in self.desk.unheard}
        idle = [key for key in self.desk.children if threads[key].state.phase is Phase.IDLE and key not in known]
        if idle:
            self.desk.archive(self._maybe(*idle), is_heard=self._maybe(True, True, False))

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
        calls = [each for each in self.desk.log if each.type.endswith("tool_use")][-12:]
        waiting = {call.id for _, call in self.desk.session.waits_for}
        open_calls = [each for each in calls if each.id in waiting]
        return self._maybe(*open_calls * 4, *calls) if calls else None

    def the_budget_changes(self) -> None:
        budget = self._maybe(None, 6, 30, 10_000)
        self.desk.update(setting(is_self_hosted=self.is_self_hosted, budget=budget, team=self.team))

    # --- from the runner ----------------------------------------------------------------------------------------------

    def _whose(self, what: str) -> Mapping[str | None, Any]:
        """Return the threads for which such a thing is under way."""
        return {key: found for key, each in self.desk.under_way.items() if (found := getattr(each, what))}

    def the_runner_looks(self) -> None:
        self.desk.hear()

    def the_model_answers(self) -> None:
        if asking := list(self._whose("asks")):
            thread = self._maybe(*asking)
            self.desk.reply(*self._contents(thread), thread=thread, **self._manner())

    def several_models_answer(self) -> None:
        """At one moment, so that one commit takes all of it."""
        heard = []
        for thread in list(self._whose("asks")):
            self.desk.at(thread).asks.pop()
            heard.append(Heard(self.desk.replied(*self._contents(thread), **self._manner()), thread))
        if heard:
            self.desk.take_all(*heard)

    def _manner(self) -> Mapping[str, Any]:
        return {"stop_reason": self._maybe(*REASONS), "tokens": self._maybe(10, 10, 10, 10, 2_000)}

    def _contents(self, thread: str | None) -> list[Json | str]:
        return [self._content(thread) for _ in range(self._maybe(0, 1, 1, 2, 3, 4))]

    def _content(self, thread: str | None) -> Json | str:
        call = {self._maybe(*TOOLS): self._maybe({"a": 1}, {"a": 1}, {"a": 1}, '{"a')}
        if self.team.names:
            call = self._maybe(call, call, self._call_of_a_team(thread))
        content: Json | str = self._maybe("Done.", "", " ", THINKING, call, call, call, call)
        return content

    def _call_of_a_team(self, thread: str | None) -> Json:
        others = [*self.desk.children, "writer", "tester", "nobody", 7, None]
        message = self._maybe("Do it.", "Do it.", "Do it.", "", None)
        of_lead = (
            {"send_to_agent": {"agent": self._maybe(*others), "message": message}},
            {"send_to_agent": {"agent": "writer", "message": "Do it."}},
            {"send_to_agent": {"inline": {"name": "inliner", "system": "Do."}, "message": message}},
            {"wait_for_agents": self._maybe({}, {}, {"threads": [self._maybe(*others)]}, {"threads": [{}, 1]})},
            {"wait_for_agents": {}},
            {"list_agents": {}},
            {"consult_advisor": self._maybe({}, {"question": "What now?"}, {"question": 1})},
        )
        of_child = ({"send_to_parent": {"message": message}}, {"send_to_agent": {"agent": "writer", "message": "x"}})
        found: Json = self._maybe(*(of_lead if thread is None else of_child))
        return found

    def the_model_fails(self) -> None:
        if asking := list(self._whose("asks")):
            thread = self._maybe(*asking)
            self.desk.fail(thread, may_pass=self._maybe(True, True, False), is_too_long=self._maybe(True, False, False))

    def a_tool_ends(self) -> None:
        if at_work := self._whose("tools"):
            thread = self._maybe(*at_work)
            self.desk.end(self._maybe(*at_work[thread]), thread=thread)

    def a_summary_ends(self) -> None:
        if at_work := self._whose("summaries"):
            thread = self._maybe(*at_work)
            self.desk.at(thread).summaries = 0
            failure = RequestFailed("model_overloaded_error", "Too busy.", may_pass=self._maybe(True, False))
            found = self._maybe(failure, Summarised("They want it done."), Summarised("All is well."))
            self.desk.take(found, thread)

    def a_pause_ends(self) -> None:
        if waiting := self._whose("waits"):
            thread = self._maybe(*waiting)
            self.desk.at(thread).waits.clear()
            self.desk.take(Due(), thread)

    def something_beside_fails(self) -> None:
        if self.desk.state.phase is Phase.RUNNING:
            self.desk.take(Troubled({"type": "mcp_connection_failed_error", "mcp_server_name": "t", "message": "no"}))

    def an_evaluation_goes_on(self) -> None:
        if self.desk.evaluations:
            self.desk.beat()

    def an_evaluation_ends(self) -> None:
        if self.desk.evaluations:
            result = self._maybe("satisfied", "needs_revision", "needs_revision", "failed")
            self.desk.grade(result, self._new_words(), cents=self._maybe(0, 2.5))

    def time_passes(self) -> None:
        self.desk.pass_time(self._maybe(0.5, 60.0))

    def the_server_dies(self) -> None:
        self.desk.crash()


HAPPENINGS: tuple[Callable[[Chances], None], ...] = (
    *[Chances.the_model_answers] * 7,
    *[Chances.several_models_answer] * 2,
    *[Chances.a_tool_ends] * 5,
    *[Chances.a_client_answers] * 3,
    *[Chances.a_person_decides] * 3,
    *[Chances.a_message_comes] * 3,
    *[Chances.a_summary_ends] * 2,
    *[Chances.a_pause_ends] * 2,
    *[Chances.the_server_dies] * 2,
    *[Chances.the_runner_looks] * 2,
    *[Chances.an_outcome_comes] * 2,
    *[Chances.an_evaluation_ends] * 2,
    Chances.an_evaluation_goes_on,
    Chances.an_interrupt_comes,
    Chances.a_thread_is_interrupted,
    Chances.a_thread_is_archived,
    Chances.the_model_fails,
    Chances.something_beside_fails,
    Chances.time_passes,
    Chances.the_budget_changes,
)
