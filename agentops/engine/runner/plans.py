"""The programs of one session's workflow runs, as far as they run here: what they ask for is heard as it comes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime

from agentops.base.clock import Clock
from agentops.engine.core.runs.decide import Heard
from agentops.engine.core.runs.effects import OfProgram
from agentops.engine.core.runs.happenings import OfRun
from agentops.engine.core.runs.session_state import SessionState
from agentops.engine.core.workflows.effects import AnswerProgram, EndProgram, StartProgram
from agentops.engine.core.workflows.happenings import Cause, Happening, Lost, TimeUp
from agentops.engine.workflows.port import Program, Programs

_log = logging.getLogger("agentops.engine")

_NOWHERE = "This server was given nothing that runs plans."

_Answers = asyncio.Queue[AnswerProgram]


class Plans:
    """Everything that is under way for the workflow runs of one session."""

    def __init__(self, programs: Programs | None, clock: Clock, hear: Callable[[Heard], None]) -> None:
        """Begin with nothing; `hear` is told what the programs ask for."""
        self._programs = programs
        self._clock = clock
        self._hear = hear
        self._tasks: dict[asyncio.Task[None], str] = {}
        """With the id of the run that each is for; empty for what is not broken off with it."""

        self._answers: dict[str, _Answers] = {}
        """What programs are still to be told, by run."""

    def perform(self, effect: OfProgram, session: SessionState) -> None:
        """Begin a program, answer it, or end it."""
        match effect:
            case StartProgram(run_id):
                # One decision may begin a run and end it.
                if run_id in session.runs:
                    self._begin(effect, session.runs[run_id].expires_at)
            case AnswerProgram(run_id):
                if run_id in self._answers:
                    self._answers[run_id].put_nowait(effect)
            case EndProgram(run_id):
                self._end(run_id)

    def leave(self) -> None:
        """End every program, and hear nothing more of it: whoever goes on with the session runs it again."""
        for run_id in list(self._answers):
            self._end(run_id)

    async def let_go(self) -> None:
        """End every program, and wait until nothing is left of it."""
        self.leave()
        while still := [each for each in self._tasks if not each.done()]:
            await asyncio.wait(still)

    def _begin(self, order: StartProgram, expires_at: str) -> None:
        answers = self._answers[order.run_id] = _Answers()
        self._start(order.run_id, self._run(order, answers))
        self._start(order.run_id, self._expire(order.run_id, expires_at))

    def _start(self, run_id: str, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks[task] = run_id
        task.add_done_callback(lambda ended: self._tasks.pop(ended, None))

    def _end(self, run_id: str) -> None:
        self._answers.pop(run_id, None)
        for task, of in self._tasks.items():
            if of == run_id:
                task.cancel()

    async def _run(self, order: StartProgram, answers: _Answers) -> None:
        """Run a program until it has ended; one that is ended is heard of no more."""
        if self._programs is None:
            self._tell(order.run_id, Lost(Cause.UNAVAILABLE, _NOWHERE))
            return
        program = self._programs.new(order.run_id)
        try:
            await program.start(order)
            async with _told(program, answers):
                async for request in program.requests():
                    self._tell(order.run_id, request)
        except Exception:  # noqa: BLE001 - whatever it was, the session has to hear of it
            _log.exception("a plan broke: run=%s", order.run_id)
            self._tell(order.run_id, Lost(Cause.UNAVAILABLE))
        finally:
            # Whoever ends the run ends this task, maybe now; what was begun is to be put away all the same.
            self._start("", program.stop())

    async def _expire(self, run_id: str, expires_at: str) -> None:
        left = datetime.fromisoformat(expires_at) - self._clock.now()
        await asyncio.sleep(max(0.0, left.total_seconds()))
        self._tell(run_id, TimeUp())

    def _tell(self, run_id: str, happening: Happening) -> None:
        self._hear(Heard(OfRun(run_id, happening)))


@asynccontextmanager
async def _told(program: Program, answers: _Answers) -> AsyncIterator[None]:
    """Hand the answers on, one after the other."""

    async def hand_on() -> None:
        while True:
            await program.answer(await answers.get())

    task = asyncio.ensure_future(hand_on())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
