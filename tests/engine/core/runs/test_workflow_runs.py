"""Workflow runs in a session played by hand: what they keep from resting, what they survive, and who hears of them."""

import pytest

from agentops.engine.core.json import Json
from agentops.engine.core.runs.decide import Heard
from agentops.engine.core.runs.happenings import OfRun
from agentops.engine.core.runs.team import WAIT
from agentops.engine.core.workflows import tool
from agentops.engine.core.workflows.effects import AnswerProgram, EndProgram, StartProgram
from agentops.engine.core.workflows.happenings import (
    Asked,
    Choice,
    Finished,
    Logged,
    PhaseBegun,
    PhaseLeft,
    TimeUp,
    Waits,
)

from .desk import say
from .rooms import GO, PLAN, Room


@pytest.fixture
def room() -> Room:
    """A session whose agent has begun a plan and rests; the plan has entered a phase and asked one agent."""
    room = Room()
    room.message()
    room.reply(GO)
    room.reply("It runs.")
    room.plan(PhaseBegun(1, "look"), Asked(2, "Look.", Choice("Reviewer")), Waits(0))
    return room


def test_the_session_runs_for_as_long_as_a_run_does(room: Room) -> None:
    assert (room.session.phase, room.state.phase) == ("running", "idle")
    (scout,) = room.working
    room.reply("Seen.", thread=scout)
    assert room.of_programs[1:] == [AnswerProgram(room.run_id, 2, "Seen.")]
    assert "session.status_idle" not in room.types
    assert room.plan(PhaseLeft(1), Finished("All is well.")) == [
        "workflow_run.phase_ended",
        "workflow_run.status_ended",
        "session.thread_status_running",
        "span.model_request_start",
    ]
    assert "All is well." in room.last_words
    room.reply("Noted.")
    assert room.said[-1] == "session.status_idle"
    assert room.session.runs == {}


def test_a_task_comes_from_no_agent_by_name_and_what_comes_of_it_goes_to_the_plan_alone(room: Room) -> None:
    (scout,) = room.working
    room.reply("Seen.", thread=scout)
    first, *_, rests, ends = [each for each in room.log if each.thread_id == scout]
    assert first.type == "agent.thread_message_received"
    assert first.body == {"from_session_thread_id": "sthr_1", "content": [say("Look.")]}
    assert [rests.type, ends.type] == ["session.thread_status_idle", "session.thread_status_terminated"]
    assert rests.is_crossposted
    assert ends.is_crossposted
    assert not [each for each in room.feed() if each.startswith("agent.thread_message")]
    assert room.working == []


def test_an_agent_that_fails_or_is_interrupted_fails_for_the_plan_alone(room: Room) -> None:
    room.plan(Asked(3, "Look.", Choice()))
    first, second = room.working
    room.fail(first)
    assert room.said == ["span.model_request_end", "session.error", "session.thread_status_terminated"]
    room.interrupt(second)
    assert room.said[-2:] == ["session.thread_status_idle", "session.thread_status_terminated"]
    told = [each for each in room.of_programs if isinstance(each, AnswerProgram)]
    assert [(each.number, each.is_error) for each in told] == [(2, True), (3, True)]
    assert room.session.phase == "running"


def test_an_interrupt_of_the_session_ends_no_run(room: Room) -> None:
    room.message()
    room.interrupt()
    assert room.said[-2:] == ["user.interrupt", "session.thread_status_idle"]
    assert (room.session.phase, room.state.phase) == ("running", "idle")
    (scout,) = room.working
    assert room.at(scout).asks


def test_a_run_is_stopped_with_its_agents_and_the_agent_hears_of_it_at_once(room: Room) -> None:
    (scout,) = room.working
    room.reply({"bash": {"command": "sleep"}}, thread=scout)
    room.message("Stop it.")
    room.reply({tool.STOP: {"workflow_run_id": room.run_id}})
    begin = room.said.index("agent.tool_result")
    assert room.said[begin:] == [
        "agent.tool_result",  # of the scout, whose tool ran
        "session.thread_status_terminated",
        "workflow_run.phase_ended",
        "workflow_run.status_ended",
        "agent.tool_result",
        "span.model_request_start",
    ]
    assert "was stopped" in room.last_words
    assert isinstance(room.of_programs[-1], EndProgram)
    room.reply({tool.STOP: {"workflow_run_id": "wrun_none"}})
    assert "no open workflow run" in room.last_words


def test_what_a_stopped_agent_came_to_at_that_moment_is_not_heard(room: Room) -> None:
    (scout,) = room.working
    late, more = Heard(room.replied("Seen."), scout), Heard(OfRun(room.run_id, Finished()))
    room.take_all(Heard(OfRun(room.run_id, TimeUp())), late, more)
    assert room.said.count("workflow_run.status_ended") == 1
    assert "agent.message" not in room.said


@pytest.mark.parametrize("sent", [{}, {"name": "x", "program": " "}, {**PLAN, "speed": 1}])
def test_what_is_no_plan_begins_no_run(sent: Json) -> None:
    room = Room()
    room.message()
    room.reply({tool.RUN: sent})
    assert "workflow_run.created" not in room.said
    assert "No workflow was started." in room.last_words


def test_there_are_so_many_open_runs_and_no_more() -> None:
    room = Room()
    room.message()
    room.reply(*[GO] * 11)
    assert (len(room.session.runs), room.said.count("workflow_run.created")) == (10, 10)
    error = room.body("workflow_run.error")
    assert (error["workflow_run_id"], error["error"]["type"]) == (None, "max_workflow_runs_error")


def test_no_outcome_is_evaluated_while_a_run_is_open() -> None:
    room = Room()
    room.define()
    room.reply(GO)
    room.reply("It runs.")
    assert room.evaluations == []
    room.plan(Finished())
    room.reply("Noted.")
    assert room.said[-1] == "span.outcome_evaluation_start"
    assert len(room.evaluations) == 1


def test_a_budget_pauses_runs_and_they_go_on_when_it_is_raised(room: Room) -> None:
    (scout,) = room.working
    room.budget(3)
    room.reply("Seen.", thread=scout)
    said = room.plan(Asked(3, "Look again.", Choice()), Waits(1))
    assert said[-3:] == ["workflow_run.status_idle", "session.usage", "session.status_idle"]
    assert room.stop == {"type": "budget_reached"}
    # Nothing new begins, whatever the plan says meanwhile.
    assert room.plan(Asked(4, "And again.", Choice())) == []
    room.budget(100)
    room.send({"type": "session.updated"})
    assert "workflow_run.status_running" in room.said
    assert (room.session.phase, len(room.working)) == ("running", 2)


def test_a_paused_run_is_taken_up_when_it_may_go_on_and_not_before(room: Room) -> None:
    (scout,) = room.working
    room.budget(3)
    room.reply("Seen.", thread=scout)
    room.plan(Asked(3, "Look again.", Choice()), Waits(1))
    room.crash()
    assert (room.said, room.of_programs) == ([], [])
    room.budget(100)
    room.crash()
    assert room.said[0] == "session.status_running"
    assert "workflow_run.status_running" in room.said
    assert [type(each) for each in room.of_programs] == [StartProgram]


def test_after_a_crash_the_plan_is_run_again_and_told_what_it_was_told(room: Room) -> None:
    (scout,) = room.working
    room.reply("Seen.", thread=scout)
    room.plan(Asked(3, "Look again.", Choice()))
    (other,) = room.working
    room.crash()
    assert (room.said, len(room.at(other).asks)) == ([], 1)
    (order,) = room.of_programs
    assert isinstance(order, StartProgram)
    assert room.plan(PhaseBegun(1, "look"), Asked(2, "Look.", Choice("Reviewer")), Logged("again"), Waits(0)) == []
    assert room.of_programs[1:] == [AnswerProgram(order.run_id, 2, "Seen.")]
    assert room.plan(Asked(3, "Look again.", Choice()), Waits(1)) == []
    room.reply("Seen again.", thread=other)
    assert room.of_programs[2:] == [AnswerProgram(order.run_id, 3, "Seen again.")]


def test_a_run_whose_time_is_over_ends_when_it_is_taken_up(room: Room) -> None:
    room.pass_time(25 * 60 * 60)
    room.crash()
    assert room.body("workflow_run.error")["error"]["type"] == "timeout_error"
    assert room.said.index("session.thread_status_terminated") < room.said.index("workflow_run.error")
    assert [type(each) for each in room.of_programs] == [EndProgram]
    assert len(room.asks) == 1


def test_a_call_that_waits_in_a_run_leaves_the_session_running(room: Room) -> None:
    (scout,) = room.working
    room.reply({"write": {"path": "x"}}, thread=scout)
    assert room.said[-1] == "session.thread_status_idle"
    assert room.session.phase == "running"
    ((thread, call),) = room.session.waits_for
    assert (thread, call.awaits) == (scout, "user.tool_confirmation")
    room.confirm(call.id)
    assert room.at(scout).tools == [call.id]


def test_an_attempt_that_fails_does_not_put_the_session_off_while_a_run_goes_on(room: Room) -> None:
    (scout,) = room.working
    room.fail(scout, may_pass=True)
    assert room.said[-1] == "session.thread_status_rescheduled"
    assert room.session.phase == "running"


def test_the_end_of_a_run_waits_until_the_conversation_is_summed_up(room: Room) -> None:
    room.message()
    room.reply("Long.", tokens=2_000)
    room.message("More.")
    assert room.summaries == 1
    assert room.plan(Finished("All is well."))[-1] == "workflow_run.status_ended"
    room.sum_up()
    assert len(room.asks) == 1
    assert "All is well." in room.last_words


def test_agents_of_a_run_are_none_that_the_agent_waits_for(room: Room) -> None:
    room.message()
    room.reply({WAIT: {}})
    assert room.said[-2:] == ["agent.tool_result", "span.model_request_start"]


def test_a_tool_of_a_run_that_was_under_way_in_a_crash_is_told_as_unknown(room: Room) -> None:
    (scout,) = room.working
    room.reply({"bash": {"command": "x"}}, thread=scout)
    room.crash()
    assert room.said == ["agent.tool_result", "span.model_request_start"]
    assert room.at(scout).tools == []
