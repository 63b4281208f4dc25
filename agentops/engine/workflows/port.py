"""A plan's program as the runner sees it: it is started, it asks, it is answered, it ends."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from agentops.engine.core.workflows.effects import AnswerProgram, StartProgram
from agentops.engine.core.workflows.happenings import Request


class Program(Protocol):
    """One attempt at a plan. Nothing here raises for what the plan or its sandbox did: that is a request, `Lost`."""

    async def start(self, order: StartProgram) -> None:
        """Begin."""

    def requests(self) -> AsyncIterator[Request]:
        """Yield what the plan asks for; the last one is `Finished`, `Failed` or `Lost`."""

    async def answer(self, answer: AnswerProgram) -> None:
        """Hand an answer on; answers arrive in the order of these calls. One that is gone needs none."""

    async def stop(self) -> None:
        """Kill it with everything that it started; doing it twice is fine."""


class Programs(Protocol):
    """Makes programs."""

    def new(self, run_id: str) -> Program:
        """Return a program that was not started yet; a run's next attempt is a new one."""

    async def sweep(self, now: datetime) -> None:
        """Remove what servers left behind that died; what a run that is open may need stays."""
