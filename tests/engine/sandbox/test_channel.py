"""Requests and answers over two pipes, with a tool server that is played here, line by line."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agentops.engine.sandbox.channel import Channel, Ending
from agentops.engine.sandbox.port import SandboxFailed
from agentops.engine.sandbox.running import Pipes

pytestmark = pytest.mark.anyio
GREETING = b'{"ready":true}\n'


class Played:
    """A channel, and the other end of it."""

    def __init__(self) -> None:
        self.failures = 0
        self.pipes = Pipes()
        self.reader = asyncio.StreamReader(limit=1 << 16)

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        protocol = asyncio.StreamReaderProtocol(self.reader)
        self._from, _ = await loop.connect_read_pipe(lambda: protocol, self.pipes.from_it)
        flow = asyncio.streams.FlowControlMixin()
        self._to, _ = await loop.connect_write_pipe(lambda: flow, self.pipes.to_it)
        ending = Ending(lambda: "It is gone.", self._failed)
        self.channel = Channel(self.reader, asyncio.StreamWriter(self._to, flow, None, loop), ending)

    def _failed(self) -> None:
        self.failures += 1

    def say(self, *lines: bytes | dict[str, Any]) -> None:
        for each in lines:
            self.pipes.answers.write(each if isinstance(each, bytes) else json.dumps(each).encode() + b"\n")

    async def hear(self) -> dict[str, Any]:
        line = await asyncio.to_thread(self.pipes.requests.readline)
        heard: dict[str, Any] = json.loads(line)
        return heard

    def close(self) -> None:
        self.channel.end("the test is over")
        self._from.close()
        self._to.abort()
        self.pipes.close()


@pytest.fixture
async def played(anyio_backend: str) -> AsyncIterator[Played]:
    made = Played()
    await made.open()
    yield made
    made.close()


@pytest.fixture
async def ready(played: Played) -> Played:
    played.say(GREETING)
    await played.channel.greeted()
    return played


def call(played: Played, request: dict[str, Any]) -> asyncio.Task[dict[str, Any]]:
    return asyncio.create_task(played.channel.call(request, 30))


async def test_answers_find_their_requests_in_any_order(ready: Played) -> None:
    first, second = call(ready, {"op": "a"}), call(ready, {"op": "b"})
    heard = {each["op"]: each["id"] for each in (await ready.hear(), await ready.hear())}
    ready.say({"id": heard["b"], "error": "no"}, {"id": heard["a"], "ok": {"x": 1}})
    assert await first == {"ok": {"x": 1}}
    assert await second == {"error": "no"}


async def test_a_request_that_nobody_waits_for_is_interrupted_and_its_answer_dropped(ready: Played) -> None:
    waiting = call(ready, {"op": "slow"})
    number = (await ready.hear())["id"]
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    interrupt = await ready.hear()
    assert (interrupt["op"], interrupt["target"]) == ("cancel", number)
    ready.say({"id": number, "error": "interrupted"}, {"id": interrupt["id"], "ok": {}})
    again = call(ready, {"op": "next"})
    ready.say({"id": (await ready.hear())["id"], "ok": {}})
    assert await again == {"ok": {}}
    assert ready.failures == 0


async def test_who_never_answers_to_interrupts_is_ended(ready: Played) -> None:
    for _ in range(501):
        waiting = call(ready, {"op": "slow"})
        await ready.hear()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        if not ready.failures:
            assert (await ready.hear())["op"] == "cancel"
    assert ready.failures == 1
    with pytest.raises(SandboxFailed, match="does not answer"):
        await ready.channel.call({"op": "next"}, 30)


@pytest.mark.parametrize(
    "line",
    [
        b'{"id":999,"ok":{}}\n',
        b"garbage\n",
        b"\n",
        b"x" * (1 << 18),
        b'{"id":1,"ok":{"a":"' + b"y" * (1 << 17) + b'"}}\n',
    ],
    ids=["unasked", "garbage", "empty", "endless", "long"],
)
async def test_what_no_tool_server_says_ends_everything_at_once(ready: Played, line: bytes) -> None:
    waiting = call(ready, {"op": "a"})
    await ready.hear()
    speaking = asyncio.create_task(asyncio.to_thread(ready.say, line))
    with pytest.raises(SandboxFailed):
        await waiting
    with pytest.raises(SandboxFailed):
        await ready.channel.call({"op": "b"}, 30)
    assert ready.failures == 1
    ready._from.close()
    await asyncio.gather(speaking, return_exceptions=True)


async def test_an_answer_counts_once(ready: Played) -> None:
    waiting = call(ready, {"op": "a"})
    number = (await ready.hear())["id"]
    ready.say({"id": number, "ok": {}}, {"id": number, "ok": {}})
    assert await waiting == {"ok": {}}
    await asyncio.wait({ready.channel._listening})
    assert ready.failures == 1


async def test_a_tool_server_that_goes_away_is_told_to_all(ready: Played) -> None:
    waiting = [call(ready, {"op": each}) for each in "abc"]
    for _ in waiting:
        await ready.hear()
    ready.pipes.answers.close()
    assert all(isinstance(each, SandboxFailed) for each in await asyncio.gather(*waiting, return_exceptions=True))


async def test_one_that_does_not_read_is_stopped_rather_than_waited_for(ready: Played) -> None:
    big = {"op": "write", "content": "x" * (2 << 20)}
    with pytest.raises(SandboxFailed, match="did not answer"):
        await ready.channel.call(big, 0.05)
    assert ready.failures == 1


async def test_a_request_that_is_too_long_is_refused_and_nothing_else_happens(ready: Played) -> None:
    assert "longer than 48 MiB" in (await ready.channel.call({"op": "put", "data": "x" * (49 << 20)}, 5))["error"]
    assert ready.failures == 0


@pytest.mark.parametrize("line", [b"", b"hello\n", b"{}\n", b"[1]\n"])
async def test_without_a_greeting_there_is_no_conversation(played: Played, line: bytes) -> None:
    played.say(line)
    played.pipes.answers.close()
    with pytest.raises(SandboxFailed, match="did not start"):
        await played.channel.greeted()
