"""A lead waits for threads: until their turns have come to an end, for whatever reason."""

import json

import pytest

from agentops.engine.core.json import Json
from agentops.engine.core.runs.state import Phase

from .agents import team_setting
from .desk import Desk, say

WAIT: Json = {"wait_for_agents": {}}
ASKED = ["span.model_request_start"]
RESTS = ["session.thread_status_idle", "session.usage", "session.status_idle"]


def to(agent: str) -> Json:
    return {"send_to_agent": {"agent": agent, "message": "Do it."}}


def waiting(*agents: str, budget: int | None = None) -> Desk:
    """A session whose lead gave each a task and waits for all of them."""
    desk = Desk(team_setting(budget=budget))
    desk.message()
    desk.reply(*map(to, agents), WAIT)
    return desk


def standings(desk: Desk) -> list[str]:
    """Return how the awaited stood when the wait was over."""
    blocks = [each for each in desk.last_user_blocks if each["type"] == "tool_result"]
    found: list[Json] = json.loads(blocks[-1]["content"][0]["text"])["threads"]
    return [each["status"] for each in found]


def test_who_waits_for_all_goes_on_when_the_last_has_ended() -> None:
    desk = waiting("writer", "tester")
    writer, tester = desk.children
    assert (desk.asks, desk.state.phase) == ([], Phase.RUNNING)
    desk.reply("Written.", thread=writer)
    assert desk.asks == []
    place = desk.mark
    desk.reply("Tested.", thread=tester)
    assert desk.feed(since=place) == [
        "agent.thread_message_received 2",
        "session.thread_status_idle 2",
        "agent.tool_result",
        "span.model_request_start",
    ]
    assert standings(desk) == ["idle", "idle"]
    assert [each["text"] for each in desk.last_user_blocks if each["type"] == "text"][1::2] == ["Written.", "Tested."]


def test_who_waits_for_one_goes_on_when_that_has_ended() -> None:
    desk = Desk(team_setting())
    desk.message()
    desk.reply(to("writer"), to("tester"))
    writer, tester = desk.children
    desk.reply({"wait_for_agents": {"threads": [tester]}})
    desk.reply("Written.", thread=writer)
    assert desk.asks == []
    desk.reply("Tested.", thread=tester)
    assert desk.asks
    assert standings(desk) == ["idle"]


def test_who_waits_for_nobody_goes_on_at_once() -> None:
    desk = waiting()
    assert desk.asks
    assert standings(desk) == []


@pytest.mark.parametrize("threads", ["writer", 7, [{}], [["x"]], ["sthr_2"], {"a": 1}])
def test_who_waits_for_what_is_no_thread_is_told_so(threads: Json) -> None:
    desk = Desk(team_setting())
    desk.message()
    desk.reply(to("writer"), {"wait_for_agents": {"threads": threads}})
    assert desk.body("agent.tool_result")["is_error"] is True
    assert desk.body("agent.tool_result")["content"][0]["text"].startswith("threads must")
    assert desk.asks


def test_one_that_waits_for_a_person_has_the_session_rest_and_the_wait_goes_on_after_the_answer() -> None:
    desk = waiting("writer")
    (child,) = desk.children
    desk.reply({"write": {}}, thread=child)
    assert desk.feed()[-4:] == ["session.thread_status_idle 1", *RESTS]
    (call,) = desk.calls_of(child)
    assert desk.stop == {"type": "requires_action", "event_ids": [call]}
    desk.confirm(call)
    assert desk.feed()[-2:] == ["session.status_running", "session.thread_status_running 1"]
    desk.end(call, thread=child)
    desk.reply("Written.", thread=child)
    assert desk.feed()[-5:] == [
        "agent.thread_message_received 1",
        "session.thread_status_idle 1",
        "agent.tool_result",
        "session.thread_status_running",
        "span.model_request_start",
    ]


def test_a_session_rests_too_when_a_person_is_waited_for_before_its_lead_waits() -> None:
    desk = Desk(team_setting())
    desk.message()
    desk.reply(to("writer"))
    desk.reply({"write": {}}, thread=desk.children[0])
    desk.reply(WAIT)
    assert desk.feed()[-3:] == RESTS
    assert desk.stop["type"] == "requires_action"


def test_a_session_rests_too_when_what_its_lead_did_beside_waiting_has_ended() -> None:
    desk = Desk(team_setting())
    desk.message()
    desk.reply(to("writer"), {"bash": {}}, WAIT)
    desk.reply({"write": {}}, thread=desk.children[0])
    assert desk.session.phase is Phase.RUNNING
    desk.end(desk.tools[0])
    assert desk.feed()[-3:] == RESTS
    assert desk.stop["type"] == "requires_action"


def test_a_lead_may_ask_a_person_while_it_waits() -> None:
    desk = Desk(team_setting())
    desk.message()
    desk.reply(to("writer"), {"write": {}}, WAIT)
    (child,) = desk.children
    write, wait = desk.calls
    assert desk.state.stop == {"type": "requires_action", "event_ids": [write]}
    desk.confirm(write)
    assert desk.tools == [write]
    desk.end(write)
    assert desk.calls == [wait]
    desk.reply("Written.", thread=child)
    assert desk.asks


def test_one_that_fails_ends_the_wait() -> None:
    desk = waiting("writer")
    desk.fail(desk.children[0])
    assert standings(desk) == ["terminated"]
    assert desk.asks


def test_one_that_refuses_ends_the_wait() -> None:
    desk = waiting("writer")
    desk.reply(thread=desk.children[0], stop_reason="refusal")
    assert standings(desk) == ["idle"]


def test_one_that_is_interrupted_ends_the_wait_without_a_report() -> None:
    desk = waiting("writer")
    place = desk.mark
    desk.interrupt(desk.children[0])
    assert desk.feed(since=place) == [
        "user.interrupt 1",
        "session.thread_status_idle 1",
        "agent.tool_result",
        "span.model_request_start",
    ]
    assert [each["type"] for each in desk.last_user_blocks] == ["tool_result"] * 2


@pytest.mark.parametrize("is_heard", [True, False], ids=["heard", "found-after-a-crash"])
def test_one_that_is_archived_while_a_person_is_waited_for_ends_the_wait(is_heard: bool) -> None:
    desk = waiting("writer")
    (child,) = desk.children
    desk.reply({"write": {}}, thread=child)
    desk.archive(child, is_heard=is_heard)
    if not is_heard:
        desk.crash()
    assert desk.session.waits_for == []
    assert standings(desk) == ["terminated"]
    assert desk.session.phase is Phase.RUNNING


def test_one_that_is_archived_leaves_the_session_to_wait_for_the_others() -> None:
    desk = Desk(team_setting())
    desk.message()
    desk.reply(to("writer"), to("tester"))
    desk.reply("Begun.")
    writer, tester = desk.children
    desk.reply({"write": {}}, thread=writer)
    desk.reply({"write": {}}, thread=tester)
    desk.archive(writer)
    assert desk.said == ["session.usage", "session.status_idle"]
    assert desk.stop == {"type": "requires_action", "event_ids": desk.calls_of(tester)}
    desk.archive(tester)
    assert desk.stop == {"type": "end_turn"}


def test_one_that_the_budget_stopped_is_waited_for_until_that_is_raised() -> None:
    desk = waiting("writer", budget=2)
    (child,) = desk.children
    desk.reply({"bash": {}}, thread=child)
    desk.end(desk.calls_of(child)[0], thread=child)
    assert desk.feed()[-4:] == ["session.thread_status_idle 1", *RESTS]
    assert desk.stop == {"type": "budget_reached"}
    desk.update(team_setting(budget=100))
    assert desk.at(child).asks
    assert desk.asks == []
    desk.reply("Written.", thread=child)
    assert desk.last_user_blocks[-1] == say("Written.")


def test_a_message_that_comes_while_the_lead_waits_is_read_when_it_goes_on() -> None:
    desk = waiting("writer")
    desk.message("Hurry.")
    assert desk.said == []
    desk.reply("Written.", thread=desk.children[0])
    assert desk.last_user_blocks[-1] == say("Hurry.")
