"""Tool calls: who may run them, who is asked, and what the model is told."""

import pytest

from agentops.engine.core.json import Json
from agentops.engine.core.runs.state import Phase

from .agents import setting
from .desk import Desk, say, tool_results

DENIED = "Permission to use write has been denied."


def called(*calls: Json, **fields: bool) -> Desk:
    desk = Desk(setting(**fields))
    desk.message()
    desk.reply("I look.", *calls)
    return desk


def told(desk: Desk) -> list[str]:
    """Return what the model was told of its calls."""
    return [each["content"][0]["text"] for each in tool_results(desk.last_user_blocks)]


def test_a_permitted_call_runs_and_its_result_goes_back() -> None:
    desk = called({"bash": {"command": "ls"}})
    assert desk.tools == desk.calls
    assert desk.body("agent.tool_use") == {
        "name": "bash",
        "input": {"command": "ls"},
        "evaluated_permission": "allow",
        "evaluation": {"type": "always_allow"},
    }
    desk.end(desk.calls[0], "notes.txt")
    assert desk.said == ["agent.tool_result", "span.model_request_start"]
    assert told(desk) == ["notes.txt"]


def test_calls_of_one_reply_run_together_and_are_answered_in_the_models_order() -> None:
    desk = called({"bash": {}}, {"read": {}})
    first, second = desk.calls
    assert desk.tools == [first, second]
    desk.end(second, "second")
    assert desk.said == ["agent.tool_result"]
    desk.end(first, "first")
    assert told(desk) == ["first", "second"]


def test_a_result_of_nothing_says_so() -> None:
    desk = called({"lookup": {}})
    desk.send({"type": "user.custom_tool_result", "custom_tool_use_id": desk.calls[0]})
    assert told(desk) == ["(no output)"]


def test_a_call_that_asks_waits_until_it_is_allowed() -> None:
    desk = called({"write": {}})
    (call,) = desk.calls
    assert desk.tools == []
    assert desk.stop == {"type": "requires_action", "event_ids": [call]}
    assert desk.body("agent.tool_use")["evaluation"] == {"type": "always_ask"}
    desk.confirm(call)
    assert desk.said == ["user.tool_confirmation", "session.status_running", "session.thread_status_running"]
    assert desk.tools == [call]


def test_a_call_that_is_denied_is_told_why() -> None:
    desk = called({"write": {}})
    desk.confirm(desk.calls[0], "deny", deny_message="Not today.")
    assert desk.said[-2:] == ["agent.tool_result", "span.model_request_start"]
    assert told(desk) == [f"{DENIED} Not today."]
    assert tool_results(desk.last_user_blocks)[0]["is_error"] is True


def test_a_session_that_rests_holds_what_was_allowed_until_every_answer_is_there() -> None:
    desk = called({"write": {}}, {"write": {}}, {"lookup": {}})
    first, second, third = desk.calls
    desk.confirm(second)
    assert desk.stop["event_ids"] == [first, third]
    desk.confirm(first, "deny")
    assert (desk.stop["event_ids"], desk.tools) == ([third], [])
    desk.answer(third)
    assert desk.tools == [second]
    desk.end(second)
    assert told(desk) == [DENIED, "ok", "42"]


def test_while_others_run_an_allowed_call_runs_and_a_denied_one_is_over_at_once() -> None:
    desk = called({"bash": {}}, {"write": {}}, {"write": {}})
    running, first, second = desk.calls
    assert desk.state.phase is Phase.RUNNING
    desk.confirm(first)
    assert desk.tools == [running, first]
    desk.confirm(second, "deny")
    assert desk.said == ["user.tool_confirmation", "agent.tool_result"]


def test_a_session_rests_only_when_nothing_runs_any_more() -> None:
    desk = called({"bash": {}}, {"lookup": {}})
    running, waiting = desk.calls
    desk.end(running)
    assert desk.stop == {"type": "requires_action", "event_ids": [waiting]}


@pytest.mark.parametrize("answers", [("allow", "allow"), ("allow", "deny"), ("deny", "allow"), ("deny", "deny")])
def test_only_the_first_word_on_a_call_counts(answers: tuple[str, str]) -> None:
    desk = called({"bash": {}}, {"write": {}})
    call = desk.calls[1]
    for each in answers:
        desk.confirm(call, each)
    assert desk.ran[call] == (answers[0] == "allow")
    assert desk.types.count("agent.tool_result") == (answers[0] == "deny")


def test_a_second_result_changes_nothing() -> None:
    desk = called({"lookup": {}}, {"lookup": {}})
    first, second = desk.calls
    desk.answer(first, "one")
    desk.answer(first, "other")
    desk.answer(second, "two")
    assert told(desk) == ["one", "two"]


def test_a_result_is_not_taken_for_a_call_that_waits_for_a_confirmation() -> None:
    desk = called({"write": {}})
    desk.send({"type": "user.tool_result", "tool_use_id": desk.calls[0], "content": [say("sneaked in")]})
    assert desk.stop["event_ids"] == desk.calls


def test_judged_calls_run_when_harmless_and_ask_when_not() -> None:
    desk = called({"edit": {}})
    evaluation = {"type": "auto", "evaluated_permission": {"type": "ask", "reason_code": "indeterminate"}}
    assert desk.body("agent.tool_use")["evaluation"] == evaluation
    assert desk.stop["event_ids"] == desk.calls


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"glob": {}}, "not enabled"),
        ({"unheard_of": {}}, "no tool 'unheard_of'"),
        ({"bash": '{"comm'}, "not a JSON object"),
        ({"lookup": '{"tick'}, "not a JSON object"),
    ],
)
def test_a_call_that_cannot_run_is_denied_and_the_model_told_why(call: Json, words: str) -> None:
    desk = called(call)
    use = desk.body("agent.tool_use")
    assert (use["evaluated_permission"], use["input"], "evaluation" in use) == ("deny", {}, False)
    assert desk.tools == []
    assert words in told(desk)[0]
    (block,) = [each for each in desk.conversation[1]["content"] if each["type"] == "tool_use"]
    assert block["input"] == {}


def test_a_reply_of_too_many_calls_has_the_last_ones_refused() -> None:
    desk = called(*[{"bash": {}}] * 130)
    assert len(desk.tools) == 128
    for each in list(desk.tools):
        desk.end(each)
    assert [each for each in told(desk) if "at most 128" in each] == told(desk)[128:]


def test_a_tool_of_a_server_is_named_with_it() -> None:
    desk = called({"mcp__tickets__close": {"id": 7}})
    use = desk.body("agent.mcp_tool_use")
    assert (use["mcp_server_name"], use["name"], use["evaluated_permission"]) == ("tickets", "close", "ask")
    (call,) = desk.calls
    desk.confirm(call)
    desk.end(call)
    assert desk.body("agent.mcp_tool_result")["mcp_tool_use_id"] == call
    assert told(desk) == ["ok"]


def test_in_a_self_hosted_environment_the_client_runs_the_tools_and_the_server_fetches() -> None:
    desk = called({"bash": {}}, {"web_fetch": {}}, is_self_hosted=True)
    bash, fetch = desk.calls
    assert desk.tools == [fetch]
    desk.end(fetch)
    assert desk.stop["event_ids"] == [bash]
    desk.worked(bash, "of the worker")
    assert told(desk) == ["of the worker", "ok"]


def test_a_workers_call_that_was_allowed_is_the_workers_and_runs_nowhere_else() -> None:
    desk = called({"write": {}}, {"mcp__tickets__close": {}}, is_self_hosted=True)
    write, close = desk.calls
    desk.confirm(write)
    assert desk.stop["event_ids"] == [write, close]
    desk.confirm(close)
    assert desk.stop["event_ids"] == [write]
    assert desk.tools == []
    desk.worked(write)
    assert desk.tools == [close]
