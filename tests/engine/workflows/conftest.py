"""Programs in real sandboxes, played to their end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from agentops.engine.core.workflows.effects import AnswerProgram, Facts, StartProgram
from agentops.engine.core.workflows.happenings import Asked, Request
from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.workflows.port import Program
from agentops.engine.workflows.sandboxed import SandboxedPrograms, Share
from tests.conftest import NO_SANDBOX

FACTS = Facts(("Reviewer",), has_inline=True, tools=("bash",))


def order(program: str) -> StartProgram:
    return StartProgram("wrun_1", program, ("find",), FACTS)


async def played(program: Program, source: str) -> list[Request]:
    """Return what the plan said, each piece of work answered at once."""
    await program.start(order(source))
    said = []
    try:
        async with asyncio.timeout(30):
            async for each in program.requests():
                said.append(each)
                if isinstance(each, Asked):
                    await program.answer(AnswerProgram("wrun_1", each.number, f"result {each.number}"))
    finally:
        await program.stop()
    return said


@pytest.fixture(scope="session")
def _host() -> str:
    """Return why there are no sandboxes here; empty where there are."""

    async def problem() -> str:
        sandboxes = Bubblewrap()
        found = await sandboxes.isolation()
        await sandboxes.close()
        return found.problem

    return asyncio.run(problem())


@pytest.fixture
async def programs(tmp_path: Path, _host: str) -> AsyncIterator[Callable[..., SandboxedPrograms]]:
    if _host:
        pytest.skip(f"{NO_SANDBOX}{_host}")
    sandboxes = Bubblewrap()
    yield lambda **share: SandboxedPrograms(sandboxes, tmp_path / "plans", Share(**share))
    await sandboxes.close()
