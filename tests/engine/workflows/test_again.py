"""Runs of real programs from the tool call to the end, with the server lost at every point where it can be lost."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentops.base.ids import CountingIds
from agentops.engine.core.entries import Entry
from agentops.engine.core.workflows import ends
from agentops.engine.core.workflows.begin import Begun, begin
from agentops.engine.core.workflows.decide import Decision, decide
from agentops.engine.core.workflows.effects import (
    AnswerProgram,
    EndProgram,
    EndThread,
    Facts,
    StartProgram,
    StartThread,
)
from agentops.engine.core.workflows.evolve import fold
from agentops.engine.core.workflows.happenings import AgentEnded, Happening, TakenUp, Waits
from agentops.engine.core.workflows.state import Course, Setting
from agentops.engine.sandbox.local import UnsafeLocal
from agentops.engine.workflows.port import Program
from agentops.engine.workflows.sandboxed import SandboxedPrograms

pytestmark = pytest.mark.anyio

AT = "2026-10-06T12:00:00.000000Z"
SETTING = Setting(Facts(tools=("bash",)))
PROGRAM = """
found = []
def look(where):
    with phase("find"):
        first = agent(f"look at {where}")
        found.append(first)
    return agent(f"after {len(found)}: {first}")
both = parallel([lambda w=w: look(w) for w in ("logs", "metrics")])
with phase("sum up"):
    report(agent(" ".join(both)))
"""


@dataclass
class Server:
    """What runs one workflow: its log outlives it, everything else does not."""

    programs: SandboxedPrograms
    log: list[Entry]
    ids: CountingIds
    course: Course = field(init=False)
    program: Program | None = None
    threads: dict[str, str] = field(default_factory=dict)
    """Prompts of those that work; the log holds them in a real session."""

    async def begin(self, program: str) -> None:
        sent = {"name": "Sweep", "phases": [{"name": "find"}, {"name": "sum up"}], "program": program}
        begun = begin(sent, 0, SETTING, self.ids, AT)
        assert isinstance(begun, Begun)
        await self._commit(begun.decision)

    async def take_up(self) -> None:
        (run,) = fold(self.log).values()
        self.course = Course(run)
        await self.happen(TakenUp())

    async def happen(self, happening: Happening) -> None:
        await self._commit(decide(self.course, happening, SETTING, self.ids, AT))

    async def run(self, *, is_lost: bool = False) -> bool:
        """Run until the plan ended, or until the server is lost while it waits for work; tell whether it ended."""
        assert self.program is not None
        async with asyncio.timeout(30):
            async for each in self.program.requests():
                await self.happen(each)
                if isinstance(each, Waits) and each.heard == len(self.course.run.answers):
                    if is_lost:
                        return False
                    await self._work()
        return True

    async def lose(self) -> None:
        if self.program is not None:
            await self.program.stop()

    async def _work(self) -> None:
        """Let the thread end that began last."""
        if self.threads:
            thread_id, prompt = self.threads.popitem()
            await self.happen(AgentEnded(thread_id, f"[{prompt}]"))

    async def _commit(self, decision: Decision) -> None:
        self.course = decision.course
        self.log += decision.entries
        for effect in decision.effects:
            match effect:
                case StartProgram():
                    self.program = self.programs.new(effect.run_id)
                    await self.program.start(effect)
                case AnswerProgram():
                    assert self.program is not None
                    await self.program.answer(effect)
                case EndProgram():
                    await self.lose()
                case StartThread():
                    self.threads[effect.thread_id] = effect.prompt
                case EndThread():
                    self.threads.pop(effect.thread_id, None)


@pytest.fixture
def server(tmp_path: Path) -> Callable[[], Server]:
    programs = SandboxedPrograms(UnsafeLocal(), tmp_path)
    log: list[Entry] = []
    ids = CountingIds()
    threads: dict[str, str] = {}
    return lambda: Server(programs, log, ids, threads=threads)


def _told(log: list[Entry]) -> list[object]:
    """Return what does not depend on how often the server was lost."""
    return [(each.type, json.loads(each.kept)) for each in log if each.kept]


async def test_a_server_lost_at_any_rest_leaves_the_run_as_it_would_have_been(server: Callable[[], Server]) -> None:
    whole = server()
    await whole.begin(PROGRAM)
    assert await whole.run()
    expected = _told(whole.log)
    assert whole.course.run.result == ends.COMPLETED
    whole.log.clear()
    whole.ids._count = 0
    torn = server()
    await torn.begin(PROGRAM)
    losses = 0
    while not await torn.run(is_lost=True):
        await torn.lose()
        await torn._work()
        torn, losses = server(), losses + 1
        await torn.take_up()
    assert losses == 5
    assert _told(torn.log) == expected


async def test_a_plan_that_asks_the_clock_is_told_that_it_did_not_repeat_itself(server: Callable[[], Server]) -> None:
    program = "import time; agent(str(time.time_ns()))"
    first = server()
    await first.begin(program)
    assert not await first.run(is_lost=True)
    await first.lose()
    again = server()
    await again.take_up()
    assert await again.run()
    assert again.course.run.result == {"type": "error", "error": ends.NOT_REPEATED}
