"""An interrupt stops what is under way, whatever that is, and loses nothing."""

from agentops.engine.core.runs.evolve import INTERRUPTED
from agentops.engine.core.runs.state import Phase

from .agents import setting
from .desk import Desk, say, tool_results

RESTS = ["session.thread_status_idle", "session.usage", "session.status_idle"]
GO = {"type": "user.message", "content": [say("rather this")]}


def running(*calls: str) -> Desk:
    desk = Desk()
    desk.message()
    if calls:
        desk.reply(*({each: {}} for each in calls))
    return desk


def test_a_request_is_cut_off_and_what_was_said_is_not_kept() -> None:
    desk = running()
    desk.interrupt()
    assert desk.said == ["span.model_request_end", "user.interrupt", *RESTS]
    assert desk.stop == {"type": "end_turn"}
    assert "is_error" not in desk.body("span.model_request_end")
    assert desk.asks == []
    desk.message("again")
    assert [each["role"] for each in desk.conversation] == ["user", "user"]


def test_a_running_tool_is_closed_with_the_documented_words() -> None:
    desk = running("bash")
    desk.interrupt()
    assert desk.said == ["agent.tool_result", "user.interrupt", *RESTS]
    assert desk.body("agent.tool_result")["content"] == [say(INTERRUPTED)]
    assert desk.tools == []


def test_calls_that_wait_are_closed_and_the_next_turn_tells_the_model() -> None:
    desk = running("write", "lookup")
    desk.interrupt()
    assert desk.said == ["agent.tool_result", "user.custom_tool_result", "user.interrupt", *RESTS]
    assert desk.asks == []
    desk.message("go on")
    assert [each["content"][0]["text"] for each in tool_results(desk.last_user_blocks)] == [INTERRUPTED] * 2
    assert desk.last_user_blocks[-1] == say("go on")


def test_a_workers_call_is_closed_as_the_worker_would_have_or_it_would_carry_it_out_later() -> None:
    desk = Desk(setting(is_self_hosted=True))
    desk.message()
    desk.reply({"bash": {}}, {"mcp__tickets__close": {}})
    desk.interrupt()
    assert desk.said == ["user.tool_result", "agent.mcp_tool_result", "user.interrupt", *RESTS]
    assert desk.body("user.tool_result")["content"] == [say(INTERRUPTED)]
    desk.message("go on")
    assert [each["content"][0]["text"] for each in tool_results(desk.last_user_blocks)] == [INTERRUPTED] * 2


def test_a_late_answer_to_a_closed_call_changes_nothing() -> None:
    desk = running("lookup")
    (call,) = desk.calls
    desk.interrupt()
    desk.answer(call, "too late")
    assert desk.state.phase is Phase.IDLE
    assert desk.asks == []
    desk.message("go on")
    assert tool_results(desk.last_user_blocks)[0]["content"] == [say(INTERRUPTED)]


def test_at_rest_it_has_no_effect() -> None:
    desk = running()
    desk.reply("Hello.")
    desk.interrupt()
    assert desk.said == ["user.interrupt"]


def test_it_jumps_the_queue_and_what_was_sent_before_it_starts_nothing() -> None:
    desk = running()
    desk.message("and")
    desk.interrupt()
    assert desk.said == ["span.model_request_end", "user.message", "user.interrupt", *RESTS]
    desk.message("rather this")
    assert desk.last_user_blocks == [say("and"), say("rather this")]


def test_what_is_sent_behind_it_begins_the_next_turn() -> None:
    desk = running()
    desk.send({"type": "user.interrupt"}, GO)
    assert desk.said[-4:] == [
        "user.message",
        "session.status_running",
        "session.thread_status_running",
        "span.model_request_start",
    ]


def test_it_stops_a_turn_that_nobody_has_begun_yet() -> None:
    desk = Desk()
    desk.message(is_heard=False)
    desk.interrupt()
    assert desk.types == [
        "user.message",
        "session.status_running",
        "session.thread_status_running",
        "user.interrupt",
        *RESTS,
    ]
    assert desk.asks == []


def test_it_stops_a_pause_between_attempts() -> None:
    desk = running()
    desk.fail(may_pass=True)
    desk.interrupt()
    assert desk.said == ["user.interrupt", *RESTS]
    assert desk.waits == []


def test_it_stops_a_summary() -> None:
    desk = running()
    desk.fail(is_too_long=True)
    desk.interrupt()
    assert desk.summaries == 0
    assert desk.stop == {"type": "end_turn"}


def test_two_at_once_stop_once() -> None:
    desk = running()
    desk.send({"type": "user.interrupt"}, {"type": "user.interrupt"})
    assert desk.types.count("session.status_idle") == 1
    assert desk.types.count("user.interrupt") == 2
