"""Chat logs in OpenAI's form: who said what, which result answers which call, and what failed."""

import json
from typing import Any

from agentops.dreaming.origins import Origins
from agentops.dreaming.readers import openai_chat
from agentops.dreaming.readers.reading import Read
from agentops.memory.evidence import Origin
from agentops.memory.transcripts import Sort, Transcript

RUN: dict[str, Any] = {
    "task_id": 7,
    "trial": 2,
    "reward": 1.0,
    "traj": [
        {"role": "system", "content": "Be polite."},
        {"role": "user", "content": "Book HAT136."},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "book", "arguments": '{"flight":"HAT136"}'}}
            ],
        },
        {
            "role": "tool",
            "tool_call_id": "call_1",
            "name": "book",
            "content": "Error: not enough seats on flight HAT136",
        },
        {"role": "assistant", "content": "There are no seats."},
    ],
}


def one(log: Any, **more: Any) -> Transcript:
    read = openai_chat.read(json.dumps(log), **more)
    assert not read.skipped
    (found,) = read
    return found


def told(transcript: Transcript) -> list[tuple[str, str, str, str]]:
    return [(each.id, each.sort.value, each.origin.value, each.text) for each in transcript.events]


def test_a_run_of_tau_bench_is_a_session_with_task_and_outcome() -> None:
    found = one(RUN, name="runs/airline-sessions.jsonl")
    assert (found.session, found.task, found.outcome) == ("airline-7-2", "7", 1.0)
    assert told(found) == [
        ("evt_000", "message", "recalled", "Be polite."),
        ("evt_001", "message", "user", "Book HAT136."),
        ("evt_002", "call", "agent", '{"flight":"HAT136"}'),
        ("evt_003", "result", "tool", "Error: not enough seats on flight HAT136"),
        ("evt_004", "message", "agent", "There are no seats."),
    ]
    call, result = found.events[2:4]
    assert (call.tool, call.arguments, call.call) == ("book", {"flight": "HAT136"}, "call_1")
    assert (result.tool, result.call, result.is_error) == ("book", "call_1", True)


def test_each_line_is_a_session() -> None:
    lines = "\n".join(json.dumps({**RUN, "trial": trial}) for trial in range(3))
    assert [each.session for each in openai_chat.read(lines)] == ["task-7-0", "task-7-1", "task-7-2"]


def test_a_list_of_messages_is_one_session_named_by_what_it_holds() -> None:
    found, again = one(RUN["traj"]), one(RUN["traj"])
    assert found == again
    assert found.session.startswith("chat-")
    assert found.outcome is None
    assert one(RUN["traj"][:3]).session != found.session


def test_text_and_several_calls_of_one_message_have_ids_of_their_own() -> None:
    calls = [{"id": f"c{number}", "function": {"name": "look", "arguments": "{}"}} for number in range(2)]
    messages = [
        {"role": "assistant", "content": "I look twice.", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c1", "content": "second"},
        {"role": "tool", "tool_call_id": "c0", "content": "first"},
    ]
    found = one({"id": "conv/1", "messages": messages})
    assert [each.id for each in found.events] == ["evt_000", "evt_000.1", "evt_000.2", "evt_001", "evt_002"]
    assert [(each.call, each.tool) for each in found.events if each.sort is Sort.RESULT] == [
        ("c1", "look"),
        ("c0", "look"),
    ]


def test_the_older_function_calls_are_read() -> None:
    messages = [
        {"role": "assistant", "content": None, "function_call": {"name": "look", "arguments": "not json"}},
        {"role": "function", "name": "look", "content": '{"error": "no such thing"}'},
    ]
    call, result = one({"messages": messages}).events
    assert call.arguments == {"input": "not json"}
    assert (result.tool, result.is_error, result.call) == ("look", True, call.call)


def test_items_of_the_responses_form_are_read() -> None:
    items = [
        {"role": "user", "content": [{"type": "input_text", "text": "Hi"}, {"type": "input_image"}]},
        {"type": "function_call", "call_id": "f1", "name": "look", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "f1", "output": "fine"},
    ]
    assert [each.text for each in one({"input": items}).events] == ["Hi\n(input_image)", "{}", "fine"]


def test_blocks_of_the_messages_api_are_read() -> None:
    messages = [
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "bash", "input": {"command": "ls"}}]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "t", "content": "a.txt", "is_error": True}],
        },
    ]
    call, result = one({"messages": messages}).events
    assert (call.tool, result.text, result.is_error, result.origin) == ("bash", "a.txt", True, Origin.TOOL)


def test_a_result_without_a_call_is_nobodys_word() -> None:
    (result,) = one({"messages": [{"role": "tool", "tool_call_id": "gone", "content": "x"}]}).events
    assert result.origin is Origin.EXTERNAL


def test_what_was_recalled_into_a_message_is_told_apart() -> None:
    text = "Hello <memory>- seats are free ^n1</memory> please book"
    found = one({"messages": [{"role": "user", "content": text}]})
    assert told(found) == [
        ("evt_000", "message", "user", "Hello"),
        ("evt_000.1", "message", "recalled", "<memory>- seats are free ^n1</memory>"),
        ("evt_000.2", "message", "user", "please book"),
    ]


def test_a_tool_can_be_vouched_for() -> None:
    call = {"id": "c", "function": {"name": "web_prices", "arguments": "{}"}}
    messages = [{"role": "assistant", "tool_calls": [call]}, {"role": "tool", "tool_call_id": "c", "content": "5"}]
    assert one({"messages": messages}).events[1].origin is Origin.EXTERNAL
    trusted = Origins(trusted=frozenset({"web_prices"}))
    assert one({"messages": messages}, origins=trusted).events[1].origin is Origin.TOOL


def test_what_cannot_be_read_is_counted_and_the_rest_is_read() -> None:
    log = "\n".join([json.dumps(RUN), "{oops", "", '{"no": "messages"}', json.dumps(RUN), json.dumps(RUN)[:40]])
    read = openai_chat.read(log)
    assert [each.session for each in read] == ["task-7-2"]
    assert read.skipped == {
        "a line that is no JSON": 1,
        "a value without messages": 1,
        "a session that was read already": 1,
        "a last line that was cut off": 1,
    }


def test_a_role_that_nobody_knows_is_counted() -> None:
    read = openai_chat.read(json.dumps({"messages": [{"role": "user", "content": "Hi"}, {"role": "critic"}]}))
    assert read.skipped == {"a message of critic": 1}


def test_a_text_that_is_no_log_says_why() -> None:
    (why,) = openai_chat.read("Dear diary,").skipped
    assert why.startswith("a text that is no JSON (Expecting value")
    assert openai_chat.read("") == Read()


def test_long_outputs_keep_their_beginning_and_end() -> None:
    (found,) = one({"messages": [{"role": "user", "content": "a" * 100_000 + "end"}]}).events
    assert len(found.text) < 70_000
    assert "36,003 characters left out" in found.text
    assert found.text.endswith("end")
