"""A session works towards an outcome: it is graded when everybody has ended, and revised until nothing more helps."""

import pytest

from agentops.engine.core.json import Json
from agentops.engine.core.outcomes.verdict import Result
from agentops.engine.core.runs.fold import LAST, REVISE
from agentops.engine.core.runs.happenings import Evaluated

from .agents import team_setting
from .desk import Desk, say

START, ONGOING, END = (f"span.outcome_evaluation_{each}" for each in ("start", "ongoing", "end"))
ASKED = ["span.model_request_start"]
SAID = ["agent.message", "span.model_request_end"]
RESTS = ["session.thread_status_idle", "session.usage", "session.status_idle"]


def working(max_iterations: int = 3, budget: int | None = None) -> Desk:
    desk = Desk(team_setting(budget=budget))
    desk.define(max_iterations)
    return desk


def graded(max_iterations: int = 3) -> Desk:
    """The lead has ended its turn, and its work is being graded."""
    desk = working(max_iterations)
    desk.reply("Written.")
    return desk


def record(desk: Desk) -> tuple[str, int, str | None]:
    """Return how far the newest outcome is said to be."""
    newest = desk.session.evaluations[-1]
    assert (newest["completed_at"] is None) == (newest["result"] in ("pending", "running", "evaluating"))
    return newest["result"], newest["iteration"], newest["explanation"]


def test_what_satisfies_ends_it() -> None:
    desk = graded()
    desk.beat()
    desk.grade()
    assert desk.feed() == [
        *["user.define_outcome", "session.status_running", "session.thread_status_running", *ASKED, *SAID],
        *[START, ONGOING, END, *RESTS],
    ]
    assert desk.stop == {"type": "end_turn"}
    end = desk.body(END)
    assert (end["result"], end["explanation"], end["iteration"]) == ("satisfied", "All is there.", 0)
    assert (end["usage"]["input_tokens"], desk.session.outcome) == (100, None)
    assert end["outcome_evaluation_start_id"] == next(each.id for each in desk.shown if each.type == START)


def test_what_needs_revision_is_told_to_the_agent_and_graded_again() -> None:
    desk = graded()
    desk.grade("needs_revision", "The cause is missing.")
    assert desk.said == [END, *ASKED]
    assert desk.last_user_blocks == [say("The cause is missing." + REVISE)]
    desk.reply("Now it is there.")
    assert desk.said == [*SAID, START]
    assert desk.body(START)["iteration"] == 1
    desk.grade()
    assert desk.said == [END, *RESTS]


def test_after_the_last_round_there_is_exactly_one_more_turn_and_no_more_grading() -> None:
    desk = graded(max_iterations=2)
    desk.grade("needs_revision", "No.")
    desk.reply("Now?")
    desk.grade("needs_revision", "Still not.")
    assert desk.body(END)["result"] == "max_iterations_reached"
    assert desk.last_user_blocks == [say("Still not." + LAST)]
    desk.reply("That is all I could do.")
    assert desk.said == [*SAID, *RESTS]
    assert desk.types.count(START) == 2


@pytest.mark.parametrize("result", ["satisfied", "failed"])
def test_other_verdicts_end_it_without_another_turn(result: Result) -> None:
    desk = graded()
    desk.grade(result, "So it is.")
    assert desk.said == [END, *RESTS]
    assert record(desk) == (result, 0, "So it is.")


def test_its_record_says_at_each_moment_how_far_it_is() -> None:
    desk = Desk(team_setting())
    desk.message()
    desk.define()
    assert record(desk) == ("pending", 0, None)
    desk.reply("Hello.")
    assert record(desk) == ("running", 0, None)
    desk.reply("Written.")
    assert record(desk) == ("evaluating", 0, None)
    desk.grade("needs_revision", "No.")
    assert record(desk) == ("running", 0, "No.")
    desk.reply("Now?")
    assert record(desk) == ("evaluating", 1, "No.")
    desk.grade("satisfied", "Yes.")
    assert record(desk) == ("satisfied", 1, "Yes.")


def test_a_second_one_after_the_first_begins_anew() -> None:
    desk = graded(max_iterations=1)
    desk.grade()
    desk.define(1, words="Write another.")
    assert desk.last_user_blocks == [say("Write another.")]
    assert [each["result"] for each in desk.session.evaluations] == ["satisfied", "running"]
    desk.reply("Written.")
    desk.grade("needs_revision", "No.")
    assert desk.body(END)["result"] == "max_iterations_reached"


def test_an_interrupt_before_grading_ends_it_too() -> None:
    desk = working()
    desk.interrupt()
    assert desk.said == ["span.model_request_end", "user.interrupt", END, *RESTS]
    assert desk.body(END)["outcome_evaluation_start_id"] == ""
    assert record(desk)[:2] == ("interrupted", 0)
    assert not desk.is_at_work


def test_an_interrupt_before_anybody_came_to_it_ends_it_and_the_agent_reads_it_later() -> None:
    desk = Desk(team_setting())
    desk.define(is_heard=False)
    desk.interrupt()
    assert record(desk)[0] == "interrupted"
    assert not desk.is_at_work
    desk.message("Go on.")
    assert desk.last_user_blocks == [say("Write a note."), say("Go on.")]


@pytest.mark.parametrize("is_running", [False, True])
def test_one_that_is_defined_behind_an_interrupt_is_worked_on_after_it(is_running: bool) -> None:
    desk = Desk(team_setting())
    if is_running:
        desk.message("Tidy up.")
    desk.send({"type": "user.interrupt"}, is_heard=False)
    desk.define()
    begun = ["session.status_running", "session.thread_status_running", *ASKED]
    assert desk.said == (
        ["span.model_request_end", "user.interrupt", *RESTS, *begun] if is_running else ["user.interrupt", *begun]
    )
    assert desk.last_user_blocks[-1] == say("Write a note.")
    assert record(desk) == ("running", 0, None)


def test_an_interrupt_behind_it_ends_it_though_one_before_it_did_not() -> None:
    desk = Desk(team_setting())
    desk.send({"type": "user.interrupt"}, is_heard=False)
    desk.define(is_heard=False)
    desk.interrupt()
    assert record(desk)[0] == "interrupted"
    assert not desk.is_at_work


def test_an_interrupt_while_it_is_graded_cuts_that_off() -> None:
    desk = graded()
    (start,) = desk.evaluations
    desk.interrupt()
    assert desk.said == ["user.interrupt", END, *RESTS]
    assert (desk.body(END)["outcome_evaluation_start_id"], desk.evaluations) == (start, [])
    desk.take(Evaluated(start, "satisfied", "Too late."))
    assert desk.said == []


def test_an_interrupt_while_it_is_graded_after_the_lead_rested_cuts_that_off_too() -> None:
    desk = working()
    desk.reply({"send_to_agent": {"agent": "writer", "message": "Write."}})
    desk.reply("The writer is at it.")
    desk.interrupt(desk.children[0])
    assert desk.said == ["span.model_request_end", "user.interrupt", "session.thread_status_idle", START]
    desk.interrupt()
    assert desk.said == ["user.interrupt", END, *RESTS[1:]]
    assert not desk.is_at_work


def test_an_interrupt_at_rest_ends_what_could_not_go_on() -> None:
    desk = working()
    desk.fail()
    assert desk.stop == {"type": "retries_exhausted"}
    desk.interrupt()
    assert desk.said == ["user.interrupt", END]
    assert desk.session.outcome is None


def test_a_message_steers_the_work() -> None:
    desk = working()
    desk.message("In English.")
    desk.reply("Written.")
    assert desk.said == [*SAID, "user.message", *ASKED]
    desk.reply("In English now.")
    assert desk.said[-1] == START


@pytest.mark.parametrize("result", ["satisfied", "needs_revision"])
def test_a_message_that_comes_while_it_is_graded_is_read_after_that(result: Result) -> None:
    desk = graded()
    desk.message("In English.")
    assert desk.said == []
    desk.grade(result, "So it is.")
    assert desk.said == [END, "user.message", *ASKED]
    assert desk.last_user_blocks[-1] == say("In English.") or result == "needs_revision"


def test_nothing_is_graded_while_others_are_at_work() -> None:
    desk = working()
    desk.reply({"send_to_agent": {"agent": "writer", "message": "Write."}})
    (child,) = desk.children
    desk.reply("The writer is at it.")
    assert desk.said[-1] == "session.thread_status_idle"
    desk.reply({"lookup": {}}, thread=child)
    assert desk.stop["type"] == "requires_action"
    desk.answer(desk.calls_of(child)[0])
    assert desk.evaluations == []
    assert desk.at(child).asks
    desk.reply("Written.", thread=child)
    desk.reply("It is there.")
    assert desk.evaluations


def test_it_is_graded_when_the_last_that_could_not_go_on_was_archived() -> None:
    desk = working()
    desk.reply({"send_to_agent": {"agent": "writer", "message": "Write."}})
    desk.reply("The writer is at it.")
    (child,) = desk.children
    desk.reply({"write": {}}, thread=child)
    desk.archive(child)
    assert desk.said[-1] == START


def test_nothing_is_graded_beyond_the_budget_and_it_is_when_that_was_raised() -> None:
    desk = working(budget=1)
    desk.reply("Written.")
    assert (desk.stop, desk.evaluations) == ({"type": "budget_reached"}, [])
    assert record(desk)[0] == "running"
    desk.update(team_setting(budget=100))
    assert desk.said == ["session.status_running", "session.thread_status_running", START]
    desk.grade(cents=200)
    assert desk.stop == {"type": "budget_reached"}
    assert desk.body("session.usage")["usage"]["list_cost"]["amount"] == "201"


def test_who_a_budget_stopped_works_before_anything_is_graded() -> None:
    desk = working(budget=3)
    desk.reply({"send_to_agent": {"agent": "writer", "message": "Write."}})
    desk.reply("The writer is at it.")
    (child,) = desk.children
    desk.reply({"read": {}}, thread=child)
    desk.end(desk.calls_of(child)[0], thread=child)
    assert desk.stop == {"type": "budget_reached"}
    desk.update(team_setting())
    assert (len(desk.at(child).asks), desk.evaluations) == (1, [])


def test_a_revision_that_the_budget_holds_up_is_made_when_that_was_raised() -> None:
    desk = working(budget=2)
    desk.reply("Written.")
    desk.grade("needs_revision", "No.", cents=5)
    assert desk.said == [END, *RESTS]
    assert desk.stop == {"type": "budget_reached"}
    desk.update(team_setting())
    assert desk.last_user_blocks == [say("No." + REVISE)]


def test_a_turn_that_cannot_go_on_leaves_it_open_for_the_next_message() -> None:
    desk = working()
    desk.reply(stop_reason="refusal")
    assert (desk.stop["type"], record(desk)[0]) == ("refusal", "running")
    desk.message("Try it otherwise.")
    desk.fail()
    assert (desk.stop["type"], record(desk)[0]) == ("retries_exhausted", "running")
    desk.message("And now?")
    desk.reply("Written.")
    assert desk.evaluations


def test_what_graders_take_counts_for_the_session_and_for_no_thread() -> None:
    desk = graded()
    desk.pass_time(30)
    desk.grade(cents=7)
    usage = desk.body("session.usage")["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["active_seconds"]) == (110, 30, 30)
    assert usage["list_cost"]["amount"] == "8"
    assert desk.state.usage.input_tokens == 10


def test_one_that_came_in_the_middle_of_a_step_is_worked_on() -> None:
    desk = Desk(team_setting())
    desk.message()
    desk.define(is_heard=False)
    desk.crash()
    desk.reply("Hello.")
    assert desk.last_user_blocks == [say("Write a note.")]
    assert record(desk)[0] == "running"


@pytest.mark.parametrize("reply", [("Hello.",), ({"bash": {}},)], ids=["that-ended-the-turn", "that-went-on"])
def test_one_that_stands_in_the_log_before_a_step_that_knew_nothing_of_it_is_worked_on(
    reply: tuple[Json | str],
) -> None:
    desk = Desk(team_setting())
    desk.message()
    desk.reply({"read": {}})
    desk.define(is_heard=False)
    desk.unheard = []
    desk.end(desk.calls[0])
    desk.reply(*reply)
    desk.crash()
    assert record(desk)[0] == "running"
    assert desk.last_user_blocks[-1] == say("Write a note.")
    assert desk.asks
