"""A scripted model: what it answers to what, however often the server was killed in between."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.engine.core.conversation import Ask, Reply, Usage
from agentops.engine.core.json import written
from agentops.engine.models.port import (
    ContextTooLong,
    ModelError,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefusedRequest,
    ModelUnpaid,
    ModelUnreachable,
    Piece,
    TextPiece,
    ThinkingBegun,
)
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from tests.engine.models.model_server import asking
from tests.engine.models.test_script import read

pytestmark = pytest.mark.anyio


async def at_once(_wait_s: float) -> None:
    """Wait for nothing."""


def model(*turns: dict[str, Any]) -> Scripted:
    return Scripted(Script.model_validate({"turns": list(turns)}), at_once)


async def said(asked: Scripted, ask: Ask) -> Reply:
    return await asked.ask(ask, lambda _: None)


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def spoke(text: str = "…") -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "text", "text": text}]}


def result(text: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": [_block(text)]}]}


def _block(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


async def words(asked: Scripted, ask: Ask) -> str:
    reply = await said(asked, ask)
    return "".join(each["text"] for each in reply.content)


async def test_turns_answer_one_after_the_other() -> None:
    asked = model({"say": "one"}, {"say": "two"})
    assert await words(asked, asking(user("a"))) == "one"
    assert await words(asked, asking(user("a"), spoke(), user("b"))) == "two"


async def test_each_conversation_begins_at_the_first_turn() -> None:
    asked = model({"say": "one"}, {"say": "two"})
    assert await words(asked, asking(user("a"), spoke(), user("b"))) == "two"
    assert await words(asked, asking(user("a"), thread_id="sthr_2")) == "one"


async def test_a_request_that_is_made_again_is_answered_again() -> None:
    asked = model({"say": "one"}, {"say": "two"})
    ask = asking(user("a"))
    assert await said(asked, ask) == await said(asked, ask)


WAITING = """
turns:
  - {when: {agent: analyst, last: disk}, say: disk}
  - {when: {tool_result: {matches: "^4\\\\d\\\\d$"}}, say: failed, times: forever}
  - {when: {system: terse, last: time}, say: ok}
  - {when: {turn: 3}, say: third}
  - {when: {agent: writer}, say: writer}
"""


@pytest.mark.parametrize(
    ("messages", "changed", "expected"),
    [
        ([user("the disk")], {}, "disk"),
        ([user("the disk")], {"agent_name": "writer"}, "writer"),
        ([user("x"), spoke(), result("404")], {}, "failed"),
        ([user("x"), spoke(), result("404"), {"role": "system", "content": "disk"}], {}, "failed"),
        ([user("x"), spoke(), result("200"), spoke(), user("y")], {}, "third"),
        ([user("time?")], {"system": "Be terse."}, "ok"),
    ],
)
async def test_a_turn_waits_for_what_it_names(messages: list[Any], changed: dict[str, Any], expected: str) -> None:
    assert await words(Scripted(read(WAITING), at_once), asking(*messages, **changed)) == expected


async def test_a_result_is_waited_for_only_until_the_model_has_spoken() -> None:
    asked = model(
        {"when": {"tool_result": "x"}, "say": "got it", "times": "forever"}, {"say": "other", "times": "forever"}
    )
    assert await words(asked, asking(user("a"), spoke(), result("x"))) == "got it"
    assert await words(asked, asking(user("a"), spoke(), result("x"), spoke(), user("b"))) == "other"


async def test_what_only_the_conversation_knows_is_found_in_its_results() -> None:
    turn = {
        "find": {"thread": '"id":"(t[0-9])"'},
        "say": "On in {thread}, {else}.",
        "call": [{"tool": "send_to_agent", "input": {"agent": "{thread}", "more": ["{thread}", 1, {"a": None}]}}],
    }
    asked, begun = model({"say": "…"}, {"say": "…"}, turn), (user('"id":"t0"'), spoke(), result('"id":"t1"'))
    reply = await said(asked, asking(*begun, spoke(), result('"id":"t2" "id":"t3"')))
    assert reply.content[0]["text"] == "On in t3, {else}."
    assert reply.content[1]["input"] == {"agent": "t3", "more": ["t3", 1, {"a": None}]}
    with pytest.raises(ModelRefusedRequest, match="no result of a tool holds it"):
        await said(model(turn), asking(user('"id":"t0"')))


async def test_what_no_turn_answers_says_what_was_sent_and_what_came_near() -> None:
    asked = model(
        {"when": {"agent": "writer", "last": "a"}, "say": "x"},
        {"when": {"last": "disk", "turn": 2}, "say": "y"},
        {"when": {"last": {"matches": "^b"}}, "say": "z"},
    )
    with pytest.raises(ModelRefusedRequest) as caught:
        await said(asked, asking(user("a bus"), spoke(), result("full" * 100)))
    assert caught.value.message == (
        "The script has no turn for request 2 of analyst (last user text: 'a bus'; tool results: "
        f"'{'full' * 40}…'). Nearest, turn 1: agent must be 'writer', is 'analyst'; "
        "turn 2: last must contain 'disk', is 'a bus'; turn 3: last must match '^b', is 'a bus'. "
        "Add a turn, or give one that fits `times: forever`."
    )


async def test_a_turn_that_is_used_up_is_the_nearest() -> None:
    asked = model({"when": {"last": "q"}, "say": "x"}, {"say": "one"})
    with pytest.raises(ModelRefusedRequest, match="Nearest, turn 2: it is used up; turn 1: last must contain 'q'"):
        await said(asked, asking(user("a"), spoke(), user("b")))


async def test_errors_come_as_often_as_they_are_asked_for_then_the_next_turn() -> None:
    asked = model({"say": "one"}, {"error": {"kind": "overloaded", "retry_after_s": 2}, "times": 2}, {"say": "two"})
    first, second = asking(user("a")), asking(user("a"), spoke(), user("b"))
    assert await words(asked, first) == "one"
    for _ in range(2):
        with pytest.raises(ModelOverloaded) as caught:
            await said(asked, second)
        assert caught.value.retry_after_s == 2
    assert await words(asked, second) == "two"
    with pytest.raises(ModelRefusedRequest):
        await said(asked, asking(user("a"), spoke(), user("b"), spoke(), user("c")))


async def test_a_reply_of_nothing_is_not_given_again() -> None:
    asked = model({"raw": []}, {"say": " \n"}, {"refuse": {}}, {"say": "at last"})
    ask = asking(user("a"))
    assert [(await said(asked, ask)).stop_reason for _ in range(3)] == ["end_turn", "end_turn", "refusal"]
    assert await words(asked, ask) == "at last"
    assert await words(model({"raw": []}, {"say": "a"}, {"say": "b"}), asking(user("a"), spoke(), user("b"))) == "b"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("overloaded", ModelOverloaded),
        ("rate_limited", ModelRateLimited),
        ("unreachable", ModelUnreachable),
        ("rejected", ModelRefusedRequest),
        ("billing", ModelUnpaid),
        ("context_too_long", ContextTooLong),
    ],
)
async def test_each_kind_of_error_is_the_ports(kind: str, expected: type[ModelError]) -> None:
    with pytest.raises(expected, match="Too much") as caught:
        await said(model({"error": {"kind": kind, "message": "Too much."}}), asking(user("a")))
    assert caught.type is expected


async def test_a_reply_is_thought_said_and_called_in_this_order() -> None:
    turn = {"say": "Look:", "think": True, "call": [{"tool": "bash", "input": {"command": "ls"}}, {"tool": "bash"}]}
    pieces: list[Piece] = []
    reply = await model(turn).ask(asking(user("a")), pieces.append)
    thought, text, first, second = reply.content
    assert thought == {"type": "thinking", "thinking": "", "signature": "scripted"}
    assert text == {"type": "text", "text": "Look:"}
    assert (first["name"], first["input"], second["input"]) == ("bash", {"command": "ls"}, {})
    assert first["id"] != second["id"]
    assert reply.stop_reason == "tool_use"
    assert pieces == [ThinkingBegun(0), TextPiece(1, "Look:")]


async def test_calls_have_ids_that_no_other_call_has_and_a_restart_does_not_change() -> None:
    turn = {"call": [{"tool": "bash"}], "times": "forever"}
    first = asking(user("a"))
    later = asking(user("a"), spoke(), result("b"))
    asks = [first, later, asking(user("a"), thread_id="sthr_2")]
    ids = [(await said(model(turn), each)).content[0]["id"] for each in asks]
    assert len(set(ids)) == 3
    assert ids == [(await said(model(turn), each)).content[0]["id"] for each in asks]


async def test_what_no_model_should_answer_can_be_scripted() -> None:
    asked = model(
        {"call": [{"tool": "bash", "input": '{"command": '}]},
        {"raw": [{"type": "tool_use", "name": "nonsense"}, {"type": "text", "text": ""}]},
        {"say": "abcdefgh", "repeat": 131_072, "stop_reason": "max_tokens"},
    )
    assert (await said(asked, asking(user("a")))).content[0]["input"] == '{"command": '
    unknown = await said(asked, asking(user("a"), spoke(), user("b")))
    assert unknown.content[0]["name"] == "nonsense"
    assert unknown.content[0]["id"].startswith("toolu_")
    pieces: list[Piece] = []
    long = await asked.ask(asking(user("a"), spoke(), user("b"), spoke(), user("c")), pieces.append)
    assert len(long.content[0]["text"]) == 2**20
    assert "".join(each.text for each in pieces if isinstance(each, TextPiece)) == long.content[0]["text"]
    assert (len(pieces), long.stop_reason) == (64, "max_tokens")


async def test_a_refusal_has_its_details() -> None:
    reply = await said(model({"refuse": {"category": "cyber", "explanation": "No."}, "say": "I"}), asking(user("a")))
    assert reply.stop_reason == "refusal"
    assert reply.stop_details == {"type": "refusal", "category": "cyber", "explanation": "No."}
    assert reply.content == (_block("I"),)


async def test_usage_is_what_the_script_says_or_an_estimate() -> None:
    asked = model({"say": "x", "usage": {"input_tokens": 9, "cache_read_input_tokens": 3}}, {"say": "x" * 4000})
    assert (await said(asked, asking(user("a")))).usage == Usage(9, 0, 0, 3)
    estimate = (await said(asked, asking(user("a" * 4000), spoke(), user("b")))).usage
    assert 1000 < estimate.input_tokens < 1100
    assert 1000 < estimate.output_tokens < 1100


async def test_a_delay_is_waited_before_each_piece_and_the_end() -> None:
    waits: list[float] = []
    heard: list[Any] = []

    async def sleep(wait_s: float) -> None:
        waits.append(wait_s)
        if len(heard) == 2:
            raise asyncio.CancelledError

    turns = {"turns": [{"say": "x" * 48, "delay_ms": 20}]}
    asked = Scripted(Script.model_validate(turns), sleep)
    with pytest.raises(asyncio.CancelledError):
        await asked.ask(asking(user("a")), heard.append)
    assert waits == [0.02, 0.02, 0.02]


TURNS = st.lists(
    st.sampled_from(
        [
            {"say": "a"},
            {"say": "b", "when": {"last": "x"}},
            {"say": "c", "when": {"tool_result": "y"}, "times": 2},
            {"say": "d", "when": {"turn": 2}},
            {"call": [{"tool": "t"}]},
            {"raw": []},
            {"error": {"kind": "overloaded"}, "times": 2},
            {"error": {"kind": "overloaded"}, "times": "forever", "when": {"last": "z"}},
            {"say": "e", "times": "forever"},
        ]
    ),
    min_size=1,
    max_size=6,
)
INPUTS = st.lists(st.sampled_from([user("x"), user("z"), result("y"), user("other")]), min_size=1, max_size=5)


@given(TURNS, INPUTS)
def test_a_server_that_is_killed_after_each_reply_goes_on_with_the_same_script(
    turns: Sequence[dict[str, Any]], inputs: Sequence[dict[str, Any]]
) -> None:
    lasting = asyncio.run(_transcript(turns, inputs, is_killed=False))
    assert lasting == asyncio.run(_transcript(turns, inputs, is_killed=True))


async def _transcript(turns: Sequence[dict[str, Any]], inputs: Sequence[dict[str, Any]], *, is_killed: bool) -> str:
    asked, messages, told = model(*turns), [], []
    for each in inputs:
        messages.append(each)
        reply = None
        for _ in range(5):
            try:
                reply = await said(asked, asking(*messages))
            except ModelError as error:
                told.append(error.message)
                continue
            if any(block.get("text", "x").strip() for block in reply.content):
                break
        if reply and reply.content:
            told.append(written(list(reply.content)))
            messages.append({"role": "assistant", "content": list(reply.content)})
        if is_killed and reply and reply.content:
            asked = model(*turns)
    return json.dumps(told)
