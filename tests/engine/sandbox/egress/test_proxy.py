"""The proxy at work, on real sockets of this machine: what passes, what does not, and what it costs."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from agentops.engine.sandbox.egress.dialing import Stream
from agentops.engine.sandbox.egress.proxy import Bounds, Proxy
from agentops.engine.sandbox.port import Egress

from .test_hello import said

pytestmark = pytest.mark.anyio

LIMITED = Egress("limited", ("ok.test", "other.test"))
QUICK = Bounds(head_s=5, idle_s=5, refusal_s=0)
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Local:
    """Leads every name to one server of this machine, and remembers who was asked for."""

    def __init__(self, port: int) -> None:
        self.dialled: list[tuple[str, int]] = []
        self._port = port

    async def dial(self, host: str, port: int) -> Stream:
        self.dialled.append((host, port))
        return await asyncio.open_connection("127.0.0.1", self._port)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say back what came, after its end."""
    writer.write(b"echo:" + await reader.read(1 << 20))
    writer.close()


@asynccontextmanager
async def proxied(egress: Egress, bounds: Bounds = QUICK, serve: Serve = echo) -> AsyncIterator[tuple[int, Local]]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    dialer = Local(server.sockets[0].getsockname()[1])
    listener = socket.create_server(("127.0.0.1", 0))
    proxy = Proxy(egress, dialer, bounds)
    proxy.start(listener)
    yield listener.getsockname()[1], dialer
    await proxy.close()
    server.close()


async def answer(port: int, *parts: bytes) -> bytes:
    """Send the parts, each after something came back for the one before, and return all that came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    came = b""
    for number, each in enumerate(parts):
        if number:
            came += await reader.read(65536)
        writer.write(each)
    came += await reader.read(-1)
    writer.close()
    return came


async def test_a_tunnel_carries_bytes_both_ways() -> None:
    async with proxied(Egress("unrestricted")) as (port, dialer):
        came = await answer(port, b"CONNECT OK.test.:443 HTTP/1.1\r\n\r\n", b"hello")
    assert came.startswith(b"HTTP/1.1 200 ")
    assert dialer.dialled == [("ok.test", 443)]
    assert came.endswith(b"echo:hello")


async def test_a_moment_without_descriptors_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    accept, failures = loop.sock_accept, [OSError(errno.EMFILE, "too many open files"), ConnectionAbortedError()] * 600

    async def failing(listener: socket.socket) -> tuple[socket.socket, object]:
        if failures:
            raise failures.pop()
        return await accept(listener)

    monkeypatch.setattr(loop, "sock_accept", failing)
    async with proxied(Egress("unrestricted")) as (port, _):
        came = await answer(port, b"CONNECT ok.test:443 HTTP/1.1\r\n\r\n", b"hello")
    assert came.endswith(b"echo:hello")
    assert failures == []


async def test_tls_to_the_host_that_was_allowed_passes_a_limit() -> None:
    async with proxied(LIMITED) as (port, _):
        came = await answer(port, b"CONNECT ok.test:443 HTTP/1.1\r\n\r\n", said("ok.test"))
    assert b"echo:\x16\x03" in came


@pytest.mark.parametrize("words", [said("evil.test"), said("other.test"), said(None), b"GET / HTTP/1.1\r\n\r\n"])
async def test_a_tunnel_through_a_limit_names_the_host_it_was_made_for(words: bytes) -> None:
    async with proxied(LIMITED) as (port, _):
        came = await answer(port, b"CONNECT ok.test:443 HTTP/1.1\r\n\r\n", words)
    assert came == b"HTTP/1.1 200 Connection established\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"CONNECT evil.test:443 HTTP/1.1\r\n\r\n",
        b"CONNECT ok.test:80 HTTP/1.1\r\n\r\n",
        b"CONNECT ok.test:22 HTTP/1.1\r\n\r\n",
        b"CONNECT evil.test\0.ok.test:443 HTTP/1.1\r\n\r\n",
        b"GET http://evil.test/ HTTP/1.1\r\nHost: ok.test\r\n\r\n",
        b"GET http://ok.test/ HTTP/1.1\r\nHost: evil.test\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
async def test_what_is_not_allowed_is_refused_in_words_and_nobody_is_dialled(head: bytes) -> None:
    async with proxied(LIMITED) as (port, dialer):
        came = await answer(port, head)
    assert came.startswith(b"HTTP/1.1 403 agentops: ")
    assert dialer.dialled == []


async def test_a_request_without_tls_is_carried_and_a_second_one_behind_it_is_not() -> None:
    head = b"POST http://ok.test/ HTTP/1.1\r\nHost: ok.test\r\nContent-Length: 4\r\n\r\nbody"
    hidden = b"GET /hidden HTTP/1.1\r\nHost: evil.test\r\n\r\n"
    seen = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(4)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nfine")
        await writer.drain()
        writer.close()
        seen.set_result(body + await reader.read(-1))

    async with proxied(LIMITED, serve=serve) as (port, _):
        came = await answer(port, head + hidden)
        assert await seen == b"body"
    assert came.endswith(b"fine")


async def test_a_redirect_is_the_clients_to_follow_and_meets_the_rules_again() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n")
        writer.close()

    async with proxied(LIMITED, serve=serve) as (port, dialer):
        came = await answer(port, b"GET http://ok.test/ HTTP/1.1\r\n\r\n")
        again = await answer(port, b"GET http://169.254.169.254/ HTTP/1.1\r\n\r\n")
    assert b" 302 " in came
    assert again.startswith(b"HTTP/1.1 403 ")
    assert dialer.dialled == [("ok.test", 80)]


async def test_who_never_finishes_a_request_is_cut_off_and_makes_room() -> None:
    async with proxied(LIMITED, Bounds(connections=2, head_s=0.05, refusal_s=0)) as (port, _):
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for _reader, writer in slow:
            writer.write(b"CONN")
        came = await answer(port, b"CONNECT evil.test:443 HTTP/1.1\r\n\r\n")
        assert came.startswith(b"HTTP/1.1 403 ")
        for reader, writer in slow:
            assert await reader.read(-1) == b""
            writer.close()


async def test_a_head_without_end_is_cut_off() -> None:
    async with proxied(LIMITED) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"X" * 200_000)
        try:
            came = await reader.read(-1)
        except ConnectionError:
            came = b""
        assert came == b""
        writer.close()


async def test_an_idle_tunnel_ends() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    async with proxied(Egress("unrestricted"), Bounds(idle_s=0.05), silent) as (port, _):
        came = await answer(port, b"CONNECT ok.test:443 HTTP/1.1\r\n\r\n")
    assert came == b"HTTP/1.1 200 Connection established\r\n\r\n"


async def test_what_a_session_may_send_in_its_life_is_bounded() -> None:
    async with proxied(Egress("unrestricted"), Bounds(sent_mib=0, refusal_s=0)) as (port, dialer):
        came = await answer(port, b"CONNECT ok.test:443 HTTP/1.1\r\n\r\n")
    assert b"as much as one may" in came
    assert dialer.dialled == []


async def test_what_it_may_receive_ends_in_the_middle() -> None:
    async def generous(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x" * (2 << 20))
        writer.close()

    async with proxied(Egress("unrestricted"), Bounds(received_mib=1), generous) as (port, _):
        came = await answer(port, b"CONNECT ok.test:443 HTTP/1.1\r\n\r\n")
    assert len(came) < (1 << 20) + 100
