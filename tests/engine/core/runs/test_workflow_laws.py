"""Whatever happens to a session with plans, with a crash after any commit: its runs come to their end."""

from collections import Counter
from collections.abc import Callable

from hypothesis import Phase as Stage
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.engine.core.json import Json
from agentops.engine.core.runs.decide import Heard
from agentops.engine.core.runs.happenings import OfRun
from agentops.engine.core.runs.state import Phase
from agentops.engine.core.runs.team import NOBODY
from agentops.engine.core.workflows import ends, tool
from agentops.engine.core.workflows.happenings import TimeUp

from . import laws
from .chances import HAPPENINGS, Chances
from .rooms import GO, Room, planning

_STEPS_MAX = 3_000


class PlanChances(Chances):
    """Something that happens to a session whose agent runs plans."""

    desk: Room

    def __init__(self, budget: int | None) -> None:
        super().__init__(NOBODY, is_self_hosted=False, budget=None)
        self.desk = Room(planning(budget))

    def happen(self, number: int) -> None:
        self._chance.seed(number)
        if number % 3:
            getattr(self, HAPPENINGS[number // 3 % len(HAPPENINGS)].__name__)()
        else:
            self._maybe(*[self.a_plan_speaks] * 8, self.the_time_of_a_run_is_over)()

    def a_plan_speaks(self) -> None:
        speaking = [run_id for run_id, each in self.desk.plans.items() if each.out]
        if speaking:
            run_id = self._maybe(*speaking)
            plan = self.desk.plans[run_id]
            said = [plan.out.popleft() for _ in range(min(len(plan.out), self._maybe(1, 2, 9)))]
            self.desk.take_all(*(Heard(OfRun(run_id, each)) for each in said))

    def the_time_of_a_run_is_over(self) -> None:
        if (runs := [*self.desk.session.runs]) and self._maybe(True, False, False, False):
            self.desk.take(OfRun(self._maybe(*runs), TimeUp()))

    def the_budget_changes(self) -> None:
        self.desk.update(planning(self._maybe(None, 6, 30, 10_000)))

    def a_thread_is_archived(self) -> None:
        """All of them belong to runs, which the API knows."""

    def _content(self, thread: str | None) -> Json | str:
        if thread is None and self._maybe(True, False, False):
            stop: Json = {tool.STOP: {"workflow_run_id": self._maybe("wrun_none", *self.desk.session.runs)}}
            content: Json = self._maybe(GO, GO, GO, stop)
            return content
        return super()._content(thread)

    def to_the_end(self) -> None:
        """Let everything come to its end, whatever it was."""
        self.desk.update(planning())
        self.desk.hear()
        steps: tuple[Callable[[], None], ...] = (
            *(self.a_plan_speaks, self.a_tool_ends, self.a_summary_ends, self.a_pause_ends),
            *(self._every_call_is_answered, self.the_runner_looks, self.an_evaluation_ends),
        )
        for number in range(_STEPS_MAX):
            if self.desk.session.phase is Phase.IDLE and not (self.desk.session.runs or self.desk.session.waits_for):
                return
            self._chance.seed(number)
            for thread in list(self._whose("asks")):
                self.desk.reply("Done.", thread=thread)
            for step in steps:
                step()
        raise AssertionError("it never rests")

    def _every_call_is_answered(self) -> None:
        for _, call in self.desk.session.waits_for:
            if call.awaits == "user.tool_confirmation":
                self.desk.confirm(call.id)
            else:
                self.desk.answer(call.id)


def it_runs_as_long_as_anything_does(room: Room) -> None:
    session = room.session
    is_active = session.phase in (Phase.RUNNING, Phase.RESCHEDULING)
    assert is_active == (room.is_at_work or session.has_plans_at_work) or room.unheard
    for run_id, run in session.runs.items():
        if run.pause is None and not room.unheard:
            # Either its plan has something to say, or somebody works for it.
            assert run_id in room.plans
            assert room.plans[run_id].out or run.running


def runs_end_once_and_whole(room: Room) -> None:
    for run_id in {each.body["workflow_run_id"] for each in room.log if each.type == "workflow_run.created"}:
        of_run = [each for each in room.log if each.body.get("workflow_run_id") == run_id]
        times = Counter(each.type for each in of_run)
        assert times["workflow_run.created"] == times["workflow_run.status_ended"] == 1
        assert times["workflow_run.phase_started"] == times["workflow_run.phase_ended"]
        assert of_run[-1].type == "workflow_run.status_ended"
        assert of_run[-1].body["result"].get("error") != ends.NOT_REPEATED
    created = [each.body["session_thread_id"] for each in room.log if each.type == "session.thread_created"]
    ended = [each.thread_id for each in room.log if each.type == "session.thread_status_terminated"]
    assert Counter(created) == Counter(ended)


@settings(max_examples=6, phases=(Stage.generate, Stage.shrink), deadline=None)
@given(numbers=st.lists(st.integers(0, 300_000), min_size=10, max_size=40), budget=st.sampled_from([None, None, 6, 20]))
def test_runs_come_to_their_end_whatever_happens(numbers: list[int], budget: int | None) -> None:
    chances = PlanChances(budget)
    room = chances.desk
    chances.a_message_comes()
    room.hear()
    if room.asks:
        room.reply(GO, GO)
    for number in numbers:
        chances.happen(number)
        it_runs_as_long_as_anything_does(room)
        laws.rest_is_rest(room)
        laws.nobody_is_asked_beyond_the_budget(room)
        laws.nothing_sent_is_lost(room, chances.sent)
    chances.to_the_end()
    runs_end_once_and_whole(room)
    for law in (laws.requests_end_once, laws.calls_end_once, laws.nothing_is_run_twice, laws.the_model_can_read_it):
        law(room)
