"""A real `agentops serve` on a loopback port, as a process of its own."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from .command import AGENTOPS, bare_environment

_ADDRESS, _KEY = "  export ANTHROPIC_BASE_URL=", "  export ANTHROPIC_API_KEY="
_BETAS = {"memory_stores": "agent-memory-2026-07-22"}
_BETA = "managed-agents-2026-04-01"


@dataclass(frozen=True, slots=True)
class Server:
    """What a client has to know, and the process."""

    url: str
    key: str
    process: subprocess.Popen[str]

    @property
    def settings(self) -> Mapping[str, str]:
        """Return the only two settings that a client needs."""
        return {"ANTHROPIC_BASE_URL": self.url, "ANTHROPIC_API_KEY": self.key}

    def objects(self, collection: str) -> list[dict[str, Any]]:
        """Return every live object of a collection."""
        page = self._call("GET", f"{collection}?limit=100")
        assert not page.get("next_page")
        return list(page["data"])

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
        self.process.kill()
        self.process.wait()


@contextmanager
def serving(data: Path, database: str = "", *, port: str = "0") -> Iterator[Server]:
    """Start the server, wait until it says where it is, and stop it in the end."""
    where = ["--database", database] if database else []
    command = [AGENTOPS, "serve", "--port", port, "--data", data, *where]
    with subprocess.Popen(command, env=bare_environment(data), stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Server(_said(process, _ADDRESS), _key(process, data), process)
        finally:
            process.terminate()


def _key(process: subprocess.Popen[str], data: Path) -> str:
    _said(process, _KEY)
    return (data / "api-key").read_text("ascii").strip()


def _said(process: subprocess.Popen[str], start: str) -> str:
    """Return the rest of the first line that begins so; what was said instead is the failure."""
    assert process.stderr is not None
    before = []
    for line in process.stderr:
        if line.startswith(start):
            return line.removeprefix(start).strip()
        before.append(line)
    raise AssertionError("the server ended without an address:\n" + "".join(before))
