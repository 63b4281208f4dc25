"""A model that answers at once: the Messages API, streamed and not, and the Responses API of OpenAI.

`python -m tests.benchmarks.instant` says its port. `GET /N` has it call a tool in each of the next N answers and then
come to an end; it answers with how many calls of those before were never asked for.
"""

import asyncio
import json
import sys
from contextlib import suppress
from typing import Any

TOOL = "bash"
COMMAND = {"command": "true"}
ANSWERED = "ok"
"""What the tool of every side says."""

_USAGE = {"input_tokens": 10, "output_tokens": 10}
_CALL_ID = "toolu_%012d"
_DONE = {"type": "text", "text": "Done."}


class Model:
    """What one process answers, whoever asks."""

    def __init__(self) -> None:
        self._left = 0
        self._count = 0

    def begin(self, calls: int) -> int:
        """Return how many calls are left of those that were wanted before."""
        left, self._left = self._left, calls
        return left

    def answer(self, path: str, body: bytes) -> bytes:
        """Return a whole HTTP answer."""
        self._count += 1
        is_call = self._left > 0
        self._left -= is_call
        if path.endswith("/responses"):
            return _json(_response(_CALL_ID % self._count, is_call=is_call))
        message = _message(_CALL_ID % self._count, is_call=is_call)
        is_streamed = b'"stream":true' in body or b'"stream": true' in body
        return _http(b"text/event-stream", _events(message)) if is_streamed else _json(message)


def _message(call_id: str, *, is_call: bool) -> dict[str, Any]:
    """Source: SDK 2.11.0 `types/message.py`."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "tool_use", "id": call_id, "name": TOOL, "input": COMMAND} if is_call else _DONE],
        "stop_reason": "tool_use" if is_call else "end_turn",
        "stop_sequence": None,
        "usage": _USAGE,
    }


def _events(message: dict[str, Any]) -> bytes:
    """Return a message as a stream of events."""
    (block,) = message["content"]
    if block["type"] == "tool_use":
        empty, delta = {"input": {}}, {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    else:
        empty, delta = {"text": ""}, {"type": "text_delta", "text": block["text"]}
    start = {**message, "content": [], "stop_reason": None}
    end = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {**block, **empty}},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": end, "usage": {"output_tokens": 10}},
        {"type": "message_stop"},
    ]
    return b"".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in events)


def _response(call_id: str, *, is_call: bool) -> dict[str, Any]:
    """Source: openai 3.54.0 `types/responses/response.py`."""
    said = {"type": "output_text", "text": _DONE["text"], "annotations": []}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [said]}
    call = {"type": "function_call", "id": f"fc_{call_id}", "call_id": call_id, "name": TOOL, "status": "completed"}
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "completed",
        "output": [{**call, "arguments": json.dumps(COMMAND)} if is_call else message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {**_USAGE, "total_tokens": 20, **details},
    }


def _json(answer: dict[str, Any]) -> bytes:
    return _http(b"application/json", json.dumps(answer).encode())


def _http(media_type: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n%b" % (media_type, len(body), body)


class _Server:
    """Answers over HTTP, as little of it as the clients need."""

    def __init__(self) -> None:
        self._model = Model()

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it closes."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
                method, path, _ = first.split(" ")
                lengths = [each for each in lines if each.startswith("content-length:")]
                body = await reader.readexactly(int(lengths[0].partition(":")[2])) if lengths else b""
                if method == "get":
                    writer.write(_json({"left": self._model.begin(int(path.strip("/")))}))
                else:
                    writer.write(self._model.answer(path.partition("?")[0], body))
        writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(_Server().attend, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(asyncio.run(_serve()))
