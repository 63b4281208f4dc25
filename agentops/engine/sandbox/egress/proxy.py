"""The proxy of one sandbox: it listens inside, on a socket that was handed out, and works outside."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from agentops.engine.sandbox.egress.asked import HEAD_MAX, Forward, Tunnel, asked
from agentops.engine.sandbox.egress.dialing import Dialer, Stream
from agentops.engine.sandbox.egress.hello import NotTls, server_name
from agentops.engine.sandbox.egress.rules import Refused, is_allowed, spelled
from agentops.engine.sandbox.port import Egress

_log = logging.getLogger("agentops.engine")

_CHUNK = 64 * 1024
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one sandbox may ask of its proxy."""

    connections: int = 64
    """At once; further ones wait in the kernel."""

    dials: int = 8
    """At once: names that are answered late hold up those of the same sandbox."""

    head_s: float = 10.0
    """For the whole head of a request, and for the first words of TLS."""

    idle_s: float = 300.0
    """Without a byte in either direction."""

    refusal_s: float = 0.1
    """A refusal takes as long, so that asking again and again costs the asker more than the server."""

    sent_mib: int = 1024
    """By one sandbox in its life. An allowed host can be used to carry data away: this is how much."""

    received_mib: int = 16 * 1024


class Proxy:
    """Carries what is allowed."""

    def __init__(self, egress: Egress, dialer: Dialer, bounds: Bounds) -> None:
        """Take the rules, what connects, and the bounds."""
        self._egress = egress
        self._dialer = dialer
        self._bounds = bounds
        self._free = asyncio.Semaphore(bounds.connections)
        self._dialling = asyncio.Semaphore(bounds.dials)
        self._left = {"sent": bounds.sent_mib * _MIB, "received": bounds.received_mib * _MIB}
        self._accepting: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, listener: socket.socket) -> None:
        """Accept connections from inside until it is closed."""
        listener.setblocking(False)  # noqa: FBT003 - the standard library's
        self._accepting = asyncio.create_task(self._accept(listener))

    async def close(self) -> None:
        """End every connection."""
        waiting = [*self._tasks, *([self._accepting] if self._accepting else [])]
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _accept(self, listener: socket.socket) -> None:
        loop, is_told = asyncio.get_running_loop(), False
        with listener:
            while True:
                await self._free.acquire()
                try:
                    connection, _ = await loop.sock_accept(listener)
                except OSError as error:
                    # The server is out of descriptors or of memory, or who came is gone already: all of it passes.
                    self._free.release()
                    if not is_told:
                        _log.warning("connections of a sandbox are not accepted: %s", error)
                    is_told = True
                    await asyncio.sleep(self._bounds.refusal_s)
                    continue
                is_told = False
                task = asyncio.create_task(self._serve(connection))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket) -> None:
        try:
            reader, writer = await asyncio.open_connection(sock=connection, limit=HEAD_MAX)
            with _closing(writer):
                await self._answer((reader, writer))
        except (OSError, TimeoutError):  # either side went away, or fell asleep
            pass
        finally:
            self._free.release()

    async def _answer(self, client: Stream) -> None:
        reader, writer = client
        try:
            async with asyncio.timeout(self._bounds.head_s):
                wanted = asked(await reader.readuntil(b"\r\n\r\n"))
            self._judge(wanted)
            async with self._dialling:
                server = await self._dialer.dial(wanted.host, wanted.port)
        except Refused as refused:
            await asyncio.sleep(self._bounds.refusal_s)
            writer.write(_refusal(str(refused)))
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await asyncio.sleep(self._bounds.refusal_s)
        else:
            with _closing(server[1]):
                await (self._tunnel if isinstance(wanted, Tunnel) else self._forward)(client, server, wanted)

    def _judge(self, wanted: Tunnel | Forward) -> None:
        """Let only what is allowed pass.

        Raises:
            Refused: it is not.
        """
        if not is_allowed(self._egress, wanted.host):
            raise Refused("the environment's networking does not allow this host")
        if self._must_see_name(wanted) and wanted.port != 443:
            raise Refused("a tunnel can only lead to port 443")
        if min(self._left.values()) <= 0:
            raise Refused("this session has sent or received as much as one may")

    def _must_see_name(self, wanted: Tunnel | Forward) -> bool:
        """Tell whether what goes through has to name the host that was allowed: anything could hide in a tunnel."""
        return isinstance(wanted, Tunnel) and self._egress.mode == "limited"

    async def _tunnel(self, client: Stream, server: Stream, wanted: Tunnel | Forward) -> None:
        client[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await client[1].drain()
        if self._must_see_name(wanted):
            hello = await self._hello(client[0], wanted.host)
            if hello is None:
                return
            server[1].write(self._counted(hello, "sent"))
        await self._relay(client, server, None)

    async def _forward(self, client: Stream, server: Stream, wanted: Tunnel | Forward) -> None:
        assert isinstance(wanted, Forward)
        server[1].write(self._counted(wanted.head, "sent"))
        await self._relay(client, server, wanted.body_size)

    async def _hello(self, reader: asyncio.StreamReader, host: str) -> bytes | None:
        """Return the first words of TLS, or None if they name another host."""
        data = b""
        with contextlib.suppress(NotTls, Refused):
            async with asyncio.timeout(self._bounds.head_s):
                while (name := server_name(data)) is None:
                    chunk = await reader.read(_CHUNK)
                    if not chunk:
                        return None
                    data += chunk
            return data if name and spelled(name) == host else None
        return None

    async def _relay(self, client: Stream, server: Stream, size: int | None) -> None:
        """Carry bytes both ways, those of the client up to a size, until the server has nothing to say any more."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._bounds.idle_s) as idle:

            def alive() -> None:
                idle.reschedule(loop.time() + self._bounds.idle_s)

            async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, way: str, left: float) -> None:
                while left > 0 and (chunk := await source.read(int(min(left, _CHUNK)))):
                    left -= len(chunk)
                    alive()
                    target.write(self._counted(chunk, way))
                    await target.drain()
                    alive()
                if way == "received" or size is None:
                    with contextlib.suppress(OSError):  # the other side is gone by now
                        target.write_eof()

            limit = float("inf") if size is None else size
            upward = asyncio.create_task(carry(client[0], server[1], "sent", limit))
            try:
                await carry(server[0], client[1], "received", float("inf"))
            finally:
                upward.cancel()
                await asyncio.gather(upward, return_exceptions=True)

    def _counted(self, chunk: bytes, way: str) -> bytes:
        """Take a chunk off what is left.

        Raises:
            ConnectionAbortedError: nothing is.
        """
        self._left[way] -= len(chunk)
        if self._left[way] < 0:
            raise ConnectionAbortedError
        return chunk


@contextlib.contextmanager
def _closing(writer: asyncio.StreamWriter) -> Iterator[None]:
    try:
        yield
    finally:
        writer.close()


def _refusal(reason: str) -> bytes:
    body = f"agentops: {reason}\n"
    return (
        f"HTTP/1.1 403 agentops: {reason}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
        f"Connection: close\r\n\r\n{body}"
    ).encode()
