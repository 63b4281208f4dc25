"""A connection to a receiver on a real socket: what is an answer, and after which of them it can be used again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest

from agentops.engine.line import Line, NoAnswer
from tests.engine.loops import BOTH_LOOPS

pytestmark = [pytest.mark.anyio, BOTH_LOOPS]

Answered = Callable[[bytes], Awaitable[tuple[int, bool]]]

OK = b"HTTP/1.1 200 OK\r\n"
AGAIN = {
    "nothing but a head": OK + b"content-length: 0\r\n\r\n",
    "a short body": OK + b"Content-Length: 2\r\n\r\nok",
    "a body in chunks": OK + b"transfer-encoding: chunked\r\n\r\n2\r\nok\r\n1;a=b\r\n!\r\n0\r\n\r\n",
    "fields behind the chunks": OK + b"Transfer-Encoding: Chunked\r\n\r\n2\r\nok\r\n0\r\nx: y\r\n\r\n",
    "none is allowed": b"HTTP/1.1 204 \r\n\r\n",
    "interim ones first": b"HTTP/1.1 103 Hints\r\nlink: x\r\n\r\n" * 8 + OK + b"content-length: 0\r\n\r\n",
    "bare line ends": b"HTTP/1.1 200 OK\ncontent-length: 2\n\nok",
}
ONCE = {
    "no length": OK + b"\r\n",
    "a long body": OK + b"content-length: 1000000\r\n\r\n",
    "a long body in chunks": OK + b"transfer-encoding: chunked\r\n\r\nfffff\r\n" + b"x" * 8192,
    "chunks that make no sense": OK + b"transfer-encoding: chunked\r\n\r\n" + b"zz\r\n" * 2048,
    "another coding": OK + b"transfer-encoding: gzip\r\n\r\n",
    "two at once": (OK + b"content-length: 0\r\n\r\n") * 2,
    "more than was said": OK + b"content-length: 1\r\n\r\nok",
    "a body where none is allowed": b"HTTP/1.1 204 Done\r\ncontent-length: 2\r\n\r\n",
    "the old protocol": b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
    "the last one": OK + b"Connection: keep-alive, Close\r\ncontent-length: 0\r\n\r\n",
    "another protocol": b"HTTP/1.1 101 Switching\r\n\r\n",
}
NONE = {
    "": "the connection was closed without an answer",
    "HTTP/1.1 200": "the connection was closed without an answer",
    "SSH-2.0-x\r\n": "the answer is not one of HTTP",
    "HTTP/2 200\r\n\r\n": "the answer is not one of HTTP",
    "HTTP/1.1 99 No\r\n\r\n": "the answer is not one of HTTP",
    "HTTP/1.1 2000 No\r\n\r\n": "the answer is not one of HTTP",
    "HTTP/1.1 200 OK\r\n" + "x: y\r\n" * 20_000: "the answer is not one of HTTP",
    "HTTP/1.1 102 Processing\r\n\r\n" * 9: "answered nothing but 1xx",
}


@asynccontextmanager
async def asking(*, in_bytes: bool = False) -> AsyncIterator[Answered]:
    """Have questions answered word for word, each on a line of its own: with a status, and whether it can go on."""
    answers: list[bytes] = []
    served: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.current_task())
        await reader.readuntil(b"\r\n\r\n")
        answer = answers.pop()
        with suppress(ConnectionError):
            for part in [answer[at : at + 1] for at in range(len(answer))] if in_bytes else [answer]:
                writer.write(part)
                await writer.drain()
            if answer in (*AGAIN.values(), *ONCE.values()):
                await reader.read()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)

    async def answered(answer: bytes) -> tuple[int, bool]:
        answers.append(answer)
        port = server.sockets[0].getsockname()[1]
        _, line = await asyncio.get_running_loop().create_connection(partial(Line, "127.0.0.1"), "127.0.0.1", port)
        try:
            return await line.ask(b"POST / HTTP/1.1\r\n\r\n"), line.free_since is not None
        finally:
            line.hang_up()

    try:
        yield answered
    finally:
        await asyncio.gather(*[each for each in served if each])
        server.close()


@pytest.mark.parametrize("in_bytes", [False, True])
async def test_after_an_answer_that_is_plainly_complete_the_connection_is_used_again(in_bytes: bool) -> None:
    async with asking(in_bytes=in_bytes) as answered:
        for name, answer in AGAIN.items():
            assert await answered(answer) == (204 if b" 204 " in answer else 200, True), name


async def test_after_any_other_its_status_counts_and_nothing_more_is_read() -> None:
    async with asking() as answered:
        for name, answer in ONCE.items():
            assert await answered(answer) == (int(answer[9:12]), False), name


async def test_what_is_no_answer_says_why() -> None:
    async with asking() as answered:
        for answer, problem in NONE.items():
            with pytest.raises(NoAnswer) as caught:
                await answered(answer.encode())
            assert str(caught.value) == problem, answer[:40]


async def test_a_connection_on_which_something_comes_unasked_is_ended() -> None:
    said, ended = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await said.wait()
        writer.write(OK + b"content-length: 0\r\n\r\n")
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(partial(Line, "127.0.0.1"), "127.0.0.1", port)
        assert line.free_since is not None
        said.set()
        await ended.wait()
        assert line.free_since is None
        with pytest.raises(NoAnswer):
            await line.ask(b"POST / HTTP/1.1\r\n\r\n")
