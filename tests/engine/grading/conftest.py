"""Folders of sessions with real sandboxes over them, and a scripted grader whose requests are kept."""

import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agentops.engine.core.conversation import Ask, Reply
from agentops.engine.core.outcomes.rubric import rubric
from agentops.engine.core.outcomes.verdict import Finding
from agentops.engine.grading.checks import settled
from agentops.engine.grading.grader import ModelGrader
from agentops.engine.grading.port import Assignment, Grade
from agentops.engine.models.port import Hear
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.sandbox.local import UnsafeLocal
from agentops.engine.sandbox.port import Sandboxes, SandboxSpec
from agentops.engine.tools.builtin import BuiltinTools
from agentops.engine.tools.inspection import SandboxInspection
from agentops.engine.tools.port import Invocation
from agentops.wire.rubric_text import block
from tests.conftest import NO_SANDBOX
from tests.toolboxes import plain_web

OUTPUTS = "/mnt/session/outputs"


@dataclass
class Ground:
    """A session's folder and its tools."""

    folder: Path
    tools: BuiltinTools

    def write(self, name: str, content: str | bytes) -> str:
        """Leave something among the outputs, and return its path inside."""
        place = self.folder / "outputs" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        return f"{OUTPUTS}/{name}"

    async def bash(self, command: str) -> None:
        """Do what an agent does."""
        outcome = await self.tools.run(Invocation("sevt_1", "bash", {"command": command}, thread_id="agent"))
        assert not outcome.is_error, outcome.content

    @property
    def inspection(self) -> SandboxInspection:
        return self.tools.inspection()

    async def found(self, check: Any, patience_s: float = 10.0) -> Finding:
        """Return what a check finds."""
        spec = {"criteria": [{"id": "it", "text": "It is so.", "check": check}]}
        (only,) = await settled(rubric(block(spec)).criteria, self.inspection, patience_s)
        return only

    def clear(self) -> None:
        """Leave nothing among the outputs."""
        for each in (self.folder / "outputs").iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()


def ground(folder: Path, sandboxes: Sandboxes) -> Ground:
    for name in ("workspace", "outputs"):
        (folder / name).mkdir(parents=True)
    return Ground(
        folder,
        BuiltinTools(sandboxes, SandboxSpec("sesn_1", folder), plain_web),
    )


@pytest.fixture(scope="session")
def host() -> None:
    """Skip only where nobody could build a sandbox."""
    command = shutil.which("bwrap")
    if command is None:
        pytest.skip(f"{NO_SANDBOX}bubblewrap is not installed")
    user: dict[str, Any] = {"user": 60_599, "group": 60_599, "extra_groups": []} if os.geteuid() == 0 else {}
    words = [command, "--unshare-user", "--unshare-net", "--ro-bind", "/", "/", "/bin/true"]
    tried = subprocess.run(words, capture_output=True, check=False, **user)
    if tried.returncode != 0:
        pytest.skip(f"{NO_SANDBOX}{tried.stderr.decode().strip()}")


@pytest.fixture(scope="module")
async def walled(host: None, tmp_path_factory: pytest.TempPathFactory, anyio_backend: str) -> AsyncIterator[Ground]:
    """A session behind walls, one for all tests of a module: each leaves other files."""
    sandboxes = Bubblewrap()
    made = ground(tmp_path_factory.mktemp("walled") / "session", sandboxes)
    yield made
    await made.tools.close()
    await sandboxes.close()


@pytest.fixture(scope="module")
async def _unwalled(tmp_path_factory: pytest.TempPathFactory, anyio_backend: str) -> AsyncIterator[Ground]:
    sandboxes = UnsafeLocal()
    made = ground(tmp_path_factory.mktemp("unwalled") / "session", sandboxes)
    yield made
    await made.tools.close()
    await sandboxes.close()


@pytest.fixture
def unwalled(_unwalled: Ground) -> Iterator[Ground]:
    """A session on any host."""
    yield _unwalled
    _unwalled.clear()


@dataclass
class Heard:
    """A scripted grader that keeps what it was asked."""

    model: Scripted
    asked: list[Ask] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    async def ask(self, ask: Ask, hear: Hear) -> Reply:
        self.asked.append(ask)
        return await self.model.ask(ask, hear)

    async def wait(self, pause_s: float) -> None:
        self.waited.append(pause_s)

    async def grade(self, ground: Ground, rubric: str, task: str = "Write the report.") -> Grade:
        assignment = Assignment("sesn_1", "outc_1", 0, task, rubric, {"id": "agent-model"})
        return await ModelGrader(self, self.wait).grade(assignment, ground.tools)

    def words(self) -> str:
        """Return all that it was told, as one text."""
        said = (f"{each.system}\n{json.dumps([json.loads(one) for one in each.messages])}" for each in self.asked)
        return "\n".join(said)


async def _at_once(_wait_s: float) -> None:
    """Wait for nothing."""


@pytest.fixture
def scripted() -> Callable[..., Heard]:
    """Make a grader of turns."""

    def made(*turns: Any) -> Heard:
        return Heard(Scripted(Script.model_validate({"turns": list(turns)}), _at_once))

    return made


def verdict(**degrees: str) -> dict[str, Any]:
    """Return the turn that hands in these degrees."""
    criteria = [{"id": name, "degree": degree, "reason": f"{name} is {degree}"} for name, degree in degrees.items()]
    return submitting({"criteria": criteria, "rubric_fits": True, "summary": "So."})


def submitting(sent: Any) -> dict[str, Any]:
    """Return the turn that hands this in."""
    return {"call": [{"tool": "submit_verdict", "input": sent}]}
