"""What a model says, put together; and what no model should have said."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.engine.core.conversation import Reply, Usage
from agentops.engine.core.json import written
from agentops.engine.models.folding import Fold, Malformed, read
from agentops.engine.models.port import Piece, TextPiece, ThinkingBegun
from tests.engine.models.model_server import block, message_end, message_start, text, tool


def folded(*events: dict[str, Any]) -> tuple[Reply | None, list[Piece]]:
    fold = Fold()
    pieces = [piece for event in events for piece in fold.taken(read(json.dumps(event).encode()))]
    return fold.reply(), pieces


def said(*blocks: dict[str, Any]) -> tuple[Any, ...]:
    reply, _ = folded(message_start(), *blocks, *message_end())
    assert reply
    return reply.content


def test_text_is_heard_in_the_order_it_comes_and_thinking_only_begins() -> None:
    thinking = block(
        0,
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "thinking_delta", "thinking": "Let me "},
        {"type": "thinking_delta", "thinking": "see."},
        {"type": "signature_delta", "signature": "sig"},
    )
    reply, pieces = folded(message_start(), *thinking, *text(1, "Hel", "lo."), *message_end())
    assert pieces == [ThinkingBegun(0), TextPiece(1, "Hel"), TextPiece(1, "lo.")]
    assert reply
    assert reply.content == (
        {"type": "thinking", "thinking": "Let me see.", "signature": "sig"},
        {"type": "text", "text": "Hello."},
    )
    assert reply.stop_reason == "end_turn"


def test_thinking_that_is_kept_from_us_is_sent_back_as_it_came() -> None:
    hidden = {"type": "redacted_thinking", "data": "c2VjcmV0"}
    reply, pieces = folded(message_start(), *block(0, hidden), *message_end())
    assert pieces == [ThinkingBegun(0)]
    assert reply
    assert reply.content == (hidden,)


def test_usage_is_the_last_total_of_each_count() -> None:
    start = message_start(
        cache_creation_input_tokens=30,
        cache_read_input_tokens=4,
        cache_creation={"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
    )
    reply, _ = folded(start, *text(0, "x"), *message_end(output_tokens=9, cache_read_input_tokens=5, input_tokens=None))
    assert reply
    assert reply.usage == Usage(7, 9, 30, 5, 20)


def test_a_refusal_keeps_its_details() -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": "No."}
    reply, _ = folded(message_start(), *message_end("refusal", details=details))
    assert reply == Reply((), "refusal", Usage(7, 5), details)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], {}),
        (["", ""], {}),
        (['{"a"', ': [1, "é"]}'], {"a": [1, "é"]}),
        (['{"a": '], '{"a": '),
        (["[1]"], "[1]"),
        (['{"a": NaN}'], '{"a": NaN}'),
        (['{"a": 1e999}'], '{"a": 1e999}'),
        (['{"a": ' + "9" * 5000 + "}"], '{"a": ' + "9" * 5000 + "}"),
        (["[" * 100_000], "[" * 100_000),
        (['{"a": "\\ud83d\\ude00 \\ud83d"}'], {"a": "\N{GRINNING FACE} \N{REPLACEMENT CHARACTER}"}),
    ],
)
def test_the_input_of_a_tool_is_an_object_or_the_text_as_it_came(parts: list[str], expected: Any) -> None:
    (call,) = said(*tool(0, *parts))
    assert call["input"] == expected
    assert json.loads(written(call).encode())["input"] == expected


def test_halves_of_characters_do_not_come_through() -> None:
    (found,) = said(*text(0, "a\ud83d", "b"))
    assert found["text"] == "a\N{REPLACEMENT CHARACTER}b"


def test_blocks_and_events_of_later_versions_do_no_harm() -> None:
    later = {"type": "hologram", "data": {"x": 1}}
    assert said({"type": "later"}, *block(0, later, {"type": "hologram_delta", "x": 2}), *text(1, "Hi")) == (
        later,
        {"type": "text", "text": "Hi"},
    )


def test_a_reply_is_not_whole_before_its_reason_came() -> None:
    assert folded(message_start(), *text(0, "Hel"))[0] is None
    assert folded(message_start(), *text(0, "Hel"), *message_end(None))[0] is None


@pytest.mark.parametrize(
    "event",
    [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x"}},
        {"type": "content_block_delta", "index": -1, "delta": {"type": "text_delta", "text": "x"}},
        {"type": "content_block_delta", "index": "0", "delta": {}},
        {"type": "content_block_start", "index": 0},
        {"type": "content_block_start", "index": 0, "content_block": "ab"},
        {"type": "content_block_start", "index": 0, "content_block": {"type": ["text"]}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": 5}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "x"}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": 5, "name": "x"}},
        {"type": "message_delta", "delta": {"stop_reason": 5}},
        {"type": "message_delta"},
        {"type": "message_start", "message": 5},
    ],
)
def test_an_event_that_does_not_fit_is_named(event: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match=r"event that lacks|a piece|a block|an end"):
        folded(message_start(), event)


def test_a_reply_has_a_beginning() -> None:
    with pytest.raises(Malformed, match="without its beginning"):
        folded(*text(0, "Hello"))


@pytest.mark.parametrize("data", [b"x", b"[]", b"\xff", b'{"a":NaN}', b"[" * 100_000, b'{"a":' + b"9" * 5000 + b"}"])
def test_data_that_is_no_event_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = {
    "type": st.sampled_from(["text", "tool_use", "thinking", "text_delta", "input_json_delta", "thinking_delta"])
    | JSON,
    "index": st.integers(-1, 2) | JSON,
    "text": st.text(max_size=5) | JSON,
    "partial_json": st.text(max_size=5) | JSON,
    "thinking": JSON,
    "stop_reason": JSON,
    "usage": st.dictionaries(st.sampled_from(["input_tokens", "cache_creation"]), JSON) | JSON,
}
PART = st.fixed_dictionaries({}, optional=NAMES)
EVENTS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta"]
        )
    },
    optional={"index": NAMES["index"], "delta": PART | JSON, "content_block": PART | JSON, "message": PART | JSON},
)


@given(st.lists(EVENTS, max_size=6))
def test_whatever_comes_ends_in_a_reply_that_can_be_written_or_in_one_error(events: list[dict[str, Any]]) -> None:
    try:
        reply, _ = folded(message_start(), *events)
    except Malformed:
        return
    if reply:
        written(list(reply.content)).encode()


def test_a_number_that_no_float_holds_makes_a_reply_malformed_wherever_it_stands() -> None:
    whole = {"type": "tool_use", "id": "toolu_1", "name": "bash", "input": {"deep": [{"a": 10.0**300}]}}
    events = [json.dumps(each) for each in (message_start(), *block(0, whole), *message_end())]
    fold = Fold()
    for each in events:
        fold.taken(read(each.replace("1e+300", "1e400").encode()))
    with pytest.raises(Malformed, match="number that is too large"):
        fold.reply()
