"""A lead gives tasks to others: what each feed shows of it and in which order, and what is told to one that errs."""

import json

import pytest

from agentops.engine.core.json import Json
from agentops.engine.core.runs.delegation import THREADS_MAX
from agentops.engine.core.runs.state import Phase
from agentops.engine.core.runs.team import MESSAGE_MAX

from .agents import team_setting
from .desk import Desk, say

ASKED = ["span.model_request_start"]
BEGINS = ["session.status_running", "session.thread_status_running", *ASKED]
RESTS = ["session.thread_status_idle", "session.usage", "session.status_idle"]
SAID = ["agent.message", "span.model_request_end"]
CALLED = ["agent.tool_use", "span.model_request_end"]


def to(agent: str, message: str = "Do it.") -> Json:
    return {"send_to_agent": {"agent": agent, "message": message}}


def led(*content: Json | str, budget: int | None = None) -> Desk:
    """A session whose lead answered the first message so."""
    desk = Desk(team_setting(budget=budget))
    desk.message()
    desk.reply(*content)
    return desk


def told(desk: Desk) -> list[str]:
    """Return what the lead was told of its last calls."""
    return [each["content"][0]["text"] for each in desk.last_user_blocks if each["type"] == "tool_result"]


def test_two_at_once_work_beside_each_other_and_beside_the_lead() -> None:
    desk = led(to("writer", "Write."), to("tester", "Test."))
    assert desk.feed() == [
        "user.message",
        *BEGINS,
        *["agent.tool_use"] * 2,
        "span.model_request_end",
        "session.thread_created 1",
        "agent.thread_message_sent 1",
        "agent.tool_result",
        "session.thread_created 2",
        "agent.thread_message_sent 2",
        "agent.tool_result",
        "span.model_request_start",
        "session.thread_status_running 1",
        "session.thread_status_running 2",
    ]
    begins = ["agent.thread_message_received", "session.thread_status_running", "span.model_request_start"]
    assert [desk.feed(each) for each in desk.children] == [begins, begins]
    assert [len(desk.at(each).asks) for each in (None, *desk.children)] == [1, 1, 1]


def test_a_task_is_all_that_a_child_knows_and_a_report_is_its_last_message() -> None:
    desk = led(to("writer", "Write."))
    (child,) = desk.children
    assert desk.conversation_of(child)[0]["content"] == [say("[From the lead, thread sthr_1]"), say("Write.")]
    desk.reply("Begun.")
    place = desk.mark
    desk.reply("Let me see.", {"bash": {}}, thread=child)
    desk.end(desk.calls_of(child)[0], thread=child)
    desk.reply("Written.", thread=child)
    assert desk.feed(since=place) == [
        "agent.thread_message_received 1",
        "session.thread_status_idle 1",
        "session.thread_status_running",
        "span.model_request_start",
    ]
    assert desk.feed(child, since=place) == [
        *["agent.message", *CALLED, "agent.tool_result", "span.model_request_start"],
        *[*SAID, "agent.thread_message_sent", "session.thread_status_idle"],
    ]
    assert desk.last_user_blocks == [say(f"[From writer, thread {child}]"), say("Written.")]
    desk.reply("All done.")
    assert desk.feed()[-5:] == [*SAID, *RESTS]
    assert desk.stop == {"type": "end_turn"}


def test_the_session_goes_on_while_anybody_works() -> None:
    desk = led(to("writer"), to("tester"))
    desk.reply("Both are at it.")
    assert desk.said[-1] == "session.thread_status_idle"
    assert (desk.state.phase, desk.session.phase) == (Phase.IDLE, Phase.RUNNING)


def test_a_report_that_comes_while_the_lead_is_in_a_request_is_read_in_the_next() -> None:
    desk = led(to("writer"))
    desk.reply("Written.", thread=desk.children[0])
    assert desk.said[-1] == "session.thread_status_idle"
    desk.reply("I wait.")
    assert desk.said == [*SAID, *ASKED]
    assert desk.last_user_blocks[-1] == say("Written.")


def test_a_report_that_comes_while_the_lead_waits_for_a_person_is_read_with_the_answer() -> None:
    desk = led(to("writer"))
    desk.reply({"write": {}})
    assert desk.said[-1] == "session.thread_status_idle"
    desk.reply("Written.", thread=desk.children[0])
    assert desk.feed()[-4:] == ["agent.thread_message_received 1", "session.thread_status_idle 1", *RESTS[1:]]
    assert desk.stop["type"] == "requires_action"
    desk.confirm(desk.calls[0])
    desk.end(desk.tools[0])
    head = f"[From writer, thread {desk.children[0]}]"
    assert desk.last_user_blocks[1:] == [say(head), say("Written.")]


def test_a_report_of_blanks_is_said_to_be_none() -> None:
    desk = led(to("writer"))
    desk.reply("Begun.")
    desk.reply(" ", thread=desk.children[0])
    assert desk.last_user_blocks[-1] == say("(The agent ended its turn without a message.)")


def test_what_was_said_beside_a_last_call_is_the_report_when_nothing_more_is_said() -> None:
    desk = led(to("writer"))
    desk.reply("Begun.")
    (child,) = desk.children
    desk.reply("It is in the file.", {"bash": {}}, thread=child)
    desk.end(desk.calls_of(child)[0], thread=child)
    desk.reply(thread=child)
    assert desk.last_user_blocks[-1] == say("It is in the file.")


def test_a_report_that_comes_while_the_lead_is_summed_up_waits_for_that() -> None:
    desk = led(to("writer"))
    desk.bound(context_tokens=100)
    desk.reply({"bash": {}}, tokens=200)
    desk.end(desk.calls[0])
    assert desk.summaries == 1
    desk.reply("Written.", thread=desk.children[0])
    assert (desk.asks, desk.summaries) == ([], 1)
    desk.sum_up()
    assert desk.last_user_blocks[-1] == say("Written.")


def test_the_context_of_a_child_is_compacted_on_its_own_feed() -> None:
    desk = led(to("writer"))
    (child,) = desk.children
    desk.reply("Begun.")
    desk.bound(context_tokens=100)
    desk.reply({"bash": {}}, thread=child, tokens=200)
    desk.end(desk.calls_of(child)[0], thread=child)
    place = desk.mark
    desk.sum_up(thread=child)
    assert desk.feed(child, since=place) == ["agent.thread_context_compacted", *ASKED]
    assert desk.feed(since=place) == []


def test_a_child_that_says_something_before_its_end_calls_the_lead() -> None:
    desk = led(to("writer"))
    (child,) = desk.children
    desk.reply("Begun.")
    place = desk.mark
    desk.reply({"send_to_parent": {"message": "Half of it."}}, thread=child)
    assert desk.feed(since=place) == [
        "agent.thread_message_received 1",
        "session.thread_status_running",
        "span.model_request_start",
    ]
    assert desk.feed(child, since=place) == [*CALLED, "agent.thread_message_sent", "agent.tool_result", *ASKED]
    assert desk.last_user_blocks[-1] == say("Half of it.")


def test_a_child_has_nobody_to_delegate_to() -> None:
    desk = led(to("writer"))
    (child,) = desk.children
    desk.reply(to("tester"), thread=child)
    assert desk.children == [child]
    assert desk.feed().count("agent.tool_use") == 1, "a call that is refused does not show on the session"
    assert "no tool 'send_to_agent'" in desk.told_last(child)[0]["content"][0]["text"]


def test_a_follow_up_to_one_that_rests_goes_on_with_what_it_knows() -> None:
    desk = led(to("writer", "Write."))
    (child,) = desk.children
    desk.reply("Begun.")
    desk.reply("Written.", thread=child)
    desk.reply(to(child, "Shorter."))
    assert desk.children == [child]
    assert [each["role"] for each in desk.conversation_of(child)] == ["user", "assistant", "user"]
    assert desk.said[-2:] == ["session.thread_status_running", *ASKED]


def test_a_follow_up_to_one_that_works_is_read_in_its_next_request() -> None:
    desk = led(to("writer", "Write."))
    (child,) = desk.children
    desk.reply(to(child, "Shorter."))
    assert len(desk.at(child).asks) == 1
    desk.reply("Written.", thread=child)
    assert desk.told_last(child)[-1] == say("Shorter.")
    assert len(desk.at(child).asks) == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"agent": "nobody", "message": "x"}, "'nobody' is not. Known: writer, tester, reader."),
        ({"agent": 7, "message": "x"}, "agent must be one of the roster"),
        ({"message": "x"}, "agent must be one of the roster"),
        ({"agent": "writer"}, "message must be a text that is not empty."),
        ({"agent": "writer", "message": " "}, "message must be a text that is not empty."),
        ({"agent": "writer", "message": "x" * (MESSAGE_MAX + 1)}, f"at most {MESSAGE_MAX} characters"),
        ({"agent": "writer", "message": "x", "reason": 7}, "reason must be a text"),
        ({"inline": [], "message": "x"}, "inline must be an object"),
        ({"inline": {"name": "n"}, "message": "x"}, "system must be a text"),
        ({"inline": {"name": "anthropic.advisor", "system": "s"}, "message": "x"}, "which is reserved"),
    ],
)
def test_a_task_that_cannot_be_given_is_explained_to_the_lead(given: Json, words: str) -> None:
    desk = led({"send_to_agent": given})
    assert words in told(desk)[0]
    assert desk.body("agent.tool_result")["is_error"] is True
    assert desk.children == []


def test_an_agent_may_be_made_up_for_a_task() -> None:
    desk = led({"send_to_agent": {"inline": {"name": "counter", "system": "Count."}, "message": "Count them."}})
    thread = desk.session.threads[desk.children[0]]
    agent = thread.agent or {}
    assert (thread.name, agent["system"], agent["type"]) == ("counter", "Count.", "inline")


def test_no_more_than_25_threads_have_a_place_and_an_archived_one_frees_its_own() -> None:
    desk = led(*[to("writer") for _ in range(THREADS_MAX)], to("tester"))
    assert len(desk.children) == THREADS_MAX
    assert "at most 25 threads" in told(desk)[-1]
    first = desk.children[0]
    desk.reply("Written.", thread=first)
    desk.archive(first)
    desk.reply(to("tester"))
    assert len(desk.children) == THREADS_MAX + 1


def test_who_was_archived_takes_no_more() -> None:
    desk = led(to("writer"))
    (child,) = desk.children
    desk.reply("Begun.")
    desk.reply("Written.", thread=child)
    desk.archive(child)
    desk.reply(to(child))
    assert "has ended; begin another one" in told(desk)[0]
    desk.reply({"list_agents": {}})
    assert json.loads(told(desk)[0])["threads"] == [{"thread_id": child, "agent": "writer", "status": "terminated"}]


def test_who_waits_for_a_person_takes_no_more_until_that_has_answered() -> None:
    desk = led(to("writer"))
    (child,) = desk.children
    desk.reply({"write": {}}, thread=child)
    desk.reply(to(child))
    assert "waits until a person has answered" in told(desk)[0]


def test_one_that_was_archived_just_as_it_got_a_task_is_stopped_and_the_lead_is_told() -> None:
    desk = led(to("writer"))
    (child,) = desk.children
    desk.reply("Begun.")
    desk.reply("Written.", thread=child)
    desk.archive(child, is_heard=False)
    desk.reply(to(child, "More."))
    assert desk.at(child).asks == []
    assert desk.state_of(child).phase is Phase.TERMINATED
    desk.reply("I wait.")
    assert desk.last_user_blocks[-1] == say("(The thread has ended without a report: it was archived.)")
    desk.crash()
    assert desk.state_of(child).phase is Phase.TERMINATED


def test_one_that_fails_for_good_ends_and_the_lead_is_told_why() -> None:
    desk = led(to("writer"))
    (child,) = desk.children
    desk.reply("Begun.")
    place = desk.mark
    desk.fail(child)
    assert desk.feed(child, since=place) == [
        "span.model_request_end",
        "session.error",
        "session.thread_status_terminated",
    ]
    assert desk.feed(since=place) == [
        "agent.thread_message_received 1",
        "session.thread_status_terminated 1",
        "session.thread_status_running",
        "span.model_request_start",
    ]
    assert desk.last_user_blocks[-1] == say("(The thread has ended without a report: Too busy.)")


def test_one_that_refuses_may_take_another_task() -> None:
    desk = led(to("writer"))
    (child,) = desk.children
    desk.reply("Begun.")
    desk.reply(thread=child, stop_reason="refusal")
    assert desk.state_of(child).stop == {"type": "refusal"}
    assert "refused to go on" in desk.last_user_blocks[-1]["text"]
    desk.reply(to(child, "Something else."))
    assert desk.at(child).asks


def test_a_refusal_of_the_lead_is_still_explained_when_the_others_end_later() -> None:
    desk = led(to("writer"))
    details = {"type": "refusal", "category": "cyber", "explanation": "No."}
    desk.reply(stop_reason="refusal", stop_details=details)
    assert desk.session.phase is Phase.RUNNING
    desk.interrupt(desk.children[0])
    assert desk.body("session.status_idle") == {"stop_reason": {"type": "refusal"}, "stop_details": details}


def test_a_child_that_waits_for_a_person_shows_on_the_session_and_its_answer_too() -> None:
    desk = led(to("writer"))
    (child,) = desk.children
    desk.reply("Begun.")
    place = desk.mark
    desk.reply({"write": {}}, {"lookup": {}}, {"bash": {}}, thread=child)
    assert desk.feed(since=place) == ["agent.tool_use 1", "agent.custom_tool_use 1"]
    desk.end(desk.at(child).tools[0], thread=child)
    write, lookup = desk.calls_of(child)
    assert desk.feed()[-3:] == ["session.thread_status_idle 1", *RESTS[1:]]
    assert desk.stop == {"type": "requires_action", "event_ids": [write, lookup]}
    place = desk.mark
    desk.answer(lookup)
    assert desk.feed(since=place) == ["user.custom_tool_result 1", "session.thread_status_idle 1", *RESTS[1:]]
    desk.confirm(write)
    assert desk.feed()[-3:] == ["user.tool_confirmation 1", BEGINS[0], "session.thread_status_running 1"]
    assert desk.at(child).tools == [write]


def test_while_one_is_put_off_the_session_runs_as_long_as_another_does() -> None:
    desk = led(to("writer"))
    (child,) = desk.children
    desk.fail(child, may_pass=True)
    assert desk.session.phase is Phase.RUNNING
    desk.fail(may_pass=True)
    assert desk.feed()[-2:] == ["session.thread_status_rescheduled", "session.status_rescheduled"]
    desk.pause_ends(child)
    assert desk.feed()[-2:] == ["session.status_running", "session.thread_status_running 1"]
    desk.reply("Written.", thread=child)
    assert desk.feed()[-2:] == ["session.thread_status_idle 1", "session.status_rescheduled"]
    desk.pause_ends()
    assert desk.last_user_blocks[-1] == say("Written.")


def test_tokens_count_for_each_thread_and_hours_once_for_the_session() -> None:
    desk = led(to("writer"))
    (child,) = desk.children
    desk.pass_time(10)
    desk.reply("Begun.")
    desk.pass_time(5)
    desk.reply("Written.", thread=child, tokens=70)
    desk.pass_time(1)
    desk.reply("Done.")
    usage = desk.body("session.usage")["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["active_seconds"]) == (100, 40, 16)
    assert usage["list_cost"] == {"amount": "4", "currency": "USD"}
    assert [desk.state_of(each).active_seconds for each in (None, child)] == [11, 15]
