"""An interrupt of a session with several threads: of all, of the primary one alone, of one of the others."""

from agentops.engine.core.json import Json
from agentops.engine.core.runs.evolve import INTERRUPTED
from agentops.engine.core.runs.state import Phase

from .agents import team_setting
from .desk import Desk, say, tool_results

PRIMARY = "sthr_1"
RESTS = ["session.thread_status_idle", "session.usage", "session.status_idle"]


def to(agent: str) -> Json:
    return {"send_to_agent": {"agent": agent, "message": "Do it."}}


def at_work() -> Desk:
    """The lead is in a request, the first child too, the second one runs a tool."""
    desk = Desk(team_setting())
    desk.message()
    desk.reply(to("writer"), to("tester"))
    desk.reply({"bash": {}}, thread=desk.children[1])
    return desk


def test_of_all_stops_every_thread_and_then_the_session() -> None:
    desk = at_work()
    place = desk.mark
    desk.interrupt()
    assert desk.feed(since=place) == [
        "span.model_request_end",
        "user.interrupt",
        "session.thread_status_idle 1",
        "session.thread_status_idle 2",
        *RESTS,
    ]
    assert [desk.feed(each, since=place) for each in desk.children] == [
        ["span.model_request_end", "session.thread_status_idle"],
        ["agent.tool_result", "session.thread_status_idle"],
    ]
    assert not desk.is_at_work
    assert desk.stop == {"type": "end_turn"}


def test_of_the_primary_thread_lets_the_others_go_on_and_their_word_wakes_it() -> None:
    desk = at_work()
    place = desk.mark
    desk.interrupt(PRIMARY)
    assert desk.feed(since=place) == ["span.model_request_end", "user.interrupt", "session.thread_status_idle"]
    assert desk.session.phase is Phase.RUNNING
    desk.reply("Written.", thread=desk.children[0])
    assert desk.last_user_blocks[-1] == say("Written.")
    assert desk.asks


def test_of_one_child_stops_that_and_brings_no_report() -> None:
    desk = at_work()
    writer, tester = desk.children
    place = desk.mark
    desk.interrupt(tester)
    assert desk.feed(since=place) == ["user.interrupt 2", "session.thread_status_idle 2"]
    assert desk.feed(tester, since=place) == ["agent.tool_result", "user.interrupt", "session.thread_status_idle"]
    assert (len(desk.asks), len(desk.at(writer).asks), len(desk.at(tester))) == (1, 1, 0)


def test_of_one_that_waits_for_a_person_closes_its_calls_and_asks_no_model() -> None:
    desk = Desk(team_setting())
    desk.message()
    desk.reply(to("writer"))
    (child,) = desk.children
    desk.reply("Begun.")
    desk.reply({"write": {}}, {"lookup": {}}, thread=child)
    place = desk.mark
    desk.interrupt(child)
    assert desk.feed(since=place) == [
        "user.custom_tool_result 1",
        "user.interrupt 1",
        "session.thread_status_idle 1",
        *RESTS[1:],
    ]
    assert not desk.is_at_work
    assert desk.stop == {"type": "end_turn"}
    desk.message()
    desk.reply({"send_to_agent": {"agent": child, "message": "Again."}})
    assert [each["content"] for each in tool_results(desk.told_last(child))] == [[say(INTERRUPTED)]] * 2


def test_of_one_that_rests_has_no_effect() -> None:
    desk = Desk(team_setting())
    desk.message()
    desk.reply(to("writer"))
    (child,) = desk.children
    desk.reply("Written.", thread=child)
    desk.interrupt(child)
    assert desk.said == ["user.interrupt"]
    assert desk.asks


def test_of_all_stops_a_lead_that_waits_and_whom_it_waits_for() -> None:
    desk = Desk(team_setting())
    desk.message()
    desk.reply(to("writer"), {"wait_for_agents": {}})
    place = desk.mark
    desk.interrupt()
    assert desk.feed(since=place) == ["agent.tool_result", "user.interrupt", "session.thread_status_idle 1", *RESTS]
    desk.message("Go on.")
    assert tool_results(desk.last_user_blocks)[-1]["content"] == [say(INTERRUPTED)]


def test_of_all_finds_the_answer_that_came_with_it() -> None:
    desk = Desk(team_setting())
    desk.message()
    desk.reply({"lookup": {}})
    answer = {"type": "user.custom_tool_result", "custom_tool_use_id": desk.calls[0], "content": [say("42")]}
    desk.send(answer, {"type": "user.interrupt"})
    assert desk.said == ["user.interrupt", *RESTS]
    desk.message("Go on.")
    assert desk.last_user_blocks[0]["content"] == [say("42")]


def test_of_all_ends_what_a_budget_holds_up() -> None:
    desk = Desk(team_setting(budget=3))
    desk.message()
    desk.reply(to("writer"))
    (child,) = desk.children
    desk.reply("Begun.")
    desk.setting = team_setting(budget=1)
    desk.reply({"read": {}}, thread=child)
    desk.message()
    desk.end(desk.calls_of(child)[0], thread=child)
    assert desk.state_of(child).stop == {"type": "budget_reached"}
    desk.interrupt()
    desk.update(team_setting())
    assert not desk.is_at_work


def test_of_a_thread_takes_effect_after_a_crash_too() -> None:
    desk = at_work()
    desk.send({"type": "user.interrupt", "session_thread_id": desk.children[0]}, is_heard=False)
    desk.crash()
    assert desk.state_of(desk.children[0]).phase is Phase.IDLE
    assert desk.asks
