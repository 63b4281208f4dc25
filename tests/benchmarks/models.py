"""What one request to a model costs: raw aiohttp, ours and the official SDK, in turns against an instant server.

`python -m tests.benchmarks.models` is that server and says its port.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

import aiohttp
import anthropic

from agentops.base.clock import SystemClock
from agentops.base.secrets import Secret
from agentops.engine.core.conversation import Ask, pieces
from agentops.engine.models.endpoints import Endpoint, Endpoints
from agentops.engine.models.messages import Messages

_STEPS = (1, 50, 200)
"""How many steps the conversation has: a call and its result each."""

_ROUND = 20
"""Calls of one side before the next has its turn: short against the noise of a machine."""

_TOOLS = [{"name": "bash", "description": "Runs a command.", "input_schema": {"type": "object"}}]
_SYSTEM = "You analyse logs. " * 50

_EVENTS: tuple[dict[str, Any], ...] = (
    {
        "type": "message_start",
        "message": {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None,
            "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1},
        },
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "word "}} for _ in range(10)),
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 10}},
    {"type": "message_stop"},
)  # fmt: skip
_BODY = b"".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in _EVENTS)
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_ANSWER = _HEAD + b"%x\r\n%b\r\n0\r\n\r\n" % (len(_BODY), _BODY)

_Call = Callable[[], Awaitable[object]]


def lines(rounds: int) -> Iterator[str]:
    """Yield the table, line by line."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.models"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        yield f"One request to a model that answers at once: ms and CPU ms a call, best of {rounds} rounds of {_ROUND}"
        for steps in _STEPS:
            yield f"\n  a conversation of {steps} steps"
            yield from asyncio.run(_compared(url, steps, rounds))
        server.terminate()


async def _compared(url: str, steps: int, rounds: int) -> list[str]:
    """Return a line for each side, with its ratio to the first."""
    conversation = _conversation(steps)
    ask = Ask(
        model={"id": "m"},
        system=_SYSTEM,
        tools=json.dumps(_TOOLS).encode(),
        messages=tuple(json.dumps(each).encode() for each in conversation),
        session_id="sesn_1",
        thread_id="sthr_1",
    )
    ours = Messages(Endpoints(Endpoint(url, auth_token=Secret("token"))), SystemClock(), ())
    async with aiohttp.ClientSession() as raw, anthropic.AsyncAnthropic(base_url=url, auth_token="token") as sdk:
        sides: dict[str, _Call] = {
            "raw aiohttp, joined bytes, nothing read": lambda: _raw(raw, url, ask),
            "agentops": lambda: ours.ask(ask, lambda _: None),
            "official SDK": lambda: _sdk(sdk, conversation),
        }
        costs: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
        for _ in range(rounds):
            for name, call in sides.items():
                costs[name].append(await _round(call))
    await ours.close()
    floor = min(wall for wall, _ in next(iter(costs.values())))
    return [
        f"    {name:<42}{min(wall for wall, _ in each):7.2f} ms{statistics.median(cpu for _, cpu in each):7.2f} CPU ms"
        f"{min(wall for wall, _ in each) / floor:7.1f} x"
        for name, each in costs.items()
    ]


def _conversation(steps: int) -> list[Any]:
    found: list[Any] = [{"role": "user", "content": "Look at the logs."}]
    for number in range(steps):
        call_id = f"toolu_{number}"
        call = {"type": "tool_use", "id": call_id, "name": "bash", "input": {"command": f"tail -n {number} app.log"}}
        result = {"type": "tool_result", "tool_use_id": call_id, "content": [{"type": "text", "text": "line " * 100}]}
        found += [{"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
    return found


async def _raw(session: aiohttp.ClientSession, url: str, ask: Ask) -> None:
    head = json.dumps({"model": "m", "max_tokens": 32_000, "stream": True, "system": ask.system}).encode()
    body = b"".join((head[:-1], b',"tools":', ask.tools, b',"messages":', *pieces(ask.messages), b"}"))
    async with session.post(f"{url}/v1/messages", data=body, headers={"content-type": "application/json"}) as answer:
        await answer.read()


async def _sdk(client: anthropic.AsyncAnthropic, conversation: list[Any]) -> None:
    tools: Any = _TOOLS
    given: Any = {"messages": conversation, "tools": tools, "system": _SYSTEM}
    async with client.messages.stream(model="m", max_tokens=32_000, **given) as stream:
        await stream.get_final_message()


async def _round(call: _Call) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(_ROUND):
        await call()
    return 1000 * (time.perf_counter() - wall) / _ROUND, 1000 * (time.process_time() - cpu) / _ROUND


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(each for each in head.lower().split(b"\r\n") if each.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            writer.write(_ANSWER)
    writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve())
