"""A budget is the session's: each thread is stopped before its next request, and each goes on when it is raised."""

from agentops.engine.core.json import Json

from .agents import team_setting
from .desk import Desk, say

SPENT = {"type": "budget_reached"}
RESTS = ["session.usage", "session.status_idle"]


def to(agent: str) -> Json:
    return {"send_to_agent": {"agent": agent, "message": "Do it."}}


def two(budget: int) -> Desk:
    """The lead has ended its turn, two others are in their first request; each request costs a cent."""
    desk = Desk(team_setting(budget=budget))
    desk.message()
    desk.reply(to("writer"), to("tester"))
    desk.reply("Both are at it.")
    return desk


def test_each_thread_says_that_it_was_stopped_and_then_the_session_does() -> None:
    desk = two(budget=3)
    for each in desk.children:
        place = desk.mark
        desk.reply({"read": {}}, thread=each)
        desk.end(desk.calls_of(each)[0], thread=each)
    assert desk.feed(since=place) == ["session.thread_status_idle 2", *RESTS]
    assert [desk.state_of(each).stop for each in desk.children] == [SPENT, SPENT]
    assert desk.stop == SPENT
    desk.update(team_setting(budget=100))
    assert [len(desk.at(each).asks) for each in (None, *desk.children)] == [0, 1, 1]


def test_a_thread_that_ends_by_itself_says_so_and_its_report_waits_for_the_budget() -> None:
    desk = two(budget=3)
    writer, tester = desk.children
    desk.reply({"read": {}}, thread=tester)
    desk.reply("Written.", thread=writer)
    assert (desk.state_of(writer).stop, desk.state.stop) == ({"type": "end_turn"}, SPENT)
    desk.end(desk.calls_of(tester)[0], thread=tester)
    assert desk.stop == SPENT
    desk.update(team_setting())
    assert desk.last_user_blocks[-1] == say("Written.")
    assert desk.at(tester).asks


def test_a_call_that_waits_outranks_it() -> None:
    desk = two(budget=3)
    writer, tester = desk.children
    desk.reply({"write": {}}, thread=writer)
    desk.reply({"read": {}}, thread=tester)
    desk.end(desk.calls_of(tester)[0], thread=tester)
    (call,) = desk.calls_of(writer)
    assert desk.stop == {"type": "requires_action", "event_ids": [call]}
    desk.confirm(call)
    desk.end(call, thread=writer)
    assert desk.feed()[-3:] == ["session.thread_status_idle 1", *RESTS]
    assert desk.stop == SPENT


def test_who_gets_a_task_beyond_it_begins_when_it_is_raised() -> None:
    desk = Desk(team_setting(budget=1))
    desk.message()
    desk.reply(to("writer"))
    (child,) = desk.children
    assert desk.feed()[-4:] == ["session.thread_status_idle", "session.thread_status_idle 1", *RESTS]
    assert not desk.is_at_work
    desk.update(team_setting())
    assert (len(desk.asks), len(desk.at(child).asks)) == (1, 1)


def test_raising_it_is_found_after_a_crash() -> None:
    desk = two(budget=3)
    for each in desk.children:
        desk.reply({"read": {}}, thread=each)
        desk.end(desk.calls_of(each)[0], thread=each)
    desk.setting = team_setting()
    desk.crash()
    assert [len(desk.at(each).asks) for each in desk.children] == [1, 1]
