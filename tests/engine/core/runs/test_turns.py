"""What a turn is made of, from the first message to rest."""

from agentops.engine.core.conversation import Reply, Usage
from agentops.engine.core.runs import prices
from agentops.engine.core.runs.happenings import Preview, Ran, Replied, Troubled
from agentops.engine.core.runs.state import Phase

from .desk import Desk, say

BEGINS = ["user.message", "session.status_running", "session.thread_status_running", "span.model_request_start"]
RESTS = ["session.thread_status_idle", "session.usage", "session.status_idle"]
THINKING = {"type": "thinking", "thinking": "", "signature": "s"}


def a_turn(words: str = "go") -> Desk:
    desk = Desk()
    desk.message(words)
    return desk


def test_a_message_begins_a_turn_and_a_reply_without_calls_ends_it() -> None:
    desk = a_turn()
    desk.reply("Hello.")
    assert desk.types == [*BEGINS, "agent.message", "span.model_request_end", *RESTS]
    assert desk.stop == {"type": "end_turn"}
    assert desk.conversation == [
        {"role": "user", "content": [say("go")]},
        {"role": "assistant", "content": [say("Hello.")]},
    ]


def test_messages_that_come_while_it_runs_are_read_next_in_the_same_turn() -> None:
    desk = a_turn()
    desk.message("and")
    desk.message("then")
    assert desk.said == []
    desk.reply("Hello.")
    assert desk.said == ["agent.message", "span.model_request_end", "user.message", "user.message", BEGINS[-1]]
    assert desk.last_user_blocks == [say("and"), say("then")]


def test_a_message_with_files_is_read_with_what_is_in_them() -> None:
    desk = Desk()
    read = '[{"type":"text","text":"read"}]'
    sent = desk._received({"type": "user.message", "content": [{"type": "document"}]})
    desk.unheard = [type(sent)(sent.id, sent.type, None, sent.body, read)]
    desk.log = list(desk.unheard)
    desk.hear()
    assert desk.last_user_blocks == [say("read")]


OUTCOME = {
    "type": "user.define_outcome",
    "outcome_id": "outc_1",
    "description": "Write a note.",
    "rubric": {"type": "text", "content": "It is short."},
    "max_iterations": 3,
}


def test_an_outcome_that_a_session_begins_with_begins_its_first_turn() -> None:
    desk = Desk()
    outcome = desk._received(OUTCOME)
    desk.log = [type(outcome)(outcome.id, outcome.type, "2026-11-21T00:00:00.000000Z", outcome.body)]
    desk.crash()
    assert desk.last_user_blocks == [say("Write a note.")]
    desk.reply("Written.")
    assert desk.said[-1] == "span.outcome_evaluation_start"


def test_instructions_are_a_turn_of_their_own_behind_what_they_came_with() -> None:
    desk = Desk()
    desk.send({"type": "user.message", "content": [say("go")]}, {"type": "system.message", "content": [say("Brief.")]})
    assert [each["role"] for each in desk.conversation] == ["user", "system"]
    desk.reply("Hello.")
    desk.message("more")
    assert [each["role"] for each in desk.conversation] == ["user", "system", "assistant", "user"]


def test_thinking_is_told_and_only_its_signal() -> None:
    desk = a_turn()
    desk.reply(THINKING, "Hello.")
    assert desk.said[:2] == ["agent.thinking", "agent.message"]
    assert desk.body("agent.thinking") == {}
    assert desk.conversation[-1]["content"] == [THINKING, say("Hello.")]


def test_what_was_previewed_has_the_same_ids_as_its_events() -> None:
    desk = a_turn()
    desk.asks.pop()
    reply = Replied(_reply(THINKING, say("Hello.")), Preview("sevt_message", ("sevt_thinking",)))
    desk.take(reply)
    assert [each.id for each in desk.last.entries[:2]] == ["sevt_thinking", "sevt_message"]


def test_texts_of_nothing_are_no_part_of_a_message() -> None:
    desk = a_turn()
    desk.reply("", "Hello.", " ")
    assert desk.body("agent.message")["content"] == [say("Hello."), say(" ")]
    assert desk.conversation[-1]["content"] == [say("Hello.")]


def test_a_reply_of_nothing_but_thinking_is_not_sent_back() -> None:
    desk = a_turn()
    desk.reply(THINKING)
    assert desk.stop == {"type": "end_turn"}
    assert [each["role"] for each in desk.conversation] == ["user"]


def test_an_empty_reply_ends_the_turn() -> None:
    desk = a_turn()
    desk.reply()
    assert desk.said == ["span.model_request_end", *RESTS]


def test_a_model_that_paused_is_asked_again() -> None:
    desk = a_turn()
    desk.reply("I am not", stop_reason="pause_turn")
    assert desk.said[-1] == "span.model_request_start"


def test_a_refusal_ends_the_turn_with_its_reason_and_without_its_calls() -> None:
    desk = a_turn()
    details = {"type": "refusal", "category": "cyber", "explanation": "No."}
    desk.reply("That I", {"bash": {}}, stop_reason="refusal", stop_details=details)
    assert desk.said == ["agent.message", "span.model_request_end", *RESTS]
    assert desk.body("session.status_idle") == {"stop_reason": {"type": "refusal"}, "stop_details": details}
    desk.message("Something else.")
    assert [each["type"] for each in desk.conversation[1]["content"]] == ["text"]


def test_what_waited_during_a_refusal_begins_the_next_turn() -> None:
    desk = a_turn()
    desk.message("and")
    desk.reply(stop_reason="refusal")
    assert desk.said[-4:] == BEGINS


def test_a_turn_of_too_many_requests_is_stopped_and_the_next_one_may_take_as_many() -> None:
    desk = a_turn()
    desk.bound(requests=2)
    for _ in range(2):
        desk.reply({"bash": {}})
        desk.end(desk.calls[0])
    assert desk.body("session.error")["error"]["type"] == "tool_use_limit_reached_error"
    assert desk.stop == {"type": "retries_exhausted"}
    desk.message("again")
    assert desk.last_user_blocks[0]["type"] == "tool_result"
    assert desk.asks


def test_trouble_beside_the_model_is_told_and_counts_for_nothing() -> None:
    desk = a_turn()
    for _ in range(5):
        desk.take(Troubled({"type": "mcp_connection_failed_error", "message": "no", "mcp_server_name": "t"}))
    assert desk.body("session.error")["error"]["retry_status"] == {"type": "retrying"}
    desk.fail(may_pass=True)
    assert desk.state.phase is Phase.RESCHEDULING


def test_time_counts_while_it_runs() -> None:
    desk = a_turn()
    desk.pass_time(5)
    desk.fail(may_pass=True)
    desk.pass_time(60)
    assert desk.state.active_seconds == 5
    desk.crash()
    desk.pass_time(2)
    desk.reply("Hello.")
    assert desk.body("session.usage")["usage"]["active_seconds"] == 7


def test_no_event_is_earlier_than_the_one_before_it_whatever_the_clock_does() -> None:
    desk = a_turn()
    desk.pass_time(-3600)
    desk.reply("Hello.")
    times = [each.at for each in desk.shown]
    assert times == sorted(times, key=str)


def test_what_is_used_costs_its_list_price() -> None:
    usage = Usage(1_000_000, 1_000_000, 1_000_000, 1_000_000)
    assert prices.costs({"id": "claude-opus-5-5"})(usage, 1, 3600) == 400 + 2000 + 500 + 20 + 1 + 8
    assert prices.costs({"id": "a-model-of-your-own"})(usage, 0, 0) is None


def test_searches_that_found_something_are_counted_and_have_a_price() -> None:
    desk = Desk()
    desk.message()
    desk.reply({"web_search": {"query": "one"}}, {"web_search": {"query": "two"}}, {"bash": {}})
    one, two, other = desk.tools
    for call_id in (one, other):
        desk.end(call_id)
    desk.take(Ran(two, ({"type": "text", "text": "No answer."},), is_error=True))
    desk.reply("Found.")
    usage = desk.body("session.usage")["usage"]
    assert usage["server_tool_use"] == {"web_search_requests": 1, "web_fetch_requests": 0}


def test_a_fast_mode_costs_more_and_a_long_prompt_is_taken_for_granted() -> None:
    usage = Usage(1_000_000, 1_000_000, 1_000_000, 1_000_000)
    plain, fast = ({"id": "claude-opus-5-5", "speed": each} for each in ("standard", "fast"))
    assert prices.costs(fast)(usage, 1, 0) == 2 * (400 + 2000 + 500 + 20) + 1
    assert prices.costs(plain)(usage, 0, 0) == 400 + 2000 + 500 + 20
    assert prices.costs({"id": "claude-fable-5-2", "speed": "fast"})(usage, 0, 0) is None
    assert prices.costs({"id": "claude-haiku-5-5"})(Usage(1_000_000, 0), 0, 0) == 50


def _reply(*content: dict[str, str]) -> Reply:
    return Reply(content, "end_turn")
