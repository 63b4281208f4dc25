"""Whoever ran a session is gone: the next one goes on from the log, and repeats nothing in silence."""

from dataclasses import replace

import pytest

from agentops.engine.core.runs.decide import UNKNOWN_OUTCOME
from agentops.engine.core.runs.evolve import INTERRUPTED
from agentops.engine.core.runs.state import Phase

from .agents import setting
from .desk import Desk, say, tool_results


def running(*calls: str) -> Desk:
    desk = Desk()
    desk.message()
    if calls:
        desk.reply(*({each: {}} for each in calls))
    return desk


def test_a_message_that_nobody_had_come_to_begins_its_turn() -> None:
    desk = Desk()
    desk.message(is_heard=False)
    desk.crash()
    assert desk.asks


def test_a_request_is_sent_again_under_its_own_id() -> None:
    desk = running()
    (request,) = desk.asks
    desk.crash()
    assert (desk.said, desk.asks) == ([], [request])


def test_a_call_that_was_started_is_not_run_again_and_the_model_is_told() -> None:
    desk = running("bash")
    desk.crash()
    assert desk.tools == []
    assert tool_results(desk.last_user_blocks)[0]["content"] == [say(UNKNOWN_OUTCOME)]


def test_a_harmless_call_is_run_again() -> None:
    desk = running("bash", "read")
    read = desk.calls[1]
    desk.crash()
    assert desk.tools == [read]
    assert desk.said == ["agent.tool_result"]


def test_a_harmless_name_of_a_tool_elsewhere_is_no_promise() -> None:
    desk = running("mcp__tickets__read")
    desk.confirm(desk.calls[0])
    desk.crash()
    assert desk.tools == []


def test_what_waited_for_a_person_waits_on() -> None:
    desk = running("write", "lookup")
    desk.crash()
    assert (desk.said, desk.tools, len(desk.state.waits_for)) == ([], [], 2)


def test_a_confirmation_that_nobody_had_come_to_takes_effect() -> None:
    desk = running("write")
    (call,) = desk.calls
    event = {"type": "user.tool_confirmation", "tool_use_id": call, "result": "allow"}
    desk.send(event, is_heard=False)
    desk.crash()
    assert desk.tools == [call]


@pytest.mark.parametrize("calls", [(), ("bash",), ("lookup",)], ids=["request", "tool", "waiting"])
def test_an_interrupt_that_nobody_had_come_to_stops_it(calls: tuple[str, ...]) -> None:
    desk = running(*calls)
    desk.send({"type": "user.interrupt"}, is_heard=False)
    desk.crash()
    assert (desk.state.phase, desk.stop, desk.asks, desk.tools) == (Phase.IDLE, {"type": "end_turn"}, [], [])


def test_an_interrupt_finds_nothing_of_a_harmless_call_either() -> None:
    desk = running("read")
    desk.send({"type": "user.interrupt"}, is_heard=False)
    desk.crash()
    assert desk.tools == []
    assert desk.body("agent.tool_result")["content"] == [say(INTERRUPTED)]


def test_a_pause_is_over() -> None:
    desk = running()
    desk.fail(may_pass=True)
    desk.crash()
    assert desk.asks


def test_a_summary_is_begun_again() -> None:
    desk = running()
    desk.bound(context_tokens=100)
    desk.reply("Hello.", tokens=200)
    desk.message("and now?")
    desk.crash()
    assert desk.summaries == 1
    desk.sum_up()
    assert desk.asks
    assert desk.last_user_blocks == [say("and now?")]


def test_a_budget_that_was_raised_meanwhile_goes_on() -> None:
    desk = Desk(setting(budget=1))
    desk.message()
    desk.reply({"lookup": {}})
    desk.answer(desk.calls[0])
    desk.setting = replace(desk.setting, budget=None)
    desk.crash()
    assert desk.asks


def test_a_session_that_has_ended_stays_so() -> None:
    desk = running("write")
    ended = desk._received({"type": "session.status_terminated"})
    desk.log.append(replace(ended, at="2026-11-21T00:00:01.000000Z"))
    desk.crash()
    assert (desk.said, desk.state.phase) == ([], Phase.TERMINATED)
