"""A receiver of webhooks on a real socket, which does what its path says: answers, fails, hangs, drips, redirects."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext

ENDLESS = b"x" * 65536


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    """What came in, by whom it does not matter."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    came: Counter[str] = field(default_factory=Counter)
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    sent_bytes: int = 0
    at_once: Counter[str] = field(default_factory=Counter)
    most_at_once: Counter[str] = field(default_factory=Counter)
    answers: dict[str, int] = field(default_factory=dict)
    """The status that a path is answered with; without one the path's own name says it."""

    released: asyncio.Event = field(default_factory=asyncio.Event)
    """Ends what hangs."""

    def url(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def of(self, path: str) -> list[Request]:
        return [each for each in self.requests if each.path == path]

    def events(self, path: str) -> list[str]:
        return [each.headers["webhook-id"] for each in self.of(path)]

    async def reached(self, path: str, count: float) -> None:
        """Wait until so much came in."""
        while self.came[path] < count:
            self.moved.clear()
            await self.moved.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        path = head[0].split()[1]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
        self.at_once[path] += 1
        self.most_at_once[path] = max(self.most_at_once[path], self.at_once[path])
        self.requests.append(Request(path, headers, body))
        self.came[path] += 1
        self.moved.set()
        try:
            return await self._behave(path, writer)
        finally:
            self.at_once[path] -= 1

    async def _behave(self, path: str, writer: asyncio.StreamWriter) -> bool:  # noqa: C901, PLR0912 - a case for each way to behave
        match path.strip("/").partition("/")[0]:
            case "hang":
                await self.released.wait()
                return False
            case "slow":
                await asyncio.sleep(0.01)
                writer.write(b"HTTP/1.1 204 Done\r\n\r\n")
            case "close":
                return False
            case "endless":
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
                while not writer.is_closing():
                    writer.write(ENDLESS)
                    await writer.drain()
                    self.sent_bytes += len(ENDLESS)
                return False
            case "drip":
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nx")
                await writer.drain()
                await self.released.wait()
                return False
            case "headers":
                writer.write(b"HTTP/1.1 200 OK\r\n")
                for number in range(4096):
                    writer.write(b"x-%d: %s\r\n" % (number, b"y" * 1024))
                    await writer.drain()
                return False
            case "interim":
                while not writer.is_closing():
                    writer.write(b"HTTP/1.1 102 Processing\r\n\r\n" * 1000)
                    await writer.drain()
                return False
            case "hints":
                writer.write(b"HTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            case "wordy":
                writer.write(b"HTTP/1.1 204 Done\r\ncontent-length: 2\r\n\r\n")
                if path.endswith("late"):
                    await writer.drain()
                    await asyncio.sleep(0)
                writer.write(b"ok")
            case "garbage":
                writer.write(b"\0\1\2 not http at all\r\n\r\n")
                return False
            case "redirect":
                status = self.answers.get(path, 302)
                writer.write(b"HTTP/1.1 %d Found\r\nlocation: /ok\r\ncontent-length: 0\r\n\r\n" % status)
            case named:
                status = self.answers.get(path) or (int(named) if named.isdigit() else 200)
                said = b"" if status == 204 else b"content-length: 2\r\n\r\nok"
                writer.write(b"HTTP/1.1 %d Said\r\n%b" % (status, said or b"\r\n"))
        await writer.drain()
        return True


@asynccontextmanager
async def receiving(tls: SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.close()
