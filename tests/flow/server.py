"""A real `agentops serve` on a loopback port, as a process of its own."""

import json
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.request import Request, urlopen

from .command import PATIENCE_S, Process, Start, bare_environment
from .nursery import born

_ADDRESS, _KEY = "  export ANTHROPIC_BASE_URL=", "  export ANTHROPIC_API_KEY="
_BETAS = {"memory_stores": "agent-memory-2026-07-22"}
_BETA = "managed-agents-2026-04-01"


@dataclass(frozen=True, slots=True)
class Server:
    """What a client has to know, and the process."""

    url: str
    key: str
    process: Process

    @property
    def settings(self) -> Mapping[str, str]:
        """Return the only two settings that a client needs."""
        return {"ANTHROPIC_BASE_URL": self.url, "ANTHROPIC_API_KEY": self.key}

    def objects(self, collection: str) -> list[dict[str, Any]]:
        """Return every live object of a collection."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self._call("GET", f"{collection}?limit=100{cursor}")
            found += page["data"]
            if not page.get("next_page"):
                return found
            cursor = f"&page={page['next_page']}"

    def create(self, collection: str, **body: Any) -> None:
        """Make an object behind our back."""
        self._call("POST", collection, body)

    def _call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        beta = _BETAS.get(path.partition("?")[0], _BETA)
        headers = {"x-api-key": self.key, "anthropic-beta": beta, "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{self.url}/v1/{path}", data, headers, method=method)) as answer:
            return dict(json.load(answer))

    def kill(self) -> None:
        """End the process as the system does when memory runs out."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)


@contextmanager
def serving(
    data: Path, database: str = "", *, port: str = "0", start: Start = born, options: Sequence[str] = ()
) -> Iterator[Server]:
    """Start the server, wait until it says where it is, and stop it in the end."""
    where = ["--database", database] if database else []
    argv = ["agentops", "serve", "--port", port, "--data", str(data), *where, *options]
    reading, writing = os.pipe()
    with Path(os.devnull).open("r+") as nothing, os.fdopen(reading) as said:
        streams = [nothing.fileno(), nothing.fileno(), writing]
        process = start(argv, data.parent, bare_environment(data), streams)
        os.close(writing)
        try:
            yield Server(_after(said, _ADDRESS), _key(said, data), process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


def _key(said: IO[str], data: Path) -> str:
    _after(said, _KEY)
    return (data / "api-key").read_text("ascii").strip()


def _after(said: IO[str], start: str) -> str:
    """Return the rest of the first line that begins so; what was said instead is the failure."""
    before = []
    for line in said:
        if line.startswith(start):
            return line.removeprefix(start).strip()
        before.append(line)
    raise AssertionError("the server ended without an address:\n" + "".join(before))
