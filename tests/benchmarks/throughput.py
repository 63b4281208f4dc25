"""Requests a second of `agentops serve` against the least that such a server can be, in turns on one machine."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.flow.command import started
from tests.flow.server import serving

from . import corpus

_CONNECTIONS = 16
_AGENTS = 1000
_PAGE = 20
_ROUND = 1000
"""Requests of one kind, sent to one server before the other has its turn: short against the noise of a machine."""

_AGENT = yaml.safe_load(corpus.agent(0))["spec"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class _Side:
    """A server, and what tells one request to it from another."""

    name: str
    address: str
    key: str
    pid: int

    def message(self, method: str, path: str, body: str = "") -> str:
        """Return a whole request, as the SDK would fill it."""
        head = {
            "host": self.address,
            "x-api-key": self.key,
            "anthropic-version": "2023-06-01",
            "anthropic-beta": "managed-agents-2026-04-01",
            "accept": "application/json",
            **({"content-type": "application/json", "content-length": str(len(body))} if body else {}),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        return f"{method} {path} HTTP/1.1\r\n{lines}\r\n{body}"

    def cpu_s(self) -> float:
        """Return what the process has used so far; 0 where the system has no /proc."""
        file = Path(f"/proc/{self.pid}/schedstat")
        tasks = Path(f"/proc/{self.pid}/task")
        if not file.exists():
            return 0.0
        return sum(int((each / "schedstat").read_text().split()[0]) for each in tasks.iterdir()) / 1e9


@dataclass(frozen=True, slots=True)
class _Round:
    """What one server did with the requests of one round. Units: latencies in ms."""

    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    """Of the server, a request."""

    generator_share: float
    """How busy the process was that sent the requests; near 1, it was the bottleneck."""


def lines(folder: Path, rounds: int) -> Iterator[str]:
    """Yield what create, get and list cost, line by line."""
    folder.mkdir()
    yield f"Over HTTP: {_CONNECTIONS} connections, {_AGENTS:,} agents there, median of {rounds} rounds of {_ROUND:,}"
    yield f"  {'':<22}{'requests/s':>11}{'p50':>10}{'p99':>10}{'CPU a request':>16}{'generator':>11}"
    with ExitStack() as stack:
        ours = stack.enter_context(_ours(folder))
        floor = stack.enter_context(_floor(folder))
        ids = {side.name: _seeded(side) for side in (ours, floor)}
        for operation in ("get", "list", "create"):
            requests = {side.name: _requests(operation, side, ids[side.name]) for side in (ours, floor)}
            turns = [{side.name: _round(side, requests[side.name]) for side in (ours, floor)} for _ in range(rounds)]
            middle = {name: _median([turn[name] for turn in turns]) for name in (ours.name, floor.name)}
            yield from (_line(f"{operation}, {name}", each) for name, each in middle.items())
            ratio = statistics.median(turn[ours.name].per_s / turn[floor.name].per_s for turn in turns)
            cpu = statistics.median(turn[floor.name].cpu_ms / max(turn[ours.name].cpu_ms, 1e-9) for turn in turns)
            yield f"  {'':<22}{ratio:>11.2f} of the floor's requests/s, {cpu:.2f} by CPU"


@contextmanager
def _ours(folder: Path) -> Iterator[_Side]:
    with serving(folder / "engine", start=started) as server:
        yield _Side("agentops", urlsplit(server.url).netloc, server.key, server.process.pid)


@contextmanager
def _floor(folder: Path) -> Iterator[_Side]:
    command = [sys.executable, "-m", "tests.benchmarks.floor", folder / "floor.db"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield _Side("floor", f"127.0.0.1:{process.stdout.readline().strip()}", "not-asked-for", process.pid)
        finally:
            process.terminate()


def _seeded(side: _Side) -> list[str]:
    """Create the agents that the rounds find there, and return their ids."""
    connection = HTTPConnection(side.address)
    ids = []
    for number in range(_AGENTS):
        headers = {"x-api-key": side.key, "anthropic-beta": "managed-agents-2026-04-01"}
        connection.request("POST", "/v1/agents", _body(number), {**headers, "content-type": "application/json"})
        ids.append(json.loads(connection.getresponse().read())["id"])
    connection.close()
    return ids


def _body(number: int) -> str:
    return json.dumps({**_AGENT, "name": f"Agent {number:05d}"})


def _requests(operation: str, side: _Side, ids: list[str]) -> list[str]:
    match operation:
        case "get":
            return [side.message("GET", f"/v1/agents/{each}") for each in islice(cycle(ids), _ROUND)]
        case "list":
            return [side.message("GET", f"/v1/agents?limit={_PAGE}")] * _ROUND
        case _:
            return [side.message("POST", "/v1/agents", _body(number)) for number in range(_ROUND)]


def _round(side: _Side, requests: list[str]) -> _Round:
    port = int(side.address.rpartition(":")[2])
    asked = json.dumps({"port": port, "connections": _CONNECTIONS, "requests": requests})
    before = side.cpu_s()
    generator = subprocess.run(
        [sys.executable, _HERE / "load.py"], input=asked, stdout=subprocess.PIPE, text=True, check=True
    )
    said: dict[str, Any] = json.loads(generator.stdout)
    latencies = sorted(said["latencies_s"])
    return _Round(
        per_s=len(requests) / said["wall_s"],
        p50_ms=1000 * latencies[len(latencies) // 2],
        p99_ms=1000 * latencies[len(latencies) * 99 // 100],
        cpu_ms=1000 * (side.cpu_s() - before) / len(requests),
        generator_share=said["cpu_s"] / said["wall_s"],
    )


def _median(rounds: list[_Round]) -> _Round:
    return _Round(*(statistics.median(getattr(each, name) for each in rounds) for name in _Round.__slots__))


def _line(what: str, each: _Round) -> str:
    return (
        f"  {what:<22}{each.per_s:>11,.0f}{each.p50_ms:>7.1f} ms{each.p99_ms:>7.1f} ms"
        f"{each.cpu_ms:>13.2f} ms{each.generator_share:>10.0%}"
    )
