"""A real server on a loopback port that answers as it is told, and remembers what it was asked."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from agentops.engine.core.conversation import Ask
from agentops.engine.models.endpoints import Endpoint


@dataclass(frozen=True, slots=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    raw: bytes
    connection: int

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass(frozen=True, slots=True)
class Answer:
    chunks: Sequence[bytes] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    is_cut: bool = False
    """Whether the connection breaks off after the last chunk."""


@dataclass(slots=True)
class ModelServer:
    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self.url)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        self.asked.append(Asked(request.path_qs, request.headers, raw, id(request.transport)))
        # The last answer is given again and again.
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        kind = {"content-type": "text/event-stream" if answer.status == 200 else "application/json"}
        response = web.StreamResponse(status=answer.status, headers={**kind, **answer.headers})
        assert request.transport
        if answer.status:
            await response.prepare(request)
        for chunk in answer.chunks:
            await response.write(chunk)
        if answer.is_cut:
            request.transport.close()
        return response


@asynccontextmanager
async def serving() -> AsyncIterator[ModelServer]:
    server = ModelServer()
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


def sse(*events: Mapping[str, Any]) -> bytes:
    return b"".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in events)


def message_start(**usage: Any) -> dict[str, Any]:
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-5",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 7, "output_tokens": 1, **usage},
    }
    return {"type": "message_start", "message": message}


def block(index: int, start: Mapping[str, Any], *deltas: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "content_block_start", "index": index, "content_block": start},
        *({"type": "content_block_delta", "index": index, "delta": each} for each in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def text(index: int, *parts: str) -> list[dict[str, Any]]:
    return block(index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": each} for each in parts))


def tool(index: int, *parts: str) -> list[dict[str, Any]]:
    start = {"type": "tool_use", "id": f"toolu_{index}", "name": "bash", "input": {}}
    return block(index, start, *({"type": "input_json_delta", "partial_json": each} for each in parts))


def message_end(stop_reason: str | None = "end_turn", *, details: Any = None, **usage: Any) -> list[dict[str, Any]]:
    delta = {"stop_reason": stop_reason, "stop_sequence": None, "stop_details": details}
    usage = {"output_tokens": 5, **usage}
    return [{"type": "message_delta", "delta": delta, "usage": usage}, {"type": "message_stop"}]


HELLO = sse(message_start(), {"type": "ping"}, *text(0, "Hel", "lo."), *message_end())


def asking(*messages: Mapping[str, Any], **changed: Any) -> Ask:
    given = messages or ({"role": "user", "content": "Grüß Gott"},)
    fields: dict[str, Any] = {
        "model": {"id": "claude-opus-5"},
        "system": "Be brief.",
        "tools": b"[]",
        "messages": tuple(json.dumps(each).encode() for each in given),
        "session_id": "sesn_1",
        "thread_id": "sthr_1",
        "agent_name": "analyst",
    }
    return Ask(**{**fields, **changed})
