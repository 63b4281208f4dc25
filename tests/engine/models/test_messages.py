"""Asking a real server: what is sent, what comes back, and what does not."""

import asyncio
import json
import socket

import pytest

from agentops.base.clock import ManualClock
from agentops.base.secrets import Secret
from agentops.engine.core.conversation import Usage
from agentops.engine.core.model_table import Model
from agentops.engine.models import messages
from agentops.engine.models.endpoints import Endpoint, Endpoints
from agentops.engine.models.messages import Messages
from agentops.engine.models.port import (
    ContextTooLong,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefusedRequest,
    ModelUnreachable,
    Piece,
    TextPiece,
)
from tests.engine.models.model_server import HELLO, Answer, ModelServer, asking, message_end, message_start, sse, text

pytestmark = pytest.mark.anyio
ERROR = b'{"type":"error","error":{"type":"rate_limit_error","message":"Slow down."}}'

BROKEN = sse(message_start(), {"type": "error", "error": {"type": "overloaded_error"}})


def deaf(_piece: Piece) -> None:
    """Hear nothing."""


async def test_a_reply_is_heard_as_it_comes_and_returned_whole(server: ModelServer, model: Messages) -> None:
    pieces: list[Piece] = []
    reply = await model.ask(asking(), pieces.append)
    assert pieces == [TextPiece(0, "Hel"), TextPiece(0, "lo.")]
    assert reply.content == ({"type": "text", "text": "Hello."},)
    assert (reply.stop_reason, reply.usage) == ("end_turn", Usage(7, 5))


async def test_what_was_said_before_goes_out_byte_for_byte(server: ModelServer, model: Messages) -> None:
    odd = (b'{ "role":"user" ,"content":"1.0e0 \\u00e9"}', b'{"content":"b","role":"assistant"}')
    tools = b'[ {"name":"bash", "input_schema":{"type":"object"}}]'
    for given in (odd[:1], odd):
        await model.ask(asking(messages=given, tools=tools), deaf)
    first, second = (each.raw for each in server.asked)
    assert second.startswith(first.removesuffix(b"]}"))
    assert odd[0] + b"," + odd[1] in second
    assert tools in second


async def test_connections_are_used_again(server: ModelServer, model: Messages) -> None:
    for _ in range(3):
        await model.ask(asking(), deaf)
    assert len({each.connection for each in server.asked}) == 1


async def test_a_connection_that_was_closed_meanwhile_is_nobodys_concern(server: ModelServer, model: Messages) -> None:
    server.answers = [Answer([HELLO]), Answer(status=0, is_cut=True), Answer([HELLO])]
    await model.ask(asking(), deaf)
    await model.ask(asking(), deaf)
    assert len(server.asked) == 3


async def test_a_server_that_never_answers_is_not_asked_for_ever(server: ModelServer, model: Messages) -> None:
    server.answers = [Answer(status=0, is_cut=True)]
    with pytest.raises(ModelUnreachable, match="broke off the connection"):
        await model.ask(asking(), deaf)
    assert len(server.asked) == 2


@pytest.mark.parametrize("size", [100, 2_000_000])
async def test_a_long_conversation_arrives_whole(server: ModelServer, model: Messages, size: int) -> None:
    await model.ask(asking({"role": "user", "content": "x" * size}), deaf)
    assert len(server.asked[0].body["messages"][0]["content"]) == size


@pytest.mark.parametrize(
    ("answer", "expected", "message"),
    [
        (Answer([HELLO[:-60]]), ModelUnreachable, "before it was whole"),
        (Answer([HELLO[:200]], is_cut=True), ModelUnreachable, "before it was whole"),
        (Answer([b"data: x\n\n"]), ModelUnreachable, "an event that is no JSON"),
        (Answer([HELLO], headers={"content-type": "text/html"}), ModelUnreachable, "not with the event stream"),
        (Answer([BROKEN]), ModelOverloaded, "broke off its reply: overloaded_error"),
        (Answer([ERROR], 429, {"retry-after": "2"}), ModelRateLimited, "429: rate_limit_error: Slow down."),
        (Answer([ERROR[:20]], 429, is_cut=True), ModelRateLimited, "answered 429"),
        (Answer([b"x" * 200_000], 413), ContextTooLong, "answered 413"),
        (Answer([], 301, {"location": "http://elsewhere.test/"}), ModelRefusedRequest, "set AGENTOPS_MODEL_BASE_URL"),
    ],
)  # fmt: skip
async def test_what_is_no_reply_is_an_error_that_says_why(
    server: ModelServer, model: Messages, answer: Answer, expected: type[Exception], message: str
) -> None:
    server.answers = [answer]
    with pytest.raises(expected, match=message) as caught:
        await model.ask(asking(), deaf)
    assert caught.type is expected
    assert getattr(caught.value, "retry_after_s", None) == (2.0 if "retry-after" in answer.headers else None)
    server.answers = [Answer([HELLO])]
    assert (await model.ask(asking(), deaf)).stop_reason == "end_turn"


async def test_a_reply_has_a_largest_size(
    server: ModelServer, model: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "_REPLY_MAX", 5000)
    server.answers = [Answer([sse(message_start()), *[sse(*text(0, "x" * 100))] * 100, sse(*message_end())])]
    with pytest.raises(ModelUnreachable, match="more than 5000 bytes"):
        await model.ask(asking(), deaf)


async def test_a_server_that_does_not_end_the_body_does_not_keep_the_reply(
    server: ModelServer, model: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "_END_S", 0)
    server.answers = [Answer([HELLO, b": more\n\n", HELLO])]
    assert (await model.ask(asking(), deaf)).content == ({"type": "text", "text": "Hello."},)


async def test_a_place_where_nobody_listens_is_named(clock: ManualClock) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{unused.getsockname()[1]}"
        model = Messages(Endpoints(Endpoint(origin)), clock, ())
        with pytest.raises(ModelUnreachable, match=f"claude-opus-5 at {origin} cannot be reached"):
            await model.ask(asking(), deaf)
    await model.close()


async def test_a_model_without_a_server_says_what_to_set(clock: ManualClock) -> None:
    model = Messages(Endpoints(), clock, ())
    with pytest.raises(ModelRefusedRequest, match=r"no server for the model claude-opus-5.*AGENTOPS_MODEL_BASE_URL"):
        await model.ask(asking(), deaf)
    await model.close()


async def test_a_request_that_is_cancelled_leaves_nothing_running(server: ModelServer, model: Messages) -> None:
    heard = asyncio.Event()
    server.answers = [Answer([sse(message_start(), *text(0, "x"))] * 1_000_000)]
    asking_now = asyncio.create_task(model.ask(asking(), lambda _: heard.set()))
    await heard.wait()
    asking_now.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking_now
    server.answers = [Answer([HELLO])]
    assert (await model.ask(asking(), deaf)).stop_reason == "end_turn"


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ({"api_key": Secret("key-1")}, {"x-api-key": "key-1", "authorization": None}),
        ({"auth_token": Secret("token-1")}, {"x-api-key": None, "authorization": "Bearer token-1"}),
        ({}, {"x-api-key": None, "authorization": None}),
    ],
)
async def test_a_credential_goes_into_its_header_and_nowhere_else(
    server: ModelServer, clock: ManualClock, endpoint: dict[str, Secret], expected: dict[str, str | None]
) -> None:
    model = Messages(Endpoints(Endpoint(server.url, **endpoint)), clock, ())
    await model.ask(asking(), deaf)
    await model.close()
    assert {name: server.asked[0].headers.get(name) for name in expected} == expected
    assert b"-1" not in server.asked[0].raw
    assert server.asked[0].path == "/v1/messages"


@pytest.mark.parametrize(
    ("endpoint", "known", "expected"),
    [
        ({}, (), 32_000),
        ({}, (Model("claude-opus-5", "Opus", max_tokens=64_000),), 64_000),
        ({"max_tokens": 200}, (Model("claude-opus-5", "Opus", max_tokens=64_000),), 200),
    ],
)
async def test_a_reply_may_be_as_long_as_the_server_or_the_model_allows(
    server: ModelServer, clock: ManualClock, endpoint: dict[str, int], known: tuple[Model, ...], expected: int
) -> None:
    model = Messages(Endpoints(Endpoint(server.url, max_tokens=endpoint.get("max_tokens"))), clock, known)
    await model.ask(asking(), deaf)
    await model.close()
    assert server.asked[0].body["max_tokens"] == expected


async def test_where_caching_is_off_no_mark_is_sent(server: ModelServer, clock: ManualClock) -> None:
    model = Messages(Endpoints(Endpoint(server.url, models={"claude-*": "tiny"}, is_cached=False)), clock, ())
    await model.ask(asking(), deaf)
    await model.close()
    assert server.asked[0].body == {
        "model": "tiny",
        "max_tokens": 32_000,
        "stream": True,
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [{"role": "user", "content": "Grüß Gott"}],
    }


async def test_without_a_system_prompt_the_tools_carry_the_mark(server: ModelServer, model: Messages) -> None:
    tools = [{"name": "a", "input_schema": {}}, {"name": "b", "input_schema": {}}]
    await model.ask(asking(system="", tools=json.dumps(tools).encode()), deaf)
    assert server.asked[0].body["tools"] == [tools[0], {**tools[1], "cache_control": {"type": "ephemeral"}}]
    assert "system" not in server.asked[0].body
