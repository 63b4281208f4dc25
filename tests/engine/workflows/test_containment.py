"""Whatever a plan does, it ends in its own sandbox and is reported as the plan's fault."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from agentops.base.clock import SystemClock
from agentops.engine.core.json import Json
from agentops.engine.core.workflows import ends
from agentops.engine.core.workflows.happenings import Asked, Cause, Failed, Finished, Lost, Waits
from agentops.engine.sandbox.port import Isolation, Sandbox, SandboxFailed, SandboxSpec
from agentops.engine.workflows.sandboxed import SandboxedPrograms
from tests.engine.workflows.conftest import order, played

pytestmark = pytest.mark.anyio

Made = Callable[..., SandboxedPrograms]

WRITING = """
import os
for each in range(3, 20):
    try:
        os.write(each, %s)
    except OSError:
        pass
agent("x")
"""
CONNECT = """
import socket
found = []
for address in (("1.1.1.1", 53), ("127.0.0.1", 3128)):
    try:
        socket.create_connection(address, 2)
    except OSError as error:
        found.append(type(error).__name__)
report(found)
"""
FORKS = """
import os
while True:
    os.fork()
"""
BY_EXEC = "import os; os.execv('/bin/sleep', ['sleep', '1000'])"
FLOOD = """
import os
for _ in range(500):
    print("x" * 10_000, flush=True)
os._exit(0)
"""


async def test_a_plan_is_heard_and_answered(programs: Made, tmp_path: Path) -> None:
    said = await played(programs().new("wrun_1"), "report(agent('look'))")
    assert said == [Asked(1, "look"), Waits(0), Finished("result 1")]
    assert not list((tmp_path / "plans").iterdir())


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("x = [0] * 10**9", "MemoryError"),
        ("open('/workspace/big', 'wb').write(b'x' * 9 * 1024 * 1024)", "File too large"),
    ],
)
async def test_a_plan_that_takes_too_much_is_told_so(programs: Made, program: str, words: str) -> None:
    (end,) = await played(programs().new("wrun_1"), program)
    assert isinstance(end, Failed)
    assert words in end.trace


async def test_a_plan_that_forks_without_end_runs_out_of_processes_or_of_memory(programs: Made) -> None:
    match await played(programs().new("wrun_1"), FORKS):
        case [Failed(trace)]:
            assert "BlockingIOError" in trace
        case [Lost(cause, said)]:
            assert cause is Cause.DIED
            assert "memory" in said
        case said:
            pytest.fail(f"it said {said}")


@pytest.mark.parametrize(
    ("program", "cause"),
    [
        ("while True: pass", Cause.CPU),
        (FLOOD, Cause.DIED),
        (WRITING % """b'{"op": "ask", "n": "one"}\\n'""", Cause.GARBLED),
        (WRITING % "b'x' * 2_000_000", Cause.GARBLED),
        (BY_EXEC, Cause.DIED),
        ("import os; os._exit(0)", Cause.DIED),
        ("import os; os.kill(os.getppid(), 9)", Cause.DIED),
        ("import ctypes; ctypes.string_at(0)", Cause.DIED),
    ],
)
async def test_a_plan_that_does_not_come_to_its_end_is_lost(programs: Made, program: str, cause: Cause) -> None:
    end = (await played(programs(cpu_s=1).new("wrun_1"), program))[-1]
    assert isinstance(end, Lost)
    assert end.cause is cause
    assert ends.LOST[cause]["type"] == "program_error"
    assert len(end.said) <= 4_000


async def test_a_plan_reaches_neither_the_network_nor_a_session_s_files(programs: Made) -> None:
    said = await played(programs().new("wrun_1"), CONNECT)
    assert said == [Finished('["OSError", "ConnectionRefusedError"]')]
    listing = "import os; report(os.listdir('/workspace') + os.listdir('/mnt/session/outputs'))"
    assert await played(programs().new("wrun_2"), listing) == [Finished("[]")]


async def test_a_plan_that_is_stopped_says_nothing_more(programs: Made) -> None:
    program = programs().new("wrun_1")
    await program.start(order("import time; time.sleep(1000)"))
    await program.stop()
    await program.stop()
    assert [type(each) async for each in program.requests()] == [Lost]


class Nowhere:
    """A host that has no sandboxes."""

    async def start(self, spec: SandboxSpec) -> Sandbox:
        raise SandboxFailed(f"There is no room for {spec.session_id}.")

    async def close(self) -> None:
        """Do nothing."""

    async def isolation(self) -> Isolation:
        return Isolation("none", {})


async def test_without_a_sandbox_it_is_the_server_s_fault(tmp_path: Path) -> None:
    programs = SandboxedPrograms(Nowhere(), tmp_path)
    (end,) = await played(programs.new("wrun_1"), "pass")
    assert end == Lost(Cause.UNAVAILABLE, "There is no room for wrun_1.")
    assert ends.LOST[Cause.UNAVAILABLE]["type"] == "unknown_error"


@dataclass
class Brief(Nowhere):
    """A host whose sandboxes take one call."""

    answer: Json | None
    """None: the sandbox dies of it."""

    async def start(self, spec: SandboxSpec) -> Sandbox:
        return self

    async def call(self, request: Json, *, timeout_s: float) -> Json:
        if self.answer is None:
            raise SandboxFailed("The sandbox died.")
        return self.answer

    async def stop(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        (None, Lost(Cause.DIED, "The sandbox died.")),
        ({"error": "No process can be started."}, Lost(Cause.UNAVAILABLE, "No process can be started.")),
    ],
)
async def test_a_sandbox_that_dies_of_its_plan_is_the_plan_s_fault_however_soon(
    tmp_path: Path, answer: Json | None, end: Lost
) -> None:
    programs = SandboxedPrograms(Brief(answer), tmp_path)
    assert await played(programs.new("wrun_1"), "import os; os.kill(os.getppid(), 9)") == [end]


async def test_what_a_server_left_behind_is_removed(tmp_path: Path) -> None:
    (tmp_path / "plans/wrun_1/workspace").mkdir(parents=True)
    programs = SandboxedPrograms(Nowhere(), tmp_path / "plans")
    now = SystemClock().now()
    # Another server of the same folder may run it.
    await programs.sweep(now + timedelta(hours=24))
    assert list((tmp_path / "plans").iterdir())
    await programs.sweep(now + timedelta(hours=26))
    assert not list((tmp_path / "plans").iterdir())
    await SandboxedPrograms(Nowhere(), tmp_path / "none").sweep(now)
