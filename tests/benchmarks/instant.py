"""A model that answers at once: the Messages API, streamed and not, and the Responses API of OpenAI.

`python -m tests.benchmarks.instant` says its port. `GET /N` has it call a tool in each of the next N answers and then
come to an end; it answers with how many calls of those before were never asked for. `POST /team` has it be the lead
and the specialists of a team, and hold each answer back; it answers with what the team before came to.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from tests.benchmarks.agents.turns import LEAD_TASK

TOOL = "bash"
COMMAND = {"command": "true"}
ANSWERED = "ok"
"""What the tool of every side says."""

_USAGE = {"input_tokens": 10, "output_tokens": 10}
_CALL_ID = "toolu_%012d"
_DONE = {"type": "text", "text": "Done."}
_STEP = ({"name": TOOL, "input": COMMAND},)
_LEAD = LEAD_TASK.encode()
_RESULTS = (b'"tool_result"', b'"function_call_output"')
"""What names a tool's result in a request: the Messages API's and the Responses API's way."""

_Calls = Sequence[dict[str, Any]]


@dataclass(slots=True)
class Team:
    """A lead and its specialists; how far each of them is can be read off its request."""

    pace_s: float = 0.0
    """How long each answer is held back."""

    steps: int = 0
    """In how many answers a specialist calls a tool before it comes to its end."""

    lead: Sequence[_Calls] = ()
    """What the lead calls, answer by answer, before it comes to its end."""

    late_s: list[float] = field(default_factory=list)
    """How much later than wanted each answer was sent."""

    begun_cpu_s: float = field(default_factory=time.process_time)

    def calls(self, body: bytes) -> _Calls:
        """Return what the answer to a request calls."""
        results = sum(map(body.count, _RESULTS))
        if _LEAD not in body:
            return _STEP if results < self.steps else ()
        before = accumulate((len(each) for each in self.lead), initial=0)
        return next((calls for calls, answered in zip(self.lead, before, strict=False) if answered >= results), ())

    def told(self) -> dict[str, float]:
        """Return what it came to. Units: ms."""
        late, cpu_s = self.late_s or [0.0], time.process_time() - self.begun_cpu_s
        return {
            "answers": len(self.late_s),
            "late_ms": 1000 * statistics.median(late),
            "latest_ms": 1000 * max(late),
            "cpu_ms": 1000 * cpu_s / len(late),
        }


class Model:
    """What one process answers, whoever asks."""

    def __init__(self) -> None:
        self._left = 0
        self._count = 0
        self.team: Team | None = None

    def begin(self, calls: int) -> int:
        """Return how many calls are left of those that were wanted before."""
        left, self._left = self._left, calls
        self.team = None
        return left

    def gather(self, team: Team) -> dict[str, float]:
        """Be a team from now on, and return what the one before came to."""
        before, self.team = self.team or team, team
        return before.told()

    def answer(self, path: str, body: bytes) -> bytes:
        """Return a whole HTTP answer."""
        calls = [{**each, "id": self._call_id()} for each in self._calls(body)]
        if path.endswith("/responses"):
            return _json(_response(calls))
        message = _message(calls)
        is_streamed = b'"stream":true' in body or b'"stream": true' in body
        return _http(b"text/event-stream", _events(message)) if is_streamed else _json(message)

    def _calls(self, body: bytes) -> _Calls:
        if self.team:
            return self.team.calls(body)
        is_call = self._left > 0
        self._left -= is_call
        return _STEP if is_call else ()

    def _call_id(self) -> str:
        self._count += 1
        return _CALL_ID % self._count


def _message(calls: _Calls) -> dict[str, Any]:
    """Source: SDK 2.11.0 `types/message.py`."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "tool_use", **each} for each in calls] or [_DONE],
        "stop_reason": "tool_use" if calls else "end_turn",
        "stop_sequence": None,
        "usage": _USAGE,
    }


def _events(message: dict[str, Any]) -> bytes:
    """Return a message as a stream of events."""
    start = {**message, "content": [], "stop_reason": None}
    end = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": start},
        *(each for index, block in enumerate(message["content"]) for each in _block(index, block)),
        {"type": "message_delta", "delta": end, "usage": {"output_tokens": 10}},
        {"type": "message_stop"},
    ]
    return b"".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in events)


def _block(index: int, block: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return the events of one block."""
    empty: dict[str, Any]
    if block["type"] == "tool_use":
        empty, delta = {"input": {}}, {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    else:
        empty, delta = {"text": ""}, {"type": "text_delta", "text": block["text"]}
    return (
        {"type": "content_block_start", "index": index, "content_block": {**block, **empty}},
        {"type": "content_block_delta", "index": index, "delta": delta},
        {"type": "content_block_stop", "index": index},
    )


def _response(calls: _Calls) -> dict[str, Any]:
    """Source: openai 3.54.0 `types/responses/response.py`."""
    said = {"type": "output_text", "text": _DONE["text"], "annotations": []}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [said]}
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "completed",
        "output": [_function_call(each) for each in calls] or [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {**_USAGE, "total_tokens": 20, **details},
    }


def _function_call(call: dict[str, Any]) -> dict[str, Any]:
    """Source: openai 3.54.0 `types/responses/response_function_tool_call.py`."""
    said = {"name": call["name"], "arguments": json.dumps(call["input"])}
    return {"type": "function_call", "id": f"fc_{call['id']}", "call_id": call["id"], "status": "completed", **said}


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
                elif path == "/team":
                    writer.write(_json(self._model.gather(Team(**json.loads(body)))))
                else:
                    await self._answer(path.partition("?")[0], body, writer)
        writer.close()

    async def _answer(self, path: str, body: bytes, writer: asyncio.StreamWriter) -> None:
        """Answer one request, a team's when it is time: making the answer is part of the wait."""
        asked = time.perf_counter()
        answer, team = self._model.answer(path, body), self._model.team
        if not team:
            writer.write(answer)
            return
        due = asked + team.pace_s
        await asyncio.sleep(due - time.perf_counter())
        writer.write(answer)
        team.late_s.append(time.perf_counter() - due)


async def _serve() -> None:
    server = await asyncio.start_server(_Server().attend, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(asyncio.run(_serve()))
