"""A model that does not answer: another attempt, a shorter conversation, or rest."""

import pytest

from agentops.engine.core.conversation import Usage
from agentops.engine.core.json import Json, written
from agentops.engine.core.runs import messages
from agentops.engine.core.runs.happenings import Due, RequestFailed, Summarised
from agentops.engine.core.runs.setting import Bounds

from .agents import setting
from .desk import Desk, say

RESTS = ["session.thread_status_idle", "session.usage", "session.status_idle"]


def asked(**bounds: int) -> Desk:
    desk = Desk(setting(bounds=Bounds(**bounds)))
    desk.message()
    return desk


def due(desk: Desk) -> None:
    desk.waits.clear()
    desk.take(Due())


def summarised(desk: Desk, words: str = "They said go.") -> None:
    desk.sum_up(words)


def test_what_may_pass_is_tried_again_after_a_pause() -> None:
    desk = asked()
    desk.fail(may_pass=True)
    assert desk.said == [
        "span.model_request_end",
        "session.error",
        "session.thread_status_rescheduled",
        "session.status_rescheduled",
    ]
    assert desk.body("session.error")["error"]["retry_status"] == {"type": "retrying"}
    due(desk)
    assert desk.said == ["session.status_running", "session.thread_status_running", "span.model_request_start"]
    desk.reply("Hello.")
    assert len(desk.conversation) == 2


@pytest.mark.parametrize(
    ("failed_before", "asked_s", "pause_s"),
    [(0, None, 0.5), (1, None, 1.0), (9, None, 30.0), (0, 45.0, 45.0), (0, 1e6, 120.0)],
)
def test_how_long_a_pause_is(failed_before: int, asked_s: float | None, pause_s: float) -> None:
    desk = asked(attempts=20)
    for _ in range(failed_before):
        desk.fail(may_pass=True)
        due(desk)
    desk.fail(may_pass=True, retry_after_s=asked_s)
    assert desk.waits == [pause_s]


def test_attempts_are_counted_in_a_row() -> None:
    desk = asked(attempts=1)
    desk.fail(may_pass=True)
    due(desk)
    desk.reply({"read": {}})
    desk.end(desk.calls[0])
    desk.fail(may_pass=True)
    assert desk.waits == [0.5]


def test_after_too_many_attempts_it_rests_with_everything_that_waited() -> None:
    desk = asked(attempts=0)
    desk.message("and")
    desk.fail(may_pass=True)
    assert desk.said == ["span.model_request_end", "session.error", "user.message", *RESTS]
    assert desk.body("session.error")["error"]["retry_status"] == {"type": "exhausted"}
    assert desk.stop == {"type": "retries_exhausted"}
    desk.message("again")
    assert desk.last_user_blocks == [say("and"), say("again")]


def test_what_will_not_pass_is_not_tried_again() -> None:
    desk = asked()
    desk.fail()
    assert desk.stop == {"type": "retries_exhausted"}


def test_messages_that_come_during_a_pause_are_sent_with_the_next_attempt() -> None:
    desk = asked()
    desk.fail(may_pass=True)
    desk.message("and")
    assert desk.said == []
    due(desk)
    assert desk.said[0] == "user.message"
    assert desk.last_user_blocks == [say("and")]


def test_a_conversation_that_does_not_fit_is_summed_up_and_sent_again() -> None:
    desk = asked()
    desk.reply("Hello.")
    desk.message("and now?")
    desk.fail(is_too_long=True)
    assert desk.said == ["span.model_request_end"]
    assert desk.summaries == 1
    summarised(desk)
    assert desk.said == ["agent.thread_context_compacted", "span.model_request_start"]
    note, question = desk.conversation
    assert "They said go." in note["content"][0]["text"]
    assert question["content"] == [say("and now?")]


def test_a_long_conversation_is_summed_up_before_it_goes_on() -> None:
    desk = asked(context_tokens=100)
    desk.reply({"read": {}}, tokens=200)
    desk.end(desk.calls[0])
    assert desk.summaries == 1
    summarised(desk)
    assert [each["role"] for each in desk.conversation] == ["user", "assistant", "user"]
    assert desk.last_user_blocks[0]["type"] == "tool_result"


def test_a_summary_is_paid_for() -> None:
    desk = asked()
    desk.fail(is_too_long=True)
    before = desk.state.usage
    desk.take(Summarised("They said go.", Usage(900, 30)))
    assert (desk.state.usage.input_tokens, desk.state.usage.output_tokens) == (
        before.input_tokens + 900,
        before.output_tokens + 30,
    )


def test_while_it_is_summed_up_messages_wait() -> None:
    desk = asked()
    desk.fail(is_too_long=True)
    desk.message("and")
    assert desk.said == []
    summarised(desk)
    assert desk.said == ["agent.thread_context_compacted", "user.message", "span.model_request_start"]


def test_a_summary_that_fails_is_tried_again_too() -> None:
    desk = asked()
    desk.fail(is_too_long=True)
    desk.at(None).summaries = 0
    desk.take(RequestFailed("model_overloaded_error", "Too busy.", may_pass=True))
    due(desk)
    assert desk.asks


def test_summing_up_that_brings_nothing_is_given_up() -> None:
    desk = asked(compactions=1)
    desk.fail(is_too_long=True)
    summarised(desk)
    desk.fail(is_too_long=True)
    assert desk.body("session.error")["error"]["type"] == "compaction_limit_reached_error"
    assert desk.stop == {"type": "retries_exhausted"}


USER: Json = {"role": "user", "content": [say("go")]}
MORE: Json = {"role": "user", "content": [say("more")]}
SAID: Json = {"role": "assistant", "content": [say("Hello.")]}
CALL: Json = {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "bash", "input": {}}]}
RESULT: Json = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": [say("ok")]}]}
SYSTEM: Json = {"role": "system", "content": [say("Be brief.")]}


@pytest.mark.parametrize(
    ("conversation", "left"),
    [
        ([USER], []),
        ([USER, MORE], [MORE]),
        ([USER, SAID], []),
        ([USER, SAID, MORE], [MORE]),
        ([USER, CALL], [CALL]),
        ([USER, CALL, RESULT], [CALL, RESULT]),
        ([USER, CALL, RESULT, SYSTEM], [CALL, RESULT, SYSTEM]),
        ([USER, SAID, MORE, SYSTEM], [MORE, SYSTEM]),
    ],
)
def test_what_the_model_has_not_read_outlives_a_summary(conversation: list[Json], left: list[Json]) -> None:
    encoded = [written(each).encode() for each in conversation]
    assert messages.summed_up(encoded, "All is well.")[1:] == left


def test_a_summary_is_made_of_everything_but_the_middle_of_very_much() -> None:
    image: Json = {"type": "image", "source": {}}
    talk = [USER, CALL, RESULT, {"role": "user", "content": [say("x" * 9_000), image]}] * 60
    told = messages.to_summarise([written(each).encode() for each in talk])
    for words in ("[user] go", "[assistant] calls bash with {}", "is told: ok", "1000 more]", "(image)", "left out"):
        assert words in told
    assert len(told) < 402_000
