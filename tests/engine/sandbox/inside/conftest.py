"""The tool server as a process of its own, without walls: a folder stands for the root."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import agentops.engine.sandbox.inside as program

PROGRAM = Path(program.__file__).parent / "__main__.py"


class Inside:
    """A running tool server."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.workspace = root / "workspace"
        self.workspace.mkdir(parents=True)
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(root), "AGENTOPS_ROOT": str(root)}
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._asked = 0
        self._kept: dict[Any, Any] = {}
        assert self.hear() == {"ready": True}

    def say(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def send(self, op: str, **fields: Any) -> int:
        self._asked += 1
        self.say(json.dumps({"id": self._asked, "op": op, **fields}).encode())
        return self._asked

    def answer(self, number: int) -> Any:
        while number not in self._kept:
            heard = self.hear()
            self._kept[heard["id"]] = heard
        return self._kept.pop(number)

    def ask(self, op: str, **fields: Any) -> Any:
        return self.answer(self.send(op, **fields))

    def ok(self, op: str, **fields: Any) -> Any:
        answer = self.ask(op, **fields)
        assert "ok" in answer, answer
        return answer["ok"]

    def error(self, op: str, **fields: Any) -> str:
        answer = self.ask(op, **fields)
        assert "error" in answer, answer
        assert "Traceback" not in answer["error"]
        return str(answer["error"])

    def run(self, command: str, **fields: Any) -> str:
        return str(self.ok("bash", command=command, **fields)["output"])

    def stop(self) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        code = self.process.wait()
        self.process.stdout.close()
        return code


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """One for all tests of a module: to start one costs more than what most ask of it."""
    server = Inside(tmp_path_factory.mktemp("root"))
    yield server
    assert server.stop() == 0
