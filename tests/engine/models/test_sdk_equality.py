"""Our client of the Messages API beside the official SDK: the same request, the same reply. Decision: 0011."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import anthropic
import pytest
from anthropic._constants import ANTHROPIC_API_VERSION

from agentops.base.clock import ManualClock
from agentops.base.secrets import Secret
from agentops.engine.core.conversation import Usage
from agentops.engine.models.endpoints import Endpoint, Endpoints
from agentops.engine.models.messages import Messages
from agentops.engine.models.port import ModelError, Piece, TextPiece
from agentops.engine.models.request import MAX_TOKENS, VERSION
from tests.engine.models.model_server import (
    HELLO,
    Answer,
    ModelServer,
    asking,
    block,
    message_end,
    message_start,
    sse,
    text,
    tool,
)

pytestmark = pytest.mark.anyio

TOKEN = "token-1"
MARK = {"type": "ephemeral"}
HEADERS = ("authorization", "anthropic-version", "content-type", "accept", "anthropic-beta")
TOOLS = [{"name": "bash", "description": "Größe", "input_schema": {"type": "object"}}]
CALL = {"type": "tool_use", "id": "toolu_1", "name": "bash", "input": {"command": "ls"}}
CONVERSATION = [
    {"role": "user", "content": "Why?"},
    {"role": "assistant", "content": [CALL]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "é\u2028\U0001f600"}]},
]  # fmt: skip
THOUGHT = block(
    0,
    {"type": "thinking", "thinking": "", "signature": ""},
    {"type": "thinking_delta", "thinking": "Let me"},
    {"type": "thinking_delta", "thinking": " see"},
    {"type": "signature_delta", "signature": "c2ln"},
)
CITED = block(
    0,
    {"type": "text", "text": "", "citations": []},
    {"type": "text_delta", "text": "So it is."},
    {"type": "citations_delta", "citation": {"type": "web_search_result_location", "url": "u", "cited_text": "c",
                                             "encrypted_index": "e", "title": "t"}},
)  # fmt: skip
STREAMS = {
    "text": [message_start(), *text(0, "Hel", "", "lo ", "Grüße \U0001f600"), *message_end()],
    "thought, text, calls": [
        message_start(cache_read_input_tokens=3, cache_creation_input_tokens=9),
        *THOUGHT,
        *text(1, "Look:"),
        *tool(2, "", '{"command": "l', 's -l \\u00e9", "n": [1, 2.5, tr', 'ue, null, {"x": {}}]}'),
        *tool(3),
        *message_end("tool_use", output_tokens=88),
    ],
    "hidden thought": [message_start(), *block(0, {"type": "redacted_thinking", "data": "eA=="}), *message_end()],
    "citations": [message_start(), *CITED, *message_end()],
    "nothing": [message_start(), *message_end()],
    "refusal": [
        message_start(),
        *text(0, "I"),
        *message_end("refusal", details={"type": "refusal", "category": "bio", "explanation": "No."}),
    ],
    "late totals": [message_start(), *text(0, "x"), *message_end(input_tokens=70, cache_read_input_tokens=60)],
    "a ping and a later event": [message_start(), {"type": "ping"}, {"type": "later"}, *text(0, "x"), *message_end()],
}


@pytest.fixture
async def ours(server: ModelServer, clock: ManualClock) -> AsyncIterator[Messages]:
    made = Messages(Endpoints(Endpoint(server.url, auth_token=Secret(TOKEN))), clock, ())
    yield made
    await made.close()


@pytest.fixture
async def sdk(server: ModelServer) -> AsyncIterator[anthropic.AsyncAnthropic]:
    # Reading certificates, which a plain connection does not need, would take longer than the tests.
    http = anthropic.DefaultAsyncHttpxClient(verify=False)
    async with anthropic.AsyncAnthropic(base_url=server.url, auth_token=TOKEN, max_retries=0, http_client=http) as made:
        yield made


def given() -> dict[str, Any]:
    """Return what the SDK is called with for what we are asked."""
    return {
        "model": "claude-opus-5",
        "max_tokens": MAX_TOKENS,
        "messages": CONVERSATION,
        "tools": TOOLS,
        "system": [{"type": "text", "text": "Be brief.", "cache_control": MARK}],
        "cache_control": MARK,
    }


def deaf(_piece: Piece) -> None:
    """Hear nothing."""


async def test_a_model_that_takes_no_effort_is_asked_for_none(server: ModelServer, ours: Messages) -> None:
    """Such a model refuses even the level that it always has, and answers of the API always name one."""
    await ours.ask(asking(*CONVERSATION, model={"id": "claude-haiku-4-5", "effort": {"type": "high"}}), deaf)
    assert "output_config" not in server.asked[0].body


@pytest.mark.parametrize(
    ("model", "extra"),
    [
        ({}, {}),
        ({"speed": "standard", "effort": None}, {}),
        ({"effort": "low"}, {"output_config": {"effort": "low"}}),
        ({"effort": {"type": "xhigh"}}, {"output_config": {"effort": "xhigh"}}),
        ({"inference_geo": "us"}, {"inference_geo": "us"}),
        ({"speed": "fast"}, {"speed": "fast", "extra_headers": {"anthropic-beta": "fast-mode-2026-02-01"}}),
    ],
)  # fmt: skip
async def test_the_request_is_the_sdks(
    server: ModelServer, ours: Messages, sdk: anthropic.AsyncAnthropic, model: dict[str, Any], extra: dict[str, Any]
) -> None:
    ask = asking(*CONVERSATION, model={"id": "claude-opus-5", **model}, tools=json.dumps(TOOLS).encode())
    await ours.ask(ask, deaf)
    async with sdk.messages.stream(**{**given(), **extra}) as stream:
        await stream.get_final_message()
    our, their = server.asked
    assert our.body == their.body
    assert our.path == their.path
    assert {name: our.headers.get(name) for name in HEADERS} == {name: their.headers.get(name) for name in HEADERS}


def test_the_version_is_the_sdks() -> None:
    assert VERSION == ANTHROPIC_API_VERSION


@pytest.mark.parametrize("name", STREAMS)
async def test_the_reply_is_the_sdks(
    server: ModelServer, ours: Messages, sdk: anthropic.AsyncAnthropic, name: str
) -> None:
    raw = sse(*STREAMS[name])
    server.answers = [Answer([raw[:37], raw[37:400], raw[400:]])]
    pieces: list[Piece] = []
    reply = await ours.ask(asking(), pieces.append)
    async with sdk.messages.stream(**given()) as stream:
        spoken = "".join([each async for each in stream.text_stream])
        message = await stream.get_final_message()
    assert list(reply.content) == [each.to_dict() for each in message.content]
    assert reply.stop_reason == message.stop_reason
    assert reply.stop_details == (message.stop_details.to_dict() if message.stop_details else None)
    usage = message.usage
    assert reply.usage == Usage(
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_creation_input_tokens or 0,
        usage.cache_read_input_tokens or 0,
    )
    assert "".join(each.text for each in pieces if isinstance(each, TextPiece)) == spoken


async def test_a_call_that_was_cut_off_stays_text_where_the_sdk_guesses(
    server: ModelServer, ours: Messages, sdk: anthropic.AsyncAnthropic
) -> None:
    server.answers = [Answer([sse(message_start(), *tool(0, '{"command": "rm -r'), *message_end("max_tokens"))])]
    reply = await ours.ask(asking(), deaf)
    async with sdk.messages.stream(**given()) as stream:
        message = await stream.get_final_message()
    assert reply.content[0]["input"] == '{"command": "rm -r'
    assert isinstance(message.content[0], anthropic.types.ToolUseBlock)
    assert message.content[0].input == {}


STATUSES = [400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 503, 529]


@pytest.mark.parametrize(
    ("status", "should"),
    [*((status, None) for status in STATUSES), (400, "true"), (413, "true"), (429, "false"), (500, "false")],
)
async def test_what_is_worth_asking_again_is_what_the_sdk_asks_again(
    server: ModelServer, ours: Messages, sdk: anthropic.AsyncAnthropic, status: int, should: str | None
) -> None:
    headers = {"retry-after-ms": "1", **({"x-should-retry": should} if should else {})}
    server.answers = [Answer([b"{}"], status, headers)]
    with pytest.raises(ModelError) as caught:
        await ours.ask(asking(), deaf)
    assert len(server.asked) == 1
    server.answers = [Answer([b"{}"], status, headers), Answer([HELLO])]
    with suppress(anthropic.APIStatusError):
        async with sdk.with_options(max_retries=1).messages.stream(**given()) as stream:
            await stream.get_final_message()
    assert caught.value.may_pass is (len(server.asked) == 3)
