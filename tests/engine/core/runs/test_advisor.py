"""A lead asks its advisor: events come in the documented order, and nothing that goes wrong there fails a turn."""

import pytest

from agentops.engine.core.json import Json
from agentops.engine.core.runs.replies import ADVICE_LIMIT
from agentops.engine.core.runs.state import Phase

from .agents import team_setting
from .desk import Desk, say

ASK: Json = {"consult_advisor": {"question": "Which way?"}}
NO_ADVICE = say("There is no advice: the advisor could not be asked. Go on without it.")
ENDS = [
    "agent.thread_message_received 1",
    "session.thread_status_idle 1",
    "session.thread_status_terminated 1",
    "span.model_request_start",
]


def consulting(*more: Json | str, budget: int | None = None) -> Desk:
    desk = Desk(team_setting(budget=budget))
    desk.message("Build it.")
    desk.reply("I am not sure.", ASK, *more)
    return desk


def advice(desk: Desk) -> list[Json]:
    found: list[Json] = next(each for each in desk.last_user_blocks if each["type"] == "tool_result")["content"]
    return found


def test_neither_the_call_nor_a_message_to_the_advisor_shows_on_the_session() -> None:
    desk = consulting()
    assert desk.feed()[-4:] == [
        "agent.message",
        "span.model_request_end",
        "session.thread_created 1",
        "session.thread_status_running 1",
    ]
    assert (desk.asks, desk.state.phase) == ([], Phase.RUNNING)
    place = desk.mark
    desk.reply("To the left.", thread=desk.children[0])
    assert desk.feed(since=place) == ENDS
    assert advice(desk) == [say("To the left.")]


def test_it_reads_the_whole_conversation_and_what_is_asked() -> None:
    desk = consulting()
    ((asked,),) = [each["content"] for each in desk.conversation_of(desk.children[0])]
    for words in ("Build it.", "I am not sure.", "The agent asks its advisor: Which way?"):
        assert words in asked["text"]


def test_results_come_in_the_order_of_the_calls() -> None:
    desk = consulting({"read": {}})
    desk.end(desk.tools[0])
    desk.reply("To the left.", thread=desk.children[0])
    owed = [each["id"] for each in desk.conversation[-2]["content"] if each["type"] == "tool_use"]
    assert [each["tool_use_id"] for each in desk.last_user_blocks] == owed
    assert advice(desk) == [say("To the left.")]


@pytest.mark.parametrize("trouble", ["fails", "refuses", "is interrupted"])
def test_whatever_keeps_it_from_answering_the_lead_goes_on_with_a_neutral_notice(trouble: str) -> None:
    desk = consulting()
    (advisor,) = desk.children
    place = desk.mark
    if trouble == "fails":
        desk.fail(advisor)
    elif trouble == "refuses":
        desk.reply(thread=advisor, stop_reason="refusal")
    else:
        desk.interrupt(advisor)
    assert [each for each in desk.feed(since=place) if each != "user.interrupt 1"] == ENDS
    assert advice(desk) == [NO_ADVICE]


def test_a_request_that_fails_for_now_is_tried_again() -> None:
    desk = consulting()
    (advisor,) = desk.children
    desk.fail(advisor, may_pass=True)
    assert desk.session.phase is Phase.RUNNING
    desk.pause_ends(advisor)
    desk.reply("To the left.", thread=advisor)
    assert advice(desk) == [say("To the left.")]


def test_it_is_not_asked_beyond_the_budget() -> None:
    desk = consulting(budget=1)
    (advisor,) = desk.children
    assert desk.at(advisor).asks == []
    assert desk.feed()[-3:] == ["session.thread_status_idle", "session.usage", "session.status_idle"]
    desk.update(team_setting(budget=100))
    assert advice(desk) == [NO_ADVICE]


def test_it_is_not_asked_again_beyond_the_budget() -> None:
    desk = consulting(budget=2)
    (advisor,) = desk.children
    desk.fail(advisor, may_pass=True)
    desk.setting = team_setting(budget=1)
    desk.pause_ends(advisor)
    assert desk.state_of(advisor).phase is Phase.TERMINATED
    assert desk.stop == {"type": "budget_reached"}


def test_an_interrupt_of_all_ends_it_and_its_word_is_not_waited_for() -> None:
    desk = consulting()
    place = desk.mark
    desk.interrupt()
    assert desk.feed(since=place) == [
        "user.interrupt",
        "session.thread_status_idle 1",
        "session.thread_status_terminated 1",
        "session.thread_status_idle",
        "session.usage",
        "session.status_idle",
    ]
    desk.message("Go on.")
    assert advice(desk)[0]["text"].startswith("Tool execution was interrupted")


def test_advice_that_comes_when_nobody_waits_for_it_any_more_starts_nothing() -> None:
    desk = consulting()
    desk.interrupt("sthr_1")
    desk.reply("To the left.", thread=desk.children[0])
    assert desk.feed()[-4:] == [
        "session.thread_status_idle 1",
        "session.thread_status_terminated 1",
        "session.usage",
        "session.status_idle",
    ]
    assert desk.asks == []


def test_a_reply_asks_only_so_often() -> None:
    desk = consulting(*[ASK] * ADVICE_LIMIT)
    assert len(desk.children) == ADVICE_LIMIT
    assert "at most 4 questions" in desk.body("agent.tool_result")["content"][0]["text"]


def test_it_takes_no_place_of_the_others_and_cannot_be_talked_to() -> None:
    desk = consulting()
    (advisor,) = desk.children
    assert not desk.session.threads[advisor].counts
    desk.reply("To the left.", thread=advisor)
    desk.reply({"send_to_agent": {"agent": advisor, "message": "And now?"}}, {"wait_for_agents": {}})
    assert "has ended" in desk.last_user_blocks[0]["content"][0]["text"]


def test_a_crash_while_it_thinks_asks_it_again() -> None:
    desk = consulting()
    (advisor,) = desk.children
    asked = list(desk.at(advisor).asks)
    desk.crash()
    assert (desk.said, desk.at(advisor).asks) == ([], asked)
    desk.reply("To the left.", thread=advisor)
    assert advice(desk) == [say("To the left.")]
